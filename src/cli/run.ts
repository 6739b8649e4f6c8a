import { Command } from 'commander';
import type { RunOptions } from './options.ts';
import {
  courseOption,
  lessonsOption,
  paceOption,
  positiveInteger,
  profileOption,
  trustOption,
  worldOption,
} from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk run`: the lessons without a screen, played by their own solutions; for CI, demos and the impatient. */
export const runCommand = (subcommand: Subcommand): Command =>
  new Command('run')
    .description('play the lessons without a screen: their solutions run, their checks decide')
    .option(
      '--from <step>',
      'begin at this step; what it needs is built first, from an empty sandbox where that is beyond it',
      positiveInteger,
    )
    .option('--to <step>', 'stop after this step', positiveInteger)
    .option('--json', 'print one JSON object a line')
    .option('--prove', 'fail unless every condition fails before its task and holds after it')
    .addOption(paceOption())
    .addOption(worldOption())
    .addOption(profileOption())
    .addOption(courseOption())
    .addOption(lessonsOption())
    .addOption(trustOption())
    .addHelpText(
      'after',
      examples(
        ['meshwalk run', 'play all that is not finished yet'],
        ['meshwalk run --to 3', 'up to step 3, then go on by hand: meshwalk'],
        ['meshwalk run --from 7 --to 7', 'one step; what it needs is built first'],
        ['meshwalk run --course more', 'the lessons beyond the first course'],
        ['meshwalk run --lessons ~/my-course --trust', 'lessons of your own'],
        ['meshwalk run --pace instant --prove --json', 'test the lessons in CI'],
      ),
    )
    .action(async (options: RunOptions) => {
      const { playLessons } = await import('./play-lessons.ts');
      subcommand.exit(await playLessons(options, subcommand));
    });
