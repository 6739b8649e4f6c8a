import { Command } from 'commander';
import type { CommonOptions } from './options.ts';
import { profileOption, worldOption } from './options.ts';
import { exitCodes } from './report.ts';
import type { Subcommand } from './subcommand.ts';
import { examples, forPrograms } from './subcommand.ts';

type DoctorOptions = Pick<CommonOptions, 'profile' | 'world' | 'context'> & { json?: boolean };

/** `meshwalk doctor`: what this machine, cluster and subscription have and lack for a world. Changes nothing. */
export const doctorCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { doctor: usage } = words.usage;
  return new Command('doctor')
    .description(usage.description)
    .option('--json', words.usage.options.json)
    .addOption(worldOption(words))
    .addOption(profileOption(words))
    .option('--context <name>', words.usage.options.context)
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk doctor', usage.plain],
        ['meshwalk doctor --world aks', usage.aks],
        ['meshwalk doctor --world cluster', usage.cluster],
        ['meshwalk doctor --json', usage.json],
      ),
    )
    .action((options: DoctorOptions) => doctor(options, subcommand));
};

async function doctor(options: DoctorOptions, { machine, signal, exit }: Subcommand): Promise<void> {
  const { loadFindings } = await import('../words/language.ts');
  const { examine } = await import('../preflight/examine.ts');
  const { groundOf } = await import('./examined-ground.ts');
  const { preflight, faultTexts } = await loadFindings(options.json ? forPrograms : machine.words);
  const groups = await examine(groundOf(options, machine, signal), preflight, faultTexts);
  const findings = groups.flatMap(({ group, findings }) => findings.map((finding) => ({ group, ...finding })));
  const isReady = findings.every(({ status }) => status !== 'bad');
  if (options.json) {
    machine.out(JSON.stringify({ version: machine.version, world: options.world, ready: isReady, findings }));
  } else {
    const { findingLines, verdictLine } = await import('./finding-lines.ts');
    const width = process.stdout.isTTY ? process.stdout.columns : undefined;
    for (const { group, findings } of groups) {
      machine.out(preflight.groups[group]);
      for (const line of findings.flatMap((finding) => findingLines(finding, width))) machine.out(`  ${line}`);
      machine.out('');
    }
    machine.out(verdictLine(findings, preflight));
  }
  if (!isReady) exit(exitCodes.failed);
}
