import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { loadCatalog } from '../../src/lesson/catalog.ts';
import { lintCourse } from '../../src/lesson/lint.ts';

const root = join(import.meta.dirname, '../..');

it('the lessons and manifests of this project have no problems', async () => {
  const { catalog, problems } = await lintCourse(courseFiles(root), checkKinds);
  expect(problems).toEqual([]);
  expect(catalog.lessons.length).toBeGreaterThanOrEqual(8);
});

it('every lesson of this project is written in German too, and so are the titles of its courses', async () => {
  const [original, german] = await Promise.all(
    ['en', 'de'].map(async (language) => (await loadCatalog(courseFiles(root), checkKinds, { language })).catalog),
  );
  expect(german?.lessons.filter(({ language }) => language !== 'de').map(({ file }) => file)).toEqual([]);
  expect(german?.lessons.map(({ id }) => id)).toEqual(original?.lessons.map(({ id }) => id));
  for (const course of original?.courses.filter((name) => name !== '') ?? []) {
    expect(german?.titleOf(course), course).not.toBe(original?.titleOf(course));
  }
});
