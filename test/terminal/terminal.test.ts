import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PtySession } from '../tools/pty.ts';
import { TestProgram } from './start-program.ts';

const program = new TestProgram();
beforeAll(() => program.bundle());
afterAll(() => program.end());

/** The terminal is as it was: normal screen, cursor shown, paste mode off, lines cooked. */
async function expectRestored(session: PtySession): Promise<void> {
  await session.ended;
  expect(session.isFullScreen()).toBe(false);
  expect(session.terminal.modes.bracketedPasteMode).toBe(false);
  expect(session.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(session.raw.lastIndexOf('\u001b[?25l'));
}

async function atTask(environment: Record<string, string> = {}, columns = 80, rows = 24): Promise<PtySession> {
  const session = program.start(environment, columns, rows);
  await session.waitForText('Enter begin');
  session.press('enter');
  await session.waitForText('Task 1 of 2');
  return session;
}

describe('the screen on a terminal', () => {
  it('is walked by keys alone from the introduction to the next task, and quits as it came', async () => {
    const session = await atTask({ RATIO: 'passed' });
    expect(session.isFullScreen()).toBe(true);
    session.write('b\r');
    await session.waitForText('Enter run');
    session.press('enter');
    await session.waitForText('Task passed');
    expect(session.screen()).toContain('green created');
    session.press('enter');
    await session.waitForText('Enter next task');
    session.press('enter');
    await session.waitForText('Task 2 of 2');
    session.press('q');
    await expectRestored(session);
    expect(session.screen()).toContain('ended: {"type":"quit"}');
  });

  it('lets command output send colour and nothing else to the terminal', async () => {
    const session = await atTask();
    session.write('b\r');
    await session.waitForText('Enter run');
    session.press('enter');
    await session.waitForText('created');
    expect(session.raw).toContain('\u001b[32mgreen');
    expect(session.raw).not.toContain('\u001b]52');
    session.press('q');
    await session.ended;
  });

  it('holds a paste on the command line, bracketed or not', async () => {
    const session = await atTask();
    session.paste('echo one\necho two\n');
    await session.waitForText('> echo two');
    session.press('escape');
    await session.waitFor((screen) => !screen.includes('echo two'), 'the command line closed');
    session.write('echo three\recho four\r');
    await session.waitForText('> echo four');
    expect(session.screen()).not.toContain('Output');
    session.press('ctrl-c');
    await session.waitForText('q quit');
    session.press('q');
    await session.ended;
  });

  it('survives a storm of resizes with a half-typed command, and draws whole frames after it', async () => {
    const session = await atTask();
    session.write(':echo half');
    await session.waitForText('$ echo half');
    for (let round = 0; round < 40; round += 1) session.resize(20 + ((round * 37) % 180), 5 + ((round * 13) % 50));
    session.resize(100, 30);
    const screen = await session.waitFor(
      (text) =>
        text.split('\n')[0]?.endsWith('osm-demo') === true &&
        text.includes('$ echo half') &&
        text.includes('Esc leave'),
      'a whole frame at 100×30',
    );
    expect(screen.split('\n').filter((row) => row.includes('Lesson 2 of 2'))).toHaveLength(1);
    session.press('enter');
    await session.waitForText('Run your own command?');
    session.press('n');
    session.press('q');
    await session.ended;
  });

  it('sends the command to the clipboard of the terminal', async () => {
    const session = program.start({ TASK: '1' });
    await session.waitForText('Task 2 of 2');
    session.press('p');
    await session.waitForText('Enter run …');
    session.press('y');
    await session.waitForText('Sent to the clipboard.');
    const sent = /\u001b\]52;c;([^\u0007]+)\u0007/.exec(session.raw)?.[1] ?? '';
    expect(Buffer.from(sent, 'base64').toString()).toMatch(/^kubectl delete /);
    session.press('q');
    await expectRestored(session);
  });

  it('asks for room at 20×5 and does not crash', async () => {
    const session = program.start({}, 20, 5);
    await session.waitForText('Enlarge');
    session.resize(80, 24);
    await session.waitForText('Enter begin');
    session.press('q');
    await expectRestored(session);
  });

  it('interrupts a running command with Ctrl-C, and asks before Ctrl-C quits', async () => {
    const session = program.start({ TASK: '1' });
    await session.waitForText('Task 2 of 2');
    session.press('p');
    await session.waitForText('Enter run …');
    session.press('enter');
    await session.waitForText('Run this?');
    session.press('y');
    await session.waitForText('Ctrl-C interrupt');
    session.press('ctrl-c');
    await session.waitForText('interrupted');
    session.press('ctrl-c');
    await session.waitForText('Quit?');
    session.press('ctrl-c');
    await expectRestored(session);
    expect(session.screen()).toContain('ended: {"type":"quit"}');
  });

  it('gives the terminal to a shell with the environment of the world, and takes it back', async () => {
    const session = await atTask();
    session.press('s');
    await session.waitForText('learner$');
    expect(session.isFullScreen()).toBe(false);
    session.write('echo "in world: $IN_WORLD, npm: [$npm_config_user_agent]"\r');
    await session.waitForText('in world: yes, npm: []');
    session.write('exit\r');
    await session.waitFor(() => session.isFullScreen(), 'the full screen again');
    await session.waitForText('Task 1 of 2');
    session.press('m');
    await session.waitForText('All lessons');
    session.press('escape');
    await session.waitForText('Task 1 of 2');
    session.press('q');
    await expectRestored(session);
  });

  it.each([
    ['while drawing', 'draw', 'the drawing is broken'],
    ['somewhere else', 'later', 'nobody caught this'],
  ])('is gone before the message when the program fails %s', async (_, crash, message) => {
    const session = program.start({ CRASH: crash });
    await session.waitForText('Enter begin');
    session.press('enter');
    if (crash === 'later') {
      await session.waitForText('Task 1 of 2');
      session.press('o');
    }
    await expectRestored(session);
    expect(session.screen()).toContain(`crashed: Error: ${message}`);
    expect((await session.ended).exitCode).toBe(70);
  });

  it.each(['SIGTERM', 'SIGHUP'])('restores the terminal on %s', async (signal) => {
    const session = await atTask();
    session.kill(signal);
    await session.ended;
    expect(session.isFullScreen()).toBe(false);
    expect(session.raw).toContain(`"signal":"${signal}"`);
  });

  it('sends no SGR at all under NO_COLOR', async () => {
    const session = await atTask({ NO_COLOR: '1', COLORTERM: 'truecolor' });
    session.write('b\r');
    await session.waitForText('Enter run');
    session.press('enter');
    await session.waitForText('Not yet');
    session.press('q');
    await session.ended;
    expect(session.raw).not.toMatch(/\u001b\[[\d;:]*m/);
  });

  it('draws in ASCII where the locale is not UTF-8', async () => {
    const session = await atTask({ LANG: 'C', NO_COLOR: '1' });
    expect(session.screen()).toMatch(/^[\x20-\x7e\n]*$/);
    session.press('q');
    await session.ended;
  });

  it('does not mind CI in the environment', async () => {
    const session = await atTask({ CI: 'true' });
    session.press('q');
    await expectRestored(session);
  });

  it('stays quick while ten thousand lines arrive', async () => {
    const session = await atTask({ LINES_OF_OUTPUT: '10000' });
    session.write('b\r');
    await session.waitForText('Enter run');
    session.press('enter');
    await session.waitForText('green created');
    session.press('m');
    await session.waitForText('All lessons');
    // Whole frames of 2,000 cells, not 10,000 lines.
    expect(session.raw.length).toBeLessThan(400_000);
    session.press('m');
    session.press('q');
    await session.ended;
  });
});

describe('under a shell with job control', () => {
  it('goes to the background on Ctrl-Z and comes back whole on fg', async () => {
    const session = new PtySession({
      file: 'bash',
      args: ['--norc', '-i'],
      environment: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', PS1: 'outer$ ' },
      folder: program.folder,
    });
    try {
      await session.waitForText('outer$');
      session.write(`'${process.execPath}' program.mjs\r`);
      await session.waitForText('Enter begin');
      session.press('ctrl-z');
      await session.waitFor((screen) => /Stopped/.test(screen) && !session.isFullScreen(), 'the outer shell');
      session.write('fg\r');
      await session.waitFor((screen) => session.isFullScreen() && screen.includes('Enter begin'), 'the screen again');
      session.press('enter');
      await session.waitForText('Task 1 of 2');
      session.press('q');
      await session.waitFor((screen) => /ended: \{"type":"quit"\}\s+outer\$\s*$/.test(screen), 'the outer shell again');
      session.write('stty -a | tr -d "\\n"; exit\r');
      await session.ended;
      expect(session.screen()).toMatch(/ icanon/);
    } finally {
      await session.close();
    }
  });
});

describe('without a terminal', () => {
  it('says so, and what to do instead', async () => {
    const child = spawn(process.execPath, [join(program.folder, 'program.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { TERM: 'xterm' },
    });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    await once(child, 'close');
    expect(said).toContain('fault screen.no-terminal: The lessons need a terminal to draw on.');
  });

  it('refuses a dumb one', async () => {
    const session = program.start({ TERM: 'dumb' });
    await session.ended;
    expect(session.screen()).toContain('fault screen.dumb-terminal');
    expect(session.raw).not.toContain('\u001b[?1049h');
  });
});

describe('in tmux', () => {
  const hasTmux = (() => {
    try {
      execFileSync('tmux', ['-V']);
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!hasTmux)('keeps its columns in a second emulator', async () => {
    const socket = join(program.folder, 'tmux');
    const tmux = (...args: string[]) =>
      execFileSync('tmux', ['-S', socket, ...args], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
      });
    tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '80',
      '-y',
      '24',
      `LANG=C.UTF-8 ${process.execPath} ${join(program.folder, 'program.mjs')}`,
    );
    try {
      let screen = '';
      const shows = (text: string) =>
        vi.waitUntil(
          () => {
            screen = tmux('capture-pane', '-p');
            return screen.includes(text);
          },
          { interval: 50, timeout: 20_000 },
        );
      await shows('Enter begin');
      tmux('send-keys', 'Enter');
      await shows('your turn');
      const box = screen.split('\n').filter((row) => /[╭╰│].*[╮╯│]$/.test(row));
      expect(new Set(box.map((row) => [...row].length))).toEqual(new Set([79]));
    } finally {
      tmux('kill-server');
    }
  });
});
