import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { loadCatalog } from '../../src/lesson/catalog.ts';
import type { Lesson, Task } from '../../src/lesson/lesson.ts';
import { filesNamedIn } from '../../src/lesson/lint.ts';
import { commandMutants } from './command-mutants.ts';
import { actingCommands, type Lab } from './lab.ts';
import { manifestMutants } from './manifest-mutants.ts';
import type { Mutant } from './mutant.ts';

const root = join(import.meta.dirname, '../..');

/** A task and what may be mistaken in it. */
export interface Station {
  lesson: Lesson;
  task: number;
  mutants: Mutant[];
}

/**
 * A restart of the sandbox is a reboot of all nodes, and sidecars come back empty. In a lesson without a control plane
 * that is the end of it, so its tasks are played from its beginning.
 */
const playedWhole: ReadonlySet<string> = new Set(['parts-die']);

/** The tasks of its lesson that have to be played before it, after the state that was put away is brought back. */
export const playedBefore = ({ lesson, task }: Station): Task[] =>
  playedWhole.has(lesson.id) ? lesson.tasks.slice(0, task) : [];

export const snapshotName = ({ lesson, task }: Station): string =>
  playedWhole.has(lesson.id) ? lesson.id : `${lesson.id}.${lesson.tasks[task]?.id}`;

export const stationName = ({ lesson, task }: Station): string => `${lesson.id}.${lesson.tasks[task]?.id}`;

/** All lessons in an order in which they can be played one after the other: what cleans up comes last. */
export async function lessonsInOrder(): Promise<Lesson[]> {
  const catalog = (await loadCatalog(courseFiles(root), checkKinds)).catalog.forWorld('sandbox');
  const first = catalog.lessonsOf('');
  const further = catalog.courses.filter((course) => course !== '').flatMap((course) => catalog.lessonsOf(course));
  return [...first.slice(0, -1), ...further, ...first.slice(-1)];
}

/** A manifest's mutants belong to the first task that applies it. */
export function stationsOf(lessons: readonly Lesson[]): Station[] {
  const seen = new Set<string>();
  return lessons.flatMap((lesson) =>
    lesson.tasks.map((task, index): Station => {
      const commands = actingCommands(task);
      const files = commands.flatMap(filesNamedIn).map(({ path }) => path);
      const fresh = [...new Set(files)].filter((file) => file.startsWith('manifests/') && !seen.has(file));
      for (const file of fresh) seen.add(file);
      const mutants = [
        ...fresh.flatMap((file) => manifestMutants(file, readFileSync(join(root, file), 'utf8'))),
        ...commands.flatMap((command) => commandMutants(`lessons/${lesson.file}`, command)),
      ];
      return { lesson, task: index, mutants };
    }),
  );
}

const commandMs = 60_000;
const conditionMs = 60_000;

/** Plays the course without a mistake, and puts the state before each station away. */
export async function playReference(
  lab: Lab,
  stations: readonly Station[],
  wanted: ReadonlySet<Station>,
  put: (station: Station) => string,
  tell: (line: string) => void,
): Promise<void> {
  await lab.start();
  const last = stations.findLastIndex((station) => wanted.has(station));
  for (const station of stations.slice(0, last + 1)) {
    const task = station.lesson.tasks[station.task];
    if (!task) continue;
    const isLessonWanted =
      playedBefore(station).length === 0 && [...wanted].some((one) => snapshotName(one) === snapshotName(station));
    if (isLessonWanted) {
      await lab.snapshot(put(station));
      await lab.start(put(station));
      await lab.settle(20_000);
    }
    if (station === stations[last]) return;
    // What a lesson runs beside itself ends with it.
    if (station.task === 0) await lab.endBackground();
    const since = Date.now();
    for (const { name, script, background } of actingCommands(task)) {
      const ended = background ? await lab.runBeside(script, 10_000) : await lab.run(script, commandMs);
      if (ended.code !== 0) throw new Error(`${stationName(station)}, ${name}: ${ended.code} ${ended.output}`);
    }
    const results = await lab.look(task, since, conditionMs);
    const failed = [...results].filter(([, result]) => result?.status !== 'passed');
    if (failed.length > 0) throw new Error(`${stationName(station)}: ${JSON.stringify(failed)}`);
    tell(`reference: ${stationName(station)}`);
  }
}
