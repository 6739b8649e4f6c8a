import { Command } from 'commander';
import { faultOf } from '../fault.ts';
import type { Catalog } from '../lesson/catalog.ts';
import { addKeptOptions, type Kept, type KeptOptions, openKept } from './kept.ts';
import type { Subcommand } from './subcommand.ts';
import { examples, loadTold } from './subcommand.ts';
import type { TaskChanges, Traces } from './traces.ts';

/** `meshwalk changes`: what a task changed, as a diff. Only reads; works while meshwalk runs elsewhere, and while nothing runs. */
type ChangesOptions = KeptOptions & { json?: boolean };

export const changesCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { changes: usage } = words.usage;
  return addKeptOptions(
    new Command('changes')
      .description(usage.description)
      .argument('[task]', usage.task)
      .option('--json', words.usage.options.json),
    words,
  )
    .addHelpText(
      'after',
      examples(words, ['meshwalk changes', usage.plain], ['meshwalk changes split-traffic/split-half', usage.one]),
    )
    .action((task: string | undefined, options: ChangesOptions) => showChanges(task, options, subcommand));
};

async function showChanges(
  wanted: string | undefined,
  options: ChangesOptions,
  { machine }: Subcommand,
): Promise<void> {
  const { findChanges } = await import('./traces.ts');
  const { changeDiff, changeSentences, leftOut } = await import('./changes-text.ts');
  const kept = await openKept(options, machine);
  const { catalog } = kept;
  const traces = await tracesOf(kept, options, machine);
  const found = await findChanges(traces, wanted === undefined ? undefined : taskNamed(catalog, wanted));
  if (!found) throw faultOf('changes.nothing', wanted ?? '');
  if (options.json) {
    machine.out(JSON.stringify(found));
    return;
  }
  const { changes: told } = await loadTold(machine);
  const words = { words: machine.words, told };
  machine.out(titleOf(catalog, found));
  for (const sentence of changeSentences(found.changes, words)) machine.out(`  ${sentence}`);
  machine.out('');
  for (const line of found.changes.list.flatMap((change) => changeDiff(change, words))) machine.out(line);
  machine.out(leftOut(words));
}

/** Without the lock: a screen may be open on the same state. */
async function tracesOf(
  { folders, entries }: Kept,
  options: ChangesOptions,
  machine: Subcommand['machine'],
): Promise<Traces> {
  const { join } = await import('node:path');
  const { worldFolder } = await import('./course-names.ts');
  const { createWorld } = await import('../world/registry.ts');
  const { mustHaveSnapshots } = await import('../world/snapshots.ts');
  const { keptVariables } = await import('../platform/learner-shell.ts');
  const world = createWorld(options.world, {
    folder: worldFolder(options.world, folders),
    workingFolder: options.lessons ?? machine.root,
    serverFile: join(machine.root, 'dist', 'server.js'),
    pace: 'brisk',
    learner: machine.environment,
  });
  const snapshots = mustHaveSnapshots(world);
  return { entries: entries(), snapshots, shell: keptVariables(folders.shell) };
}

function taskNamed(catalog: Catalog, name: string): { lesson: string; task: string } {
  const [lessonId = '', taskId = ''] = name.split('/');
  const lesson = catalog.find(lessonId);
  if (lesson?.tasks.some(({ id }) => id === taskId)) return { lesson: lesson.id, task: taskId };
  const known = lesson ? lesson.tasks.map(({ id }) => `${lesson.id}/${id}`) : catalog.lessons.map(({ id }) => id);
  throw faultOf('task.unknown', name, lesson ? 'tasks' : 'lessons', known.join(', '));
}

const titleOf = (catalog: Catalog, { lesson, task }: TaskChanges): string => {
  const known = catalog.find(lesson);
  return `${known?.title ?? lesson}: ${known?.tasks.find(({ id }) => id === task)?.title ?? task}`;
};
