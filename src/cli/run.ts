import { Command } from 'commander';
import type { RunOptions } from './options.ts';
import {
  courseOption,
  groundOptions,
  lessonsOption,
  paceOption,
  profileOption,
  trustOption,
  wholeNumber,
  worldOption,
} from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk run`: the lessons without a screen, played by their own solutions; for CI, demos and the impatient. */
export const runCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { run: usage } = words.usage;
  const command = new Command('run')
    .description(usage.description)
    .option('--from <step>', usage.from, wholeNumber(words))
    .option('--to <step>', usage.to, wholeNumber(words))
    .option('--json', words.usage.options.jsonLines)
    .option('--prove', usage.prove)
    .addOption(paceOption(words))
    .addOption(worldOption(words))
    .addOption(profileOption(words))
    .addOption(courseOption(words))
    .addOption(lessonsOption(words))
    .addOption(trustOption(words));
  for (const option of groundOptions(words)) command.addOption(option);
  return command
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk run', usage.all],
        ['meshwalk run --to 3', usage.upTo],
        ['meshwalk run --from 7 --to 7', usage.one],
        ['meshwalk run --course more', usage.course],
        ['meshwalk run --lessons ~/my-course --trust', usage.lessons],
        ['meshwalk run --pace instant --prove --json', usage.test],
      ),
    )
    .action(async (options: RunOptions) => {
      const { playLessons } = await import('./play-lessons.ts');
      subcommand.exit(await playLessons(options, subcommand));
    });
};
