import { Command } from 'commander';
import type { CommonOptions } from './options.ts';
import { profileOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk doctor`: what this machine has and lacks. Changes nothing. */
export const doctorCommand = (subcommand: Subcommand): Command =>
  new Command('doctor')
    .description('look at this machine: what is there, what is missing, what to do')
    .option('--json', 'print one JSON object')
    .addOption(profileOption())
    .addHelpText(
      'after',
      examples(['meshwalk doctor', 'look'], ['meshwalk doctor --json', 'to add to a report of a mistake']),
    )
    .action(async (options: Pick<CommonOptions, 'profile'> & { json?: boolean }) => {
      const { examine } = await import('./examine.ts');
      const { machine } = subcommand;
      const findings = await examine(options.profile, machine);
      if (options.json) machine.out(JSON.stringify({ version: machine.version, findings }));
      for (const { status, what, saw, next } of options.json ? [] : findings) {
        machine.out(`${{ good: '✓', note: '·', bad: '✗' }[status]} ${what}: ${saw}`);
        if (next) machine.out(`  → ${next}`);
      }
      if (findings.some(({ status }) => status === 'bad')) subcommand.exit(1);
    });
