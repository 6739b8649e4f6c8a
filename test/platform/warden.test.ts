import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessGroups } from '../../src/platform/process-groups.ts';
import { isGroupAlive, startTimeOf } from '../../src/platform/process-identity.ts';
import { tempFolders, until } from './temp-folder.ts';

const tempFolder = tempFolders();

async function victim(folder: string) {
  const program = spawn(
    process.execPath,
    ['--experimental-strip-types', join(import.meta.dirname, 'warden-victim.ts'), folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: '/usr/bin:/bin' },
    },
  );
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until(() => output.includes('\n'));
  const [shell = 0, job = 0] = output.trim().split(' ').map(Number);
  return { program, shell, job };
}

describe('the warden', () => {
  it('ends a command and all its children when the program is killed with SIGKILL', async () => {
    const { program, shell, job } = await victim(tempFolder());
    expect(isGroupAlive(shell)).toBe(true);
    program.kill('SIGKILL');
    await once(program, 'exit');
    await until(() => !isGroupAlive(shell));
    expect(startTimeOf(shell)).toBeUndefined();
    expect(startTimeOf(job)).toBeUndefined();
  });

  it('is not needed by the next start, which ends what both left behind', async () => {
    const folder = tempFolder();
    const { program, shell } = await victim(folder);
    // The warden is the other child of the program.
    const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    for (const child of children.filter((pid) => pid !== shell)) process.kill(child, 'SIGKILL');
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect(isGroupAlive(shell)).toBe(true);
    expect(new ProcessGroups(join(folder, 'shell', 'processes')).sweep()).toBe(1);
    await until(() => !isGroupAlive(shell));
  });
});

describe('the list of process groups', () => {
  it('never leads to a process that only has the number of one of ours', async () => {
    const file = join(tempFolder(), 'processes');
    const innocent = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
    await once(innocent, 'spawn');
    writeFileSync(file, `${JSON.stringify({ group: innocent.pid, startTime: 'another time' })}\n`);
    expect(new ProcessGroups(file).sweep()).toBe(0);
    expect(startTimeOf(innocent.pid ?? 0)).toBeDefined();
    innocent.kill('SIGKILL');
    await once(innocent, 'exit');
  });

  it('survives damage', () => {
    const file = join(tempFolder(), 'processes');
    writeFileSync(file, '{"group":1,"startTime":"x"}\nrubbish\n{"group":"-1"}\n{"gro');
    expect(new ProcessGroups(file).sweep()).toBe(0);
  });
});
