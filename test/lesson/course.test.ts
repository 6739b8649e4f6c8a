import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { lintCourse } from '../../src/lesson/lint.ts';

const root = join(import.meta.dirname, '../..');

it('the lessons and manifests of this project have no problems', async () => {
  const { catalog, problems } = await lintCourse(courseFiles(root), checkKinds);
  expect(problems).toEqual([]);
  expect(catalog.lessons.length).toBeGreaterThanOrEqual(8);
});
