import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkKinds } from '../check/registry.ts';
import { faultOf } from '../fault.ts';
import { type Catalog, type CourseFiles, loadCatalog } from '../lesson/catalog.ts';
import { type CourseNames, fitToWorld } from '../lesson/fit-to-world.ts';
import { errorCode } from '../platform/files.ts';
import type { WorldKind } from '../world/world.ts';

/** Reads a course from a folder. */
export function courseFiles(folder: string): CourseFiles {
  const orNone =
    <T>(none: T) =>
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return none;
      throw error;
    };
  const entriesOf = (path: string) => readdir(join(folder, path), { withFileTypes: true }).catch(orNone([]));
  return {
    list: async (path) => (await entriesOf(path)).filter((entry) => entry.isFile()).map(({ name }) => name),
    folders: async (path) => (await entriesOf(path)).filter((entry) => entry.isDirectory()).map(({ name }) => name),
    read: (path) => readFile(join(folder, path), 'utf8').catch(orNone(undefined)),
  };
}

/** In whose language, for which world (all of them, if left out) and with which names a course is read. */
export interface CourseReading {
  language?: string;
  world?: WorldKind;
  names?: CourseNames;
}

/** Throws a Fault with file and line when the course cannot be taught as it is. */
export async function loadCourse(folder: string, { language, world, names }: CourseReading = {}): Promise<Catalog> {
  const { catalog, problems } = await loadCatalog(courseFiles(folder), checkKinds, {
    ...(language !== undefined && { language }),
    ...(names && { fit: (source: string) => fitToWorld(source, names) }),
  });
  const [first] = problems;
  if (first) {
    throw faultOf('lesson.problem', first.file, first.line, first.message, folder);
  }
  if (catalog.lessons.length === 0) throw faultOf('lesson.none', folder);
  return world ? catalog.forWorld(world) : catalog;
}
