import { Command } from 'commander';
import type { Found } from '../lesson/search.ts';
import { addKeptOptions, type KeptOptions, openKept } from './kept.ts';
import type { Subcommand } from './subcommand.ts';
import { examples, loadTold } from './subcommand.ts';

/** `meshwalk search`: where words stand in the lessons and in the list of words. Only reads; works beside the tutorial. */
type SearchOptions = KeptOptions & { json?: boolean };

export const searchCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { search: usage } = words.usage;
  return addKeptOptions(
    new Command('search')
      .description(usage.description)
      .argument('<words...>', usage.words)
      .option('--json', words.usage.options.json),
    words,
  )
    .addHelpText(
      'after',
      examples(words, ['meshwalk search service account', usage.two], ['meshwalk search --json weight', usage.json]),
    )
    .action((words: string[], options: SearchOptions) => find(words.join(' '), options, subcommand));
};

async function find(words: string, options: SearchOptions, { machine }: Subcommand): Promise<void> {
  const { summarize } = await import('../progress/summary.ts');
  const { renamedLessons } = await import('./openings.ts');
  const { libraryOf } = await import('./library.ts');

  const { catalog, entries } = await openKept(options, machine);
  const library = libraryOf(catalog, () => summarize(entries(), renamedLessons(catalog)));
  const found = library.search(words);
  if (options.json) {
    machine.out(JSON.stringify({ words, places: found.map(({ marks: _, ...place }) => place) }));
    return;
  }
  const { search: told } = await loadTold(machine);
  if (found.length === 0) machine.out(told.nowhere(words));
  let shown = '';
  for (const place of found) {
    const title = place.type === 'term' ? told.terms : (catalog.find(place.lesson)?.title ?? place.lesson);
    if (title !== shown) machine.out(`${shown === '' ? '' : '\n'}${title}`);
    shown = title;
    machine.out(placeLine(place, title));
  }
}

const placeLine = ({ heading, text }: Found, title: string): string =>
  heading === title ? `  ${text.trim()}` : `  ${heading}: ${text.trim()}`;
