import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LearnerShell } from '../../src/platform/learner-shell.ts';
import { isAlive, startTimeOf } from '../../src/platform/process-identity.ts';
import { tempFolders, until } from './temp-folder.ts';

const tempFolder = tempFolders();
const shells: LearnerShell[] = [];
afterEach(async () => {
  await Promise.all(shells.splice(0).map((shell) => shell.close()));
});

const environment = { PATH: '/usr/bin:/bin', HOME: '/nowhere', LANG: 'C.UTF-8', GIVEN: 'by the world' };

function open(path: string, folder = tempFolder()): { shell: LearnerShell; folder: string } {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  const shell = new LearnerShell({
    folder: join(folder, 'shell'),
    environment: () => environment,
    workingFolder: work,
    shell: path,
  });
  shells.push(shell);
  return { shell, folder };
}

async function run(shell: LearnerShell, script: string, timeoutMs = 20_000, firstFailure = false) {
  let output = '';
  const end = await shell.run({ script, timeoutMs, firstFailure }, (text) => {
    output += text;
  }).ended;
  return { output, end };
}

describe('a script that must tell its first failure', () => {
  it.each([
    ['nothing fails', 'true\necho on', 'on\n', 0],
    ['an early line', '(exit 3)\necho on', 'on\n', 3],
    ['two lines', '(exit 3)\n(exit 4)', '', 3],
    ['a line of a loop', 'for n in 1 2 3; do [ $n != 2 ]; echo $n; done', '1\n2\n3\n', 1],
    ['what a condition asks is no failure', 'if false; then :; fi; false || echo on; true', 'on\n', 0],
    ['the last of a pipe counts', 'false | cat\necho on', 'on\n', 0],
    ['an exit of its own', 'false; exit 5', '', 5],
  ])('%s', async (_, script, output, code) => {
    const { shell } = open('/bin/bash');
    expect(await run(shell, script, 20_000, true)).toEqual({ output, end: { type: 'exited', code } });
  });

  it('keeps variables of the lines after it, and nothing of the bookkeeping', async () => {
    const { shell } = open('/bin/bash');
    await run(shell, 'false\nkept=yes', 20_000, true);
    const { output, end } = await run(shell, 'echo $kept; trap -p; compgen -v | grep __mw_first; true');
    expect({ output, end }).toEqual({ output: expect.stringMatching(/^yes\n/), end: { type: 'exited', code: 0 } });
    expect(output).not.toContain('__mw_first');
  });
});

