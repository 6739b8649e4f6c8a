import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isGroupAlive, startTimeOf } from '../../src/platform/process-identity.ts';
import { tempFolders, until } from '../platform/temp-folder.ts';
import { build, meshwalk, start } from './meshwalk.ts';

const tempFolder = tempFolders();
beforeAll(build);

const course = `---
lesson: 1
id: slow
step: 1
title: Slow
minutes: 1
needs: []
worlds: [sandbox]
---

# Slow

Words.

## First
<!-- task: first -->

\`\`\`bash {"name":"quick","effect":"reads"}
echo quick >> ran
\`\`\`

## Second
<!-- task: second -->

\`\`\`bash {"name":"slow","effect":"reads"}
echo $$ > pid; test -e go-on || sleep 300
\`\`\`
`;

async function underWay() {
  const home = tempFolder();
  mkdirSync(join(home, 'lessons'));
  writeFileSync(join(home, 'lessons/01-slow.md'), course);
  const args = ['run', '--trust', '--lessons', home, '--pace', 'instant', '--json'];
  const program = start(home, args);
  program.stdout.resume();
  program.stderr.resume();
  const pid = join(home, 'pid');
  await until(() => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'));
  const sandbox: { pid: number } = JSON.parse(readFileSync(join(home, 'default/sandbox/sandbox/sandbox.json'), 'utf8'));
  return { home, args, program, command: Number(readFileSync(pid, 'utf8')), sandbox: sandbox.pid };
}

describe('the program', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends at %s with code %i and leaves no process and no lock', async (signal, code) => {
    const { home, program, command, sandbox } = await underWay();
    program.kill(signal);
    expect(await once(program, 'close')).toEqual([code, null]);
    expect(isGroupAlive(command)).toBe(false);
    await until(() => startTimeOf(sandbox) === undefined);
    expect(existsSync(join(home, 'default/sandbox/lock'))).toBe(false);
    expect(readFileSync(join(home, 'default/sandbox/shell/processes'), 'utf8')).toBe('');
  });

  it('killed with SIGKILL leaves no process, and the next start goes on after the last finished task', async () => {
    const { home, args, program, command, sandbox } = await underWay();
    program.kill('SIGKILL');
    await once(program, 'close');
    await until(() => !isGroupAlive(command) && startTimeOf(sandbox) === undefined);
    writeFileSync(join(home, 'go-on'), '');
    const { code, out } = await meshwalk(home, args);
    expect(code).toBe(0);
    const tasks = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'solved');
    expect(tasks.map(({ task }) => task)).toEqual(['second']);
    expect(readFileSync(join(home, 'ran'), 'utf8')).toBe('quick\n');
  });
});
