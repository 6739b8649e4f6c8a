import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askProgram, findProgram, variable } from '../../src/platform/programs.ts';
import { tempFolders } from './temp-folder.ts';

const tempFolder = tempFolders();

function program(folder: string, name: string, script: string, mode = 0o755): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, mode);
  return file;
}

const ask = (file: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  askProgram({
    file,
    args: ['one', 'two words'],
    environment: { PATH: '/usr/bin:/bin' },
    timeoutMs: 10_000,
    ...options,
  });

describe('findProgram', () => {
  it('takes the first file that can be started, and no folder and no plain file', () => {
    const [first, second, third] = [tempFolder(), tempFolder(), tempFolder()];
    mkdirSync(join(first, 'az'));
    program(second, 'az', 'true', 0o644);
    const az = program(third, 'az', 'true');
    expect(findProgram('az', [first, second, third], {}, 'linux')).toBe(az);
    expect(findProgram('osm', [first, second, third], {}, 'linux')).toBeUndefined();
  });

  it('looks for the endings of PATHEXT on Windows, in their order, whatever the case of the variable', () => {
    const folder = tempFolder();
    program(folder, 'az', 'true');
    const cmd = program(folder, 'az.cmd', 'true');
    const exe = program(folder, 'az.exe', 'true');
    expect(findProgram('az', [folder], { PathExt: '.CMD;.EXE' }, 'windows')).toBe(cmd);
    expect(findProgram('az', [folder], {}, 'windows')).toBe(exe);
    expect(variable({ Path: 'C:\\bin' }, 'PATH')).toBe('C:\\bin');
  });
});

describe('askProgram', () => {
  it('tells output, errors and exit code, and gives each argument as it is', async () => {
    const file = program(tempFolder(), 'x', 'printf "%s|" "$@"; echo oh >&2; exit 3');
    expect(await ask(file)).toEqual({ type: 'answered', code: 3, out: 'one|two words|', err: 'oh\n' });
  });

  it('gives no input to a program that asks for some', async () => {
    const file = program(tempFolder(), 'x', 'read -r answer || echo nothing to read');
    expect(await ask(file)).toMatchObject({ code: 0, out: 'nothing to read\n' });
  });

  it('tells a program that cannot be started, and one that takes too long', async () => {
    expect(await ask(join(tempFolder(), 'none'))).toEqual({ type: 'not-started', errno: 'ENOENT' });
    const file = program(tempFolder(), 'x', 'exec sleep 600');
    expect(await ask(file, { timeoutMs: 50 })).toEqual({ type: 'timed-out', afterMs: 50 });
  });

  it('ends it when it is told to', async () => {
    const stopping = new AbortController();
    const answer = ask(program(tempFolder(), 'x', 'exec sleep 600'), { signal: stopping.signal });
    stopping.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});
