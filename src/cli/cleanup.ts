import { Command } from 'commander';
import { faultOf } from '../fault.ts';
import { systemClock } from '../platform/clock.ts';
import type { CommonOptions } from './options.ts';
import { groundOptions, profileOption, worldOption } from './options.ts';
import { exitCodes } from './report.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

export type CleanupOptions = Pick<CommonOptions, 'world' | 'profile' | 'context' | 'subscription' | 'yes'>;

/** Of what a learner may choose about a world, all that says where to look. */
const places = ['context', 'subscription', 'yes'];

/** `meshwalk cleanup`: takes away what lessons made in a subscription or a cluster, and proves that it is gone. */
export const cleanupCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { cleanup: usage } = words.usage;
  const command = new Command('cleanup').description(usage.description).addOption(worldOption(words));
  for (const option of groundOptions(words)) if (places.includes(option.attributeName())) command.addOption(option);
  return command
    .addOption(profileOption(words))
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk cleanup --world aks', usage.aks],
        ['meshwalk cleanup --world cluster', usage.cluster],
        ['meshwalk cleanup --world aks --yes', usage.unasked],
      ),
    )
    .action((options: CleanupOptions) => cleanup(options, subcommand));
};

async function cleanup(options: CleanupOptions, subcommand: Subcommand): Promise<void> {
  const { machine, signal, exit } = subcommand;
  const { world } = options;
  if (world === 'sandbox') throw faultOf('cleanup.sandbox');
  const { loadFindings } = await import('../words/language.ts');
  const { openCleaner } = await import('./cleaners.ts');
  const { cleanUp } = await import('./cleaning.ts');
  const isAsked = process.stdin.isTTY && process.stdout.isTTY;
  const terminal = isAsked ? { input: process.stdin, output: process.stdout } : undefined;
  const findings = await loadFindings(machine.words);
  const cleaner = await openCleaner(world, options, subcommand, { findings, terminal });
  const isClean = await cleanUp(cleaner, {
    world,
    yes: options.yes ?? false,
    terminal,
    out: machine.out,
    progress: process.stdout.isTTY ? process.stdout : undefined,
    words: machine.words,
    findings,
    clock: systemClock,
    signal,
  });
  if (!isClean) exit(exitCodes.failed);
}
