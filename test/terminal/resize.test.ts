// Storms of resizes on a real terminal, alone and inside the two multiplexers: hundreds of SIGWINCH of random sizes while
// output comes and while somebody types.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { integerBetween, seededRandom } from '../../src/platform/random.ts';
import { PtySession } from '../tools/pty.ts';
import { TestProgram } from './start-program.ts';

const program = new TestProgram();
beforeAll(() => program.bundle());
afterAll(() => program.end());

/** Whether it can be started at all; `screen -v` of some versions ends with 1. */
function isInstalled(name: string, flag: string): boolean {
  const { status } = spawnSync(name, [flag], { stdio: 'ignore' });
  return status === 0 || status === 1;
}

/** Ends a multiplexer that outlived its client; after a good run there is none. */
function quietly(name: string, args: readonly string[], more: Record<string, string> = {}): void {
  spawnSync(name, args, { stdio: 'ignore', env: { ...environment, ...more } });
}

const typed = 'echo nothing of this may be lost';
const environment = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', LINES_OF_OUTPUT: '5000' };

function start(file: string, args: readonly string[], more: Record<string, string> = {}): PtySession {
  return new PtySession({
    file,
    args,
    environment: { ...environment, ...more },
    folder: program.folder,
    columns: 80,
    rows: 24,
  });
}

/** Frames are drawn between these resizes, or not, as they come. */
async function storm(session: PtySession, count: number, random: ReturnType<typeof seededRandom>): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    session.resize(integerBetween(random, 1, 240), integerBetween(random, 1, 70));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function survives(session: PtySession, seed: number): Promise<void> {
  const random = seededRandom(seed);
  await session.waitForText('Enter begin');
  session.press('enter');
  await session.waitForText('Task 1 of 2');
  session.press('b');
  await session.waitForText('Enter answer');
  session.press('enter');
  await session.waitForText('Enter run');
  session.press('enter');
  await storm(session, 120, random);
  session.resize(100, 30);
  await session.waitForText('green created');
  session.press(':');
  await session.waitForText('Your own command');
  for (let at = 0; at < typed.length; at += 4) {
    session.write(typed.slice(at, at + 4));
    await storm(session, 20, random);
  }
  session.resize(97, 29);
  // A multiplexer paints row by row, so the frame is whole when all of this is true at once.
  const isWhole = (screen: string) => {
    const rows = screen.split('\n');
    return (
      rows.length === 29 &&
      /^ Lesson 2 of 2 .*osm-demo$/.test(rows[0] ?? '') &&
      rows.filter((row) => row.includes('Lesson 2 of 2')).length === 1 &&
      screen.includes(`$ ${typed}`) &&
      rows[28]?.includes('Enter to the card') === true
    );
  };
  await session.waitFor(isWhole, 'the last frame, for the last size, and no row of an older one');
  // What a terminal shows after drawing everything anew is what it showed before; a multiplexer may still be painting.
  const drawnAnew = async () => {
    const before = session.screen();
    session.press('ctrl-l');
    await session.waitFor((screen) => isWhole(screen) && screen === before, 'the same frame drawn anew', 5_000);
  };
  await vi.waitFor(drawnAnew, { timeout: 30_000 });
  session.press('escape');
  await session.waitFor((screen) => !screen.includes(typed) && screen.includes('q quit'), 'the lesson');
  session.press('q');
  await session.waitForText('ended: {"type":"quit"}').catch(() => undefined);
  expect((await session.ended).exitCode).toBe(0);
}

describe('a storm of resizes', () => {
  it('loses no key and leaves a whole frame', async () => {
    const session = start(process.execPath, [join(program.folder, 'program.mjs')]);
    try {
      await survives(session, 11);
    } finally {
      await session.close();
    }
  }, 90_000);

  // tmux and GNU screen are in Debian; .ci/run installs them.
  it.skipIf(!isInstalled('tmux', '-V'))(
    'loses nothing inside tmux',
    async () => {
      const configuration = join(program.folder, 'tmux.conf');
      writeFileSync(configuration, 'set -g status off\nset -s escape-time 0\n');
      const socket = join(program.folder, 'tmux-storm');
      const line = `'${process.execPath}' '${join(program.folder, 'program.mjs')}'`;
      const session = start('tmux', ['-u', '-S', socket, '-f', configuration, 'new-session', line]);
      try {
        await survives(session, 12);
      } finally {
        quietly('tmux', ['-S', socket, 'kill-server']);
        await session.close();
      }
    },
    90_000,
  );

  it.skipIf(!isInstalled('screen', '-v'))(
    'loses nothing inside GNU screen',
    async () => {
      const sockets = join(program.folder, 'screens');
      mkdirSync(sockets, { mode: 0o700 });
      const configuration = join(program.folder, 'screenrc');
      writeFileSync(configuration, 'startup_message off\naltscreen on\nmaptimeout 0\n');
      const args = ['-U', '-c', configuration, '-S', 'storm', process.execPath, join(program.folder, 'program.mjs')];
      const session = start('screen', args, { SCREENDIR: sockets, HOME: program.folder });
      try {
        await survives(session, 13);
      } finally {
        quietly('screen', ['-S', 'storm', '-X', 'quit'], { SCREENDIR: sockets });
        await session.close();
      }
    },
    90_000,
  );
});
