import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ManifestFile {
  /** From the folder of manifests. */
  path: string;
  content: Buffer;
}

/** Every manifest of a course, in the order of their paths; none where it has no such folder. */
export async function manifestFiles(root: string): Promise<ManifestFile[]> {
  const folder = join(root, 'manifests');
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (file) => ({ path: file.slice(folder.length), content: await readFile(file) })),
  );
}
