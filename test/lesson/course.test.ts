import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import type { CourseFiles } from '../../src/lesson/catalog.ts';
import { lintCourse } from '../../src/lesson/lint.ts';

const root = join(import.meta.dirname, '../..');

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code));

const files: CourseFiles = {
  list: (path) => readdir(join(root, path)).catch((error) => (isMissing(error) ? [] : Promise.reject(error))),
  read: (path) =>
    readFile(join(root, path), 'utf8').catch((error) => (isMissing(error) ? undefined : Promise.reject(error))),
};

it('the lessons and manifests of this project have no problems', async () => {
  const { catalog, problems } = await lintCourse(files, checkKinds);
  expect(problems).toEqual([]);
  expect(catalog.lessons.length).toBeGreaterThanOrEqual(8);
});