describe.each(['/bin/bash', '/bin/sh'])("the learner's shell %s", (path) => {
  it('runs a script with pipes, loops and substitutions, and tells how it ended', async () => {
    const { shell } = open(path);
    expect(await run(shell, 'for n in 1 2 3; do echo "$(expr $n + 1)"; done | tail -n 2')).toEqual({
      output: '3\n4\n',
      end: { type: 'exited', code: 0 },
    });
    expect((await run(shell, 'echo so; exit 7')).end).toEqual({ type: 'exited', code: 7 });
    expect((await run(shell, 'false')).end).toEqual({ type: 'exited', code: 1 });
  });

  it('has only the environment that it was given', async () => {
    const { shell } = open(path);
    const { output } = await run(shell, 'env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(output.replaceAll(/\b(OLDPWD|PWD|SHLVL|_) /g, '')).toBe('GIVEN HOME LANG PATH ');
  });

  it('keeps standard output and standard error in the order they were written', async () => {
    const { shell } = open(path);
    const script = 'i=0; while [ $i -lt 200 ]; do echo out$i; echo err$i >&2; i=$((i+1)); done';
    const wanted = Array.from({ length: 200 }, (_, i) => `out${i}\nerr${i}\n`).join('');
    expect((await run(shell, script)).output).toBe(wanted);
  });

  it('keeps variables, exported or not, with any text in them, for the next command and the next start', async () => {
    const { shell, folder } = open(path);
    const odd = `it's "odd" $HOME \`x\` \\ back\n  two lines\nGIVEN=fake`;
    await run(shell, `plain=${quote(odd)}; export sent=${quote(odd)}; empty=`);
    const script = 'printf "%s|" "$plain"; printenv sent; printenv plain || echo private; echo "${empty-unset}$GIVEN"';
    const wanted = `${odd}|${odd}\nprivate\nby the world\n`;
    expect((await run(shell, script)).output).toBe(wanted);
    const again = open(path, folder);
    expect((await run(again.shell, script)).output).toBe(wanted);
  });

  it('keeps a changed and an unset variable of the environment', async () => {
    const { shell } = open(path);
    await run(shell, 'GIVEN=mine; unset LANG; PATH=/opt/x:$PATH');
    expect((await run(shell, 'echo "$GIVEN ${LANG-none} $PATH"; printenv GIVEN')).output).toBe(
      'mine none /opt/x:/usr/bin:/bin\nmine\n',
    );
  });

  it('keeps the folder, also after exit, set -e and a failing command', async () => {
    const { shell, folder } = open(path);
    await run(shell, 'mkdir "a b" && cd "a b"; x=1; exit 3');
    expect((await run(shell, 'pwd; set -eu; x=2; false; x=3')).output).toBe(`${join(folder, 'work', 'a b')}\n`);
    expect((await run(shell, 'echo $x')).output).toBe('2\n');
  });

  it('starts in the working folder when the kept one is gone', async () => {
    const { shell, folder } = open(path);
    await run(shell, 'mkdir gone; cd gone');
    await run(shell, 'cd ..; rmdir gone; cd /; mkdir -p /tmp; cd "$OLDPWD"');
    expect((await run(shell, 'pwd')).output).toBe(`${join(folder, 'work')}\n`);
  });

  it('says what the shell says about a mistake, and keeps what was there before', async () => {
    const { shell } = open(path);
    await run(shell, 'x=1');
    const { output, end } = await run(shell, 'echo "unclosed');
    expect(output).toMatch(/unexpected EOF|[Uu]nterminated/);
    expect(end).toMatchObject({ type: 'exited', code: expect.any(Number) });
    expect(end).not.toMatchObject({ code: 0 });
    expect((await run(shell, 'echo $x')).output).toBe('1\n');
  });

  it('gives a command nothing to read', async () => {
    const { shell } = open(path);
    expect((await run(shell, 'read -r line || echo nothing')).output).toBe('nothing\n');
  });

  it('keeps what it keeps private, and leaves nothing half-written', async () => {
    const { shell, folder } = open(path);
    await run(shell, 'export token=secret');
    const kept = readdirSync(join(folder, 'shell')).filter((name) => name.startsWith('kept.'));
    expect(kept).toHaveLength(1);
    expect(statSync(join(folder, 'shell', kept[0] ?? '')).mode & 0o077).toBe(0);
  });

  it('ends a command that takes too long, with all that it started', async () => {
    const { shell } = open(path);
    const { output, end } = await run(shell, 'sleep 300 & echo $!; sleep 301 | cat', 300);
    expect(end).toEqual({ type: 'timed-out', afterMs: 300 });
    expect(startTimeOf(Number(output))).toBeUndefined();
  });

  it('interrupts a loop that waits for a program', async () => {
    const { shell } = open(path);
    let output = '';
    // The program itself says that it runs: bash loses an interrupt that comes between its fork and its exec.
    const script = "x=kept; while :; do sh -c 'echo tick; exec sleep 60'; done";
    const running = shell.run({ script, timeoutMs: 0 }, (text) => {
      output += text;
    });
    await until(() => output.includes('tick'));
    running.interrupt();
    expect(await running.ended).toEqual({ type: 'cancelled' });
    expect((await run(shell, 'echo $x')).output).toBe('kept\n');
  });

  it('kills what ignores an interrupt, down to the grandchildren', async () => {
    const { shell } = open(path);
    let output = '';
    const script =
      "trap '' INT TERM; (trap '' INT TERM; sleep 300 & echo child $!; wait) & echo ready; while :; do sleep 1; done";
    const running = shell.run({ script, timeoutMs: 0 }, (text) => {
      output += text;
    });
    await until(() => output.includes('ready') && output.includes('child'));
    running.interrupt();
    running.kill();
    expect(await running.ended).toEqual({ type: 'cancelled' });
    const child = Number(/child (\d+)/.exec(output)?.[1]);
    expect(startTimeOf(child)).toBeUndefined();
  });

  it('lets a job in the background go on after its command, and ends it with the program', async () => {
    const { shell, folder } = open(path);
    const { output, end } = await run(shell, 'sleep 300 & echo $!');
    const job = Number(output);
    expect(end).toEqual({ type: 'exited', code: 0 });
    expect(isAlive(job)).toBe(true);
    await shell.close();
    expect(startTimeOf(job)).toBeUndefined();
    expect(readFileSync(join(folder, 'shell', 'processes'), 'utf8')).toBe('');
  });

  it('reports a folder that is gone as a command that was not started', async () => {
    const folder = tempFolder();
    const shell = new LearnerShell({
      folder: join(folder, 'shell'),
      environment: () => environment,
      workingFolder: join(folder, 'none'),
      shell: path,
    });
    shells.push(shell);
    expect((await run(shell, 'echo')).end).toMatchObject({ type: 'not-started' });
  });

  it('runs beside without touching what is kept', async () => {
    const { shell, folder } = open(path);
    await run(shell, 'x=1');
    await shell.runBeside({ script: 'test "$x" = 1 && touch seen; x=2', timeoutMs: 0 }, () => {}).ended;
    expect((await run(shell, 'echo $x')).output).toBe('1\n');
    expect(existsSync(join(folder, 'work', 'seen'))).toBe(true);
  });
});

describe("the learner's bash", () => {
  it('keeps functions and arrays', async () => {
    const { shell } = open('/bin/bash');
    await run(shell, 'list=(a "b c"); declare -A map=([k]=v); greet() { echo "hello $1"; }');
    expect((await run(shell, 'echo "${list[1]} ${map[k]}"; greet you')).output).toBe('b c v\nhello you\n');
  });

  it('numbers the lines of its messages as the learner wrote them', async () => {
    const { shell } = open('/bin/bash');
    expect((await run(shell, 'true\nno-such-program')).output).toBe(
      'bash: line 2: no-such-program: command not found\n',
    );
  });

  it('is ready in every part for a shell on the terminal', () => {
    const { shell, folder } = open('/bin/bash');
    const program = shell.interactive('Type exit to come back.');
    expect(program).toMatchObject({ file: '/bin/bash', folder: join(folder, 'work'), environment });
    expect(existsSync(program.args[2] ?? '')).toBe(true);
  });
});

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
