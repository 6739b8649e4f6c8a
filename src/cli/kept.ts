import type { Command } from 'commander';
import { faultOf } from '../fault.ts';
import type { Catalog } from '../lesson/catalog.ts';
import type { JournalEntry } from '../progress/events.ts';
import type { StateFolders } from '../progress/state-folders.ts';
import type { Words } from '../words/en.ts';
import type { CommonOptions } from './options.ts';
import { contextOption, lessonsOption, profileOption, worldOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';

/** Which course, and whose progress in which world: what every subcommand that reads them is told. */
export type KeptOptions = Pick<CommonOptions, 'world' | 'profile' | 'lessons' | 'context'>;

export const addKeptOptions = (command: Command, words: Words): Command =>
  command
    .addOption(worldOption(words))
    .addOption(contextOption(words))
    .addOption(profileOption(words))
    .addOption(lessonsOption(words));

/** Progress is kept by world and profile: a context that is named must be the one on which it was made. */
export async function mustBeChosen(
  { world, profile, context }: KeptOptions,
  environment: Subcommand['machine']['environment'],
): Promise<void> {
  if (world !== 'cluster' || context === undefined) return;
  const { readClusterChoice } = await import('../world/cluster/choice.ts');
  const { stateFolders } = await import('../progress/state-folders.ts');
  const { worldFolder } = await import('./course-names.ts');
  const chosen = readClusterChoice(worldFolder(world, stateFolders(profile, world, environment)));
  if (!chosen) throw faultOf('cluster.no-choice');
  if (chosen.context !== context) throw faultOf('cluster.other-choice', context, chosen.context);
}

/** What the learner types to go on there: `meshwalk --world aks --profile ada`. */
export const startLine = ({ world, profile }: KeptOptions): string =>
  [
    'meshwalk',
    ...(world === 'sandbox' ? [] : [`--world ${world}`]),
    ...(profile === 'default' ? [] : [`--profile ${profile}`]),
  ].join(' ');

/** A course and what is kept of somebody's way through it; only reads, and takes no lock: a screen may be open on it. */
export interface Kept {
  catalog: Catalog;
  folders: StateFolders;
  /** Read anew at each call. */
  entries(): readonly JournalEntry[];
}

export async function openKept(options: KeptOptions, machine: Subcommand['machine']): Promise<Kept> {
  const { loadCourse } = await import('./course-files.ts');
  const { courseNames } = await import('./course-names.ts');
  const { readJournal } = await import('../progress/journal.ts');
  const { stateFolders } = await import('../progress/state-folders.ts');
  await mustBeChosen(options, machine.environment);
  const folders = stateFolders(options.profile, options.world, machine.environment);
  const { language } = machine.words;
  const names = courseNames(options.world, folders);
  const catalog = await loadCourse(options.lessons ?? machine.root, { language, world: options.world, names });
  return { catalog, folders, entries: () => readJournal(folders.journal) };
}
