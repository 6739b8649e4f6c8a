import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface ProvenRow {
  id: string;
  test: string;
  file: string;
}

const root = join(import.meta.dirname, '..', '..', '..', '..');
const written = /^\s*row\(\s*'([^']+)',\s*(['"`])((?:(?!\2).)*)\2/gm;

/** The rows that some test of the mesh is written for, read from the tests' text, so that nothing has to run. */
export function provenRows(): ProvenRow[] {
  const folder = join(root, 'test', 'sandbox', 'mesh');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(written)].map(([, id = '', , test = '']) => ({
        id,
        test,
        file: relative(root, path).replaceAll('\\', '/'),
      })),
    );
}
