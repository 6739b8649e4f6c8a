import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/platform/lock.ts';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { build, entry, meshwalk } from '../cli/meshwalk.ts';
import { until } from '../platform/temp-folder.ts';
import { PtySession } from '../tools/pty.ts';
import { freePort } from '../walk/course.ts';
import { processesOf } from '../walk/process-tree.ts';

const course = `---
lesson: 1
id: moments
step: 1
title: Moments
minutes: 1
needs: []
worlds: [sandbox]
---

# Moments

Words.

## First
<!-- task: first -->

\`\`\`bash {"name":"quick","effect":"reads"}
echo quick is done
\`\`\`

## Second
<!-- task: second -->

\`\`\`bash {"name":"slow","effect":"reads"}
echo slow goes on; sleep 300
\`\`\`
`;

/** A task whose condition asks a page on this port. */
const courseWithLook = (port: number) => `${course.slice(0, course.indexOf('## Second'))}## Second
<!-- task: second -->

\`\`\`bash {"name":"try","effect":"reads"}
echo it was tried
\`\`\`

<details><summary>Check: the page answers</summary>

\`\`\`yaml {"check":"second"}
- id: page
  http: { url: "http://localhost:${port}/" }
  why: Nothing shows the page.
\`\`\`

</details>

<details><summary>Hint 1</summary>

Wait.

</details>

<details><summary>Hint 2</summary>

Wait on.

</details>

<details><summary>Solution</summary>

\`\`\`bash
echo it was tried
\`\`\`

</details>
`;

let home: string;
let session: PtySession;
beforeAll(build);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'meshwalk-moments-'));
  mkdirSync(join(home, 'lessons'));
  writeFileSync(join(home, 'lessons/01-moments.md'), course);
});
afterEach(async () => {
  await session.close();
  await until(() => processesOf(home, undefined).length === 0);
  rmSync(home, { recursive: true, force: true });
});

const args = () => ['--trust', '--pace', 'instant', '--lessons', home];

function open(columns = 80, rows = 24, options = args()): PtySession {
  session = new PtySession({
    file: process.execPath,
    args: [entry, ...options],
    environment: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      MESHWALK_HOME: home,
      MESHWALK_PREPARE: '0',
      LANG: 'C.UTF-8',
    },
    folder: home,
    columns,
    rows,
  });
  return session;
}

const reached = {
  async reading() {
    await session.waitForText('Moments');
    await session.waitForText('Enter begin');
  },
  async confirming() {
    await reached.reading();
    session.press('enter');
    await session.waitForText('Task 1 of 2');
    session.press(':');
    session.write('echo own');
    await session.waitForText('$ echo own');
    session.press('enter');
    await session.waitForText('Run your own command?');
  },
  async passed() {
    await reached.reading();
    session.press('enter');
    await session.waitForText('Task 1 of 2');
    session.press('enter');
    await session.waitForText('quick is done');
    await session.waitForText('(done)');
  },
  async running() {
    await reached.passed();
    session.press('enter');
    await session.waitForText('Task 2 of 2');
    session.press('enter');
    // Its words stand on the card before they come out of it.
    await session.waitFor((screen) => /^ slow goes on$/m.test(screen), 'the output of the command');
  },
};

/** With the course that has a look: its second task's command ran, and the look began. */
async function tryIt(): Promise<void> {
  await reached.passed();
  session.press('enter');
  await session.waitForText('Task 2 of 2');
  session.press('enter');
  await session.waitFor((screen) => /^ it was tried$/m.test(screen), 'the output of the command');
}

/** Ctrl-C asks, Esc stays, Ctrl-C twice leaves; the next start shows the task that was open. */
async function leaveAndComeBack(): Promise<void> {
  session.press('ctrl-c');
  await session.waitForText('Quit?');
  session.press('escape');
  await session.waitFor((screen) => !screen.includes('Quit?'), 'the lesson again');
  session.press('ctrl-c');
  await session.waitForText('Quit?');
  session.press('ctrl-c');
  await expectLeftWell(0);
  open();
  await session.waitForText('Task 2 of 2');
}

