import { Command } from 'commander';
import type { CommonOptions } from './options.ts';
import { profileOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples, loadTold } from './subcommand.ts';

/** `meshwalk doctor`: what this machine has and lacks. Changes nothing. */
export const doctorCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { doctor: usage } = words.usage;
  return new Command('doctor')
    .description(usage.description)
    .option('--json', words.usage.options.json)
    .addOption(profileOption(words))
    .addHelpText('after', examples(words, ['meshwalk doctor', usage.plain], ['meshwalk doctor --json', usage.json]))
    .action(async (options: Pick<CommonOptions, 'profile'> & { json?: boolean }) => {
      const { examine } = await import('./examine.ts');
      const { machine } = subcommand;
      const findings = await examine(options.profile, machine, (await loadTold(machine, options)).doctor);
      if (options.json) machine.out(JSON.stringify({ version: machine.version, findings }));
      for (const { status, what, saw, next } of options.json ? [] : findings) {
        machine.out(`${{ good: '✓', note: '·', bad: '✗' }[status]} ${what}: ${saw}`);
        if (next) machine.out(`  → ${next}`);
      }
      if (findings.some(({ status }) => status === 'bad')) subcommand.exit(1);
    });
};
