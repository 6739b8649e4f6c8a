// What is asked of every course that comes with the program: played unsolved each condition fails as said, solved it holds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { type Catalog, firstCourse, loadCatalog } from '../../src/lesson/catalog.ts';
import { build } from '../cli/meshwalk.ts';
import { copyCourse } from '../walk/course.ts';
import { eventsOf, type Play, play } from './play.ts';

/** Task, condition, status before the task, and what is seen then; what waits for others names them. */
export type Before = readonly [task: string, id: string, status: 'wrong' | 'not-yet' | 'waits', saw: string];

export interface Proof {
  /** Filled when the tests run. */
  readonly play: Play;
  readonly catalog: Catalog;
  /** What a command of the lessons printed. */
  outputOf(command: string): string;
}

/** Plays a course once on a sandbox of its own, and tests what all courses have to show. */
export function proveCourse(course: string, before: readonly Before[]): Proof {
  let home: string;
  let proof: Play;
  let catalog: Catalog;

  beforeAll(async () => {
    build();
    home = mkdtempSync(join(tmpdir(), 'meshwalk-play-'));
    const { folder } = await copyCourse(join(home, 'course'));
    catalog = (await loadCatalog(courseFiles(folder), checkKinds)).catalog.forWorld('sandbox');
    proof = await play(home, folder, '--prove', ...(course === firstCourse ? [] : ['--course', course]));
  }, 300_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  describe('the course', () => {
    it('is played to its end by its own solutions', () => {
      expect(proof.err).toBe('');
      expect(proof.code, JSON.stringify(proof.events.at(-1))).toBe(0);
      expect(proof.events.at(-1)).toEqual({ event: 'end', lessons: catalog.lessonsOf(course).length });
    });

    it('has no command that fails on the way', () => {
      const failed = eventsOf(proof, 'command').filter(({ end }) => end.type !== 'exited' || end.code !== 0);
      expect(failed).toEqual([]);
    });

    it('has no condition that this file does not speak of', () => {
      const all = catalog
        .lessonsOf(course)
        .flatMap((lesson) =>
          lesson.tasks.flatMap((task) =>
            (task.check?.conditions ?? []).map(({ id }) => `${lesson.id}/${task.id} ${id}`),
          ),
        );
      expect(before.map(([task, id]) => `${task} ${id}`)).toEqual(all);
    });
  });

  describe('before its task', () => {
    it.each(before)('%s: %s is %s: %s', (task, id, status, saw) => {
      const unsolved = eventsOf(proof, 'unsolved').find((event) => `${event.lesson}/${event.task}` === task);
      const condition = unsolved?.conditions.find((one) => one.id === id);
      if (status === 'waits') {
        expect(condition?.result).toBeUndefined();
        expect(condition?.waitsFor).toEqual(saw.split(' '));
      } else {
        expect(condition?.result).toMatchObject({ status, saw: expect.stringContaining(saw) });
        // A learner reads what it means, and one thing to do about it (a question is its own).
        expect(condition?.why).toMatch(/\.$/);
        if (saw !== 'no answer yet') expect(condition?.result).toHaveProperty('tryThis');
      }
    });
  });

  describe('after its task', () => {
    it.each(before.map(([task, id]) => [task, id] as const))('%s: %s holds, and says what was seen', (task, id) => {
      const solved = eventsOf(proof, 'solved').find((event) => `${event.lesson}/${event.task}` === task);
      expect(solved?.conditions.find((one) => one.id === id)?.result).toEqual({
        status: 'passed',
        saw: expect.stringMatching(/\S/),
      });
    });
  });

  return {
    get play() {
      return proof;
    },
    get catalog() {
      return catalog;
    },
    outputOf: (command) => {
      const run = eventsOf(proof, 'command').find((event) => event.command === command);
      return run?.output.join('\n') ?? '';
    },
  };
}
