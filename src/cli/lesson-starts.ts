import { createHash } from 'node:crypto';
import { Fault } from '../fault.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Parts } from './compose.ts';
import { manifestFiles } from './manifest-files.ts';
import { stepsBefore } from './outcomes.ts';
import { type Building, buildStartState } from './start-state.ts';

/**
 * Starts of lessons that were built once, kept to be put back in a moment instead of being played again. A start is kept
 * only when nothing but solutions made it, and counts only while lessons and manifests are the same.
 */
type CourseParts = Pick<Parts, 'world' | 'catalog'>;
type StartParts = CourseParts & Pick<Parts, 'shell'>;

/**
 * The world at the start of a lesson. With `empty` the world is beyond it: a kept start takes its place, or it is emptied.
 * What a kept start lacks is played all the same, so it is never less than a built one.
 */
export async function startAt(
  parts: Parts,
  lesson: Lesson,
  building: Building,
  empty?: () => Promise<void>,
): Promise<void> {
  const isFromNothing = empty !== undefined || (await isPristine(parts));
  const isPut = isFromNothing && (await putStart(parts, lesson));
  if (!isPut) await empty?.();
  await buildStartState(parts, lesson, building);
  const { finished } = parts.summary();
  const isItsStart = lesson.tasks.every(({ id }) => !finished.has(`${lesson.id}/${id}`));
  const isMade = stepsBefore(parts, lesson.id).length > 0;
  if (isFromNothing && !isPut && isItsStart && isMade)
    await keepStart(parts, idOf(parts, lesson, await manifestsHash(parts)));
}

/** Lessons whose start is not kept, those with the least before them first. None where the world keeps nothing. */
export async function lessonsToPrepare(parts: CourseParts): Promise<Lesson[]> {
  const { world, catalog } = parts;
  if (!world.snapshots) return [];
  const kept = new Set((await world.snapshots.list()).map(({ id }) => id));
  const manifests = await manifestsHash(parts);
  const missing: { lesson: Lesson; steps: number }[] = [];
  for (const lesson of catalog.lessons.filter(({ worlds }) => worlds.includes(world.kind))) {
    const steps = stepsBefore(parts, lesson.id).length;
    if (steps > 0 && !kept.has(idOf(parts, lesson, manifests))) missing.push({ lesson, steps });
  }
  return missing.sort((a, b) => a.steps - b.steps).map(({ lesson }) => lesson);
}

/**
 * Builds starts in a world that is nobody's, each from the one before where it can, and keeps them. `onKept` is given the
 * id of each.
 */
export async function prepareStarts(
  parts: Parts,
  lessons: readonly Lesson[],
  building: Building,
  onKept: (lesson: Lesson, id: string) => Promise<void>,
): Promise<void> {
  const manifests = await manifestsHash(parts);
  let before: ReturnType<typeof stepsBefore> = [];
  for (const lesson of lessons) {
    const steps = stepsBefore(parts, lesson.id);
    if (!before.every(({ task }, index) => steps[index]?.task === task)) {
      await parts.world.reset?.();
      parts.shell.forget();
    }
    await buildStartState(parts, lesson, building);
    building.signal.throwIfAborted();
    const id = idOf(parts, lesson, manifests);
    await keepStart(parts, id);
    await onKept(lesson, id);
    before = steps;
  }
}

interface Note {
  version: 1;
  kind: 'start';
  shell: string;
}

/** Durable when it resolves. A world without snapshots keeps nothing, and a full disk costs only the time of the next jump. */
async function keepStart({ world: { snapshots }, shell }: StartParts, id: string): Promise<void> {
  const note: Note = { version: 1, kind: 'start', shell: shell.kept() };
  try {
    await snapshots?.take(id, note);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

/** Puts the start in the place of all that is there. False, and nothing touched, where none is kept. */
async function putStart(parts: StartParts, lesson: Lesson): Promise<boolean> {
  const { snapshots } = parts.world;
  if (!snapshots) return false;
  const id = idOf(parts, lesson, await manifestsHash(parts));
  const kept = (await snapshots.list()).find((snapshot) => snapshot.id === id);
  const note = kept && readNote(kept.note);
  if (!note) return false;
  await snapshots.restore(id);
  parts.shell.keep(note.shell);
  return true;
}

/** Nobody made anything here yet, so there is nothing that a start could take the place of. */
async function isPristine({ world }: StartParts): Promise<boolean> {
  const things = await world.snapshots?.things();
  return things !== undefined && !things.some(({ kind }) => kind === 'Resource group' || kind === 'Managed cluster');
}

/** Every manifest that lessons may apply. */
async function manifestsHash({ world }: CourseParts): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, content } of await manifestFiles(world.workingFolder)) hash.update(path).update(content);
  return hash.digest('hex');
}

/** By what the start is made of: solutions of the lessons before, and manifests. */
function idOf(parts: CourseParts, { id }: Lesson, manifests: string): string {
  const hash = createHash('sha256').update(manifests);
  for (const { task } of stepsBefore(parts, id)) {
    for (const { name, script } of task.solution) hash.update(`${name}\0${script}\0`);
  }
  const name = id.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  return `start-${name.slice(0, 40)}-${hash.digest('hex').slice(0, 16)}`;
}

function readNote(found: unknown): Note | undefined {
  if (typeof found !== 'object' || found === null) return undefined;
  const note = found as Partial<Note>;
  return note.version === 1 && note.kind === 'start' && typeof note.shell === 'string' ? (note as Note) : undefined;
}
