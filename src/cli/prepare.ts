import { Command } from 'commander';
import type { CommonOptions } from './options.ts';
import { profileOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk prepare`: builds the starts of all lessons ahead of time, so that a jump to any of them takes no playing. */
export type PrepareOptions = Pick<CommonOptions, 'profile'> & { gently?: boolean };

export const prepareCommand = (subcommand: Subcommand): Command =>
  new Command('prepare')
    .description('build the starts of all lessons in a sandbox aside, so that jumps are quick')
    .option('--gently', 'with the lowest priority, and without a word')
    .addOption(profileOption())
    .addHelpText(
      'after',
      examples(
        ['meshwalk prepare', 'before a class, or on a slow machine'],
        ['MESHWALK_PREPARE=0 meshwalk', 'keep the program from doing it by itself'],
      ),
    )
    .action(async (options: PrepareOptions) => {
      const { prepare } = await import('./preparing.ts');
      await prepare(options, subcommand);
    });
