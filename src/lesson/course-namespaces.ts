import { parseAllDocuments } from 'yaml';
import type { CourseFiles } from './catalog.ts';
import type { Lesson } from './lesson.ts';
import { filesNamedIn, resolveFile } from './lint.ts';
import { isRecord } from './yaml-block.ts';

/** Namespaces that lessons work in, by the manifests that their commands name; those that every cluster has are left out. */
export async function namespacesOfLessons(lessons: readonly Lesson[], files: CourseFiles): Promise<string[]> {
  const commands = lessons.flatMap(({ tasks }) => tasks.flatMap((task) => [...task.commands, ...task.solution]));
  const named = new Set(commands.flatMap(filesNamedIn).map(({ path }) => path));
  const found = new Set<string>();
  for (const path of named) {
    const resolved = await resolveFile(path, files);
    for (const manifest of 'paths' in resolved ? resolved.paths : []) {
      for (const name of namespacesIn((await files.read(manifest)) ?? '')) found.add(name);
    }
  }
  return [...found].filter((name) => name !== 'default' && !name.startsWith('kube-')).toSorted();
}

function namespacesIn(text: string): string[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object: unknown = 'errors' in document ? document.toJS() : undefined;
    const metadata = isRecord(object) ? object['metadata'] : undefined;
    if (!isRecord(object) || !isRecord(metadata)) return [];
    const name = object['kind'] === 'Namespace' ? metadata['name'] : metadata['namespace'];
    return typeof name === 'string' ? [name] : [];
  });
}
