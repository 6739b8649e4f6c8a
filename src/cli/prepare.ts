import { Command } from 'commander';
import type { CommonOptions } from './options.ts';
import { profileOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk prepare`: builds the starts of all lessons ahead of time, so that a jump to any of them takes no playing. */
export type PrepareOptions = Pick<CommonOptions, 'profile'> & { gently?: boolean };

export const prepareCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { prepare: usage } = words.usage;
  return new Command('prepare')
    .description(usage.description)
    .option('--gently', usage.gently)
    .addOption(profileOption(words))
    .addHelpText(
      'after',
      examples(words, ['meshwalk prepare', usage.plain], ['MESHWALK_PREPARE=0 meshwalk', usage.without]),
    )
    .action(async (options: PrepareOptions) => {
      const { prepare } = await import('./preparing.ts');
      await prepare(options, subcommand);
    });
};