/** As it was: normal screen, cursor shown, no paste mode; and the lock is gone. */
async function expectLeftWell(code: number): Promise<void> {
  expect((await session.ended).exitCode).toBe(code);
  expect(session.isFullScreen()).toBe(false);
  expect(session.terminal.modes.bracketedPasteMode).toBe(false);
  expect(session.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(session.raw.lastIndexOf('\u001b[?25l'));
  expect(existsSync(lockFile())).toBe(false);
}

const lockFile = () => join(home, 'default/sandbox/lock');

const sandboxPid = (): number =>
  JSON.parse(readFileSync(join(home, 'default/sandbox/sandbox/sandbox.json'), 'utf8')).pid;

describe('the program at its screen', () => {
  it.each(Object.keys(reached) as (keyof typeof reached)[])(
    'is left by Ctrl-C when %s: the terminal is as it was, and nothing is left',
    async (moment) => {
      open();
      await reached[moment]();
      session.press('ctrl-c');
      if (moment === 'running') {
        await session.waitForText('interrupted');
        session.press('ctrl-c');
      }
      if (moment === 'confirming') {
        // The first one only takes the question away.
        await session.waitFor((screen) => !screen.includes('Run your own command?'), 'the question is gone');
        session.press('ctrl-c');
      }
      await session.waitForText('Quit?');
      session.press('ctrl-c');
      await expectLeftWell(0);
    },
  );

  it('takes Ctrl-C for the end of a look while it verifies, then asks to quit, and resumes on that task', async () => {
    // Takes the question and never answers: the look goes on until somebody ends it.
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const silent = createServer((socket) => void socket.on('error', () => {}).once('data', isAsked));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      writeFileSync(join(home, 'lessons/01-moments.md'), courseWithLook((silent.address() as AddressInfo).port));
      open();
      await tryIt();
      await asked;
      await session.waitForText('Looking: 0 of 1');
      expect(session.screen()).toContain('Ctrl-C stop looking');
      session.press('ctrl-c');
      await session.waitFor((screen) => !screen.includes('Looking'), 'the end of the look');
      expect(session.screen()).not.toContain('Quit?');
      await leaveAndComeBack();
    } finally {
      silent.close();
    }
  });

  it('asks to quit at Ctrl-C when a condition failed, and resumes on that task', async () => {
    writeFileSync(join(home, 'lessons/01-moments.md'), courseWithLook(await freePort()));
    open();
    await tryIt();
    // It has looked for a while before it calls it failed.
    await session.waitForText('Not there: 0 of 1');
    await leaveAndComeBack();
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('ends at %s with code %i while a command runs, and goes on with that task', async (signal, code) => {
    open();
    await reached.running();
    session.kill(signal);
    await expectLeftWell(code);
    open();
    await session.waitForText('Task 2 of 2');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('ends at %s with code %i while the course is opened behind the first frame', async (signal, code) => {
    open(80, 24, ['--pace', 'instant']);
    await session.waitForText('Getting ready');
    session.kill(signal);
    await expectLeftWell(code);
  });

  it('is left by a q that was pressed before there was a frame', async () => {
    open(80, 24, ['--pace', 'instant']);
    session.write('q');
    await session.waitFor(() => session.raw.includes('\u001b[?1049h'), 'the screen');
    await expectLeftWell(0);
  });

  it('gives the terminal back before it says that another one has this progress', async () => {
    mkdirSync(dirname(lockFile()), { recursive: true });
    acquireLock(lockFile());
    open(80, 24, ['--pace', 'instant']);
    expect((await session.ended).exitCode).toBe(1);
    expect(session.isFullScreen()).toBe(false);
    expect(session.screen()).toContain('meshwalk is already running with this progress.');
    expect(existsSync(lockFile())).toBe(true);
  });

  it('gets its sandbox back when that dies, and says so', async () => {
    open();
    await reached.passed();
    const before = sandboxPid();
    process.kill(before, 'SIGKILL');
    await session.waitForText('The sandbox had stopped and runs again');
    expect(sandboxPid()).not.toBe(before);
    expect(startTimeOf(sandboxPid())).toBeDefined();
  });

  it('refuses a second one on the same progress, and is not disturbed', async () => {
    open();
    await reached.reading();
    const second = await meshwalk(home, ['run', ...args()]);
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.err).toContain('meshwalk is already running with this progress.');
    expect(second.err).toContain(`Process ${session.pid} holds`);
    expect(second.err).toContain('meshwalk --profile NAME');
    session.press('enter');
    await session.waitForText('Task 1 of 2');
  });

  it('asks for room at 20×5, and is whole when it has it', async () => {
    open(20, 5);
    await session.waitForText('Enlarge');
    session.resize(80, 24);
    await session.waitForText('Enter begin');
  });

  it('names file and line of a lesson with a mistake, and touches no terminal', async () => {
    writeFileSync(join(home, 'lessons/01-moments.md'), course.replace('"effect":"reads"', '"efect":"reads"'));
    open();
    expect((await session.ended).exitCode).toBe(1);
    expect(session.screen()).toMatch(/A lesson has a mistake: lessons\/01-moments\.md:\d+/);
    expect(session.screen().replaceAll('\n', '')).toContain(`meshwalk lint ${home}`);
    expect(session.raw).not.toContain('\u001b[?1049h');
  });
});
