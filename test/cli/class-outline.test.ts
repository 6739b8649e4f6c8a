import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inEveryWorld, lessonsIn } from '../../src/cli/class-outline.ts';
import { loadCourse } from '../../src/cli/course-files.ts';

it('a class is about its lessons, and about what other worlds have in their places', async () => {
  const all = await loadCourse(join(import.meta.dirname, '../..'));
  const lessons = lessonsIn(all.forWorld('sandbox'), '1-2, 9');
  expect(lessons.map(({ id }) => id)).toEqual(['create-cluster', 'connect-kubectl', 'clean-up']);
  expect(inEveryWorld(lessons, all).map(({ id }) => id)).toEqual([
    'create-cluster',
    'check-cluster',
    'connect-kubectl',
    'clean-up',
    'leave-cluster',
  ]);
});
