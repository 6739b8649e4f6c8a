import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/fault.ts';
import { mustHaveSnapshots } from '../../src/world/snapshots.ts';
import { tempFolders } from '../platform/temp-folder.ts';
import { PtySession } from '../tools/pty.ts';
import { build, entry, meshwalk, start } from './meshwalk.ts';
import { writeSmallCourse } from './small-course.ts';

// A small course of its own on the real sandbox: Azure's groups, the shell's variables and progress go back and forth.
const tempFolder = tempFolders();
beforeAll(build);

function course(): { home: string; folder: string } {
  const home = tempFolder();
  return { home, folder: writeSmallCourse(home) };
}

/** World, shell and progress as they are on disk. */
async function stateOf(home: string, folder: string) {
  const state = join(home, 'default/sandbox');
  const azure = JSON.parse(readFileSync(join(state, 'sandbox/state/azure.json'), 'utf8'));
  const kept = readFileSync(join(state, 'shell/kept.bash'), 'utf8');
  const { out } = await meshwalk(home, ['status', '--json', '--lessons', folder]);
  const { lessons, next } = JSON.parse(out);
  const finished = lessons.map((one: { finishedTasks: number }) => one.finishedTasks);
  return { groups: azure.groups, made: /MADE="([^"]*)"/.exec(kept)?.[1] ?? '', finished, next };
}

const steps = (home: string, folder: string, ...args: string[]) =>
  meshwalk(home, [...args, '--lessons', folder, '--pace', 'instant']);

describe('undoing from the command line', { timeout: 300_000 }, () => {
  it('takes tasks back one by one, brings them again, and leaves nothing else changed', async () => {
    const { home, folder } = course();
    const run = (...args: string[]) => steps(home, folder, ...args);
    const now = () => stateOf(home, folder);
    expect((await run('run', '--to', '1', '--trust')).code).toBe(0);
    const afterFirst = await now();
    expect((await run('run', '--trust')).code).toBe(0);
    const all = await now();
    expect(all).toMatchObject({ made: ' one two three', finished: [2, 1] });

    const shown = await run('undo', '--dry-run');
    expect(shown.out).toMatch(/Lesson second: Make three\n {2}created +Resource group three\n/);
    expect(await now()).toEqual(all);

    // The last task of a lesson, and of the course.
    expect((await run('undo')).out).toContain('Undone.');
    expect(await now()).toEqual({ ...afterFirst, next: 'second' });
    expect((await run('undo')).out).toContain('Make two');
    expect(await now()).toMatchObject({ made: ' one', finished: [1, 0], next: 'first' });
    expect((await run('redo')).out).toContain('Make two');
    expect(await now()).toEqual({ ...afterFirst, next: 'second' });
    expect((await run('redo')).out).toContain('Make three');
    expect(await now()).toEqual(all);
    expect(await run('redo')).toMatchObject({ code: 1, err: expect.stringContaining('nothing to redo') });

    const changes = await meshwalk(home, ['changes', 'first/two', '--lessons', folder]);
    expect(changes.out).toContain('created Resource group two\n+ location: southeastasia');
    expect(changes.out).not.toContain('three');

    // On the screen, in another program: the way back is kept on disk.
    const session = new PtySession({
      file: process.execPath,
      args: [entry, '--lessons', folder, '--trust', '--pace', 'instant'],
      environment: { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' },
      folder: home,
      columns: 60,
      rows: 20,
    });
    try {
      // The opening screen names the lesson too, and takes no keys of the lesson.
      await session.waitFor(
        (screen) => screen.includes('Lesson second') && screen.includes('Enter begin'),
        'the lesson',
      );
      session.write('u');
      await session.waitFor((screen) => screen.includes('Resource group three'), 'what undoing takes back');
      expect(session.screen()).toContain('Enter do it');
      session.press('enter');
      await session.waitForText('Undone: Make three');
      expect(await now()).toEqual({ ...afterFirst, next: 'second' });
      session.write('U');
      await session.waitFor(
        (screen) => screen.includes('Redo a task') && screen.includes('three'),
        'what redoing brings',
      );
      session.press('enter');
      await session.waitForText('Redone: Make three');
      expect(await now()).toEqual(all);
      session.write('D');
      await session.waitForText('What the last task changed');
      await session.waitFor((screen) => screen.includes('+ location'), 'the diff');
    } finally {
      await session.close();
    }
  });

  it('is done or not done, all of it, when the program is killed on the way', async () => {
    const { home, folder } = course();
    expect((await steps(home, folder, 'run', '--to', '1', '--trust')).code).toBe(0);
    const states = [
      { groups: [], made: '', finished: [0, 0] },
      { groups: ['one'], made: ' one', finished: [1, 0] },
      { groups: ['one', 'two'], made: ' one two', finished: [2, 0] },
    ];
    let at = states.length - 1;
    for (const [round, delayMs] of [0, 40, 80, 150, 300].entries()) {
      const way = round % 2 === 0 ? 'undo' : 'redo';
      const child = start(home, [way, '--lessons', folder, '--pace', 'instant']);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // From its first word on it goes back; before that it only starts.
      await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
      await Promise.race([new Promise((resolve) => setTimeout(resolve, delayMs)), ended]);
      child.kill('SIGKILL');
      await ended;
      // The next program finishes what was intended, whatever else it is asked for.
      await steps(home, folder, 'redo', '--dry-run');
      const { groups, made, finished } = await stateOf(home, folder);
      const state = { groups: Object.keys(groups), made, finished };
      const target = Math.min(at + (way === 'undo' ? -1 : 1), states.length - 1);
      expect([states[at], states[target]], `${way}, killed after ${delayMs} ms`).toContainEqual(state);
      at = state.finished[0] ?? 0;
    }
  });
});

it('a world without a way back says so', () => {
  expect(() => mustHaveSnapshots({ kind: 'aks' })).toThrow(Fault);
  expect(() => mustHaveSnapshots({ kind: 'cluster' })).toThrow(
    expect.objectContaining({
      code: 'world.no-snapshots',
      what: 'In the cluster world, what a task changed is not kept and cannot be undone.',
    }),
  );
});
