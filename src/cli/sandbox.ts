import { Command } from 'commander';
import { helpIn } from './help.ts';
import type { SandboxOptions } from './options.ts';
import { paceOption, profileOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk sandbox …`: the sandbox by hand, for k9s, Headlamp or a second terminal. */
export function sandboxCommand(subcommand: Subcommand): Command {
  const { words } = subcommand.machine;
  const { frame, options, sandbox: usage } = words.usage;
  const sandbox = new Command('sandbox')
    .description(usage.description)
    .helpCommand('help [command]', frame.helpOf)
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk sandbox start', usage.stays],
        ['eval "$(meshwalk sandbox env)"', usage.env],
        ['az aks create -g rg -n own --no-ssh-key', usage.own],
        ['meshwalk sandbox stop', usage.end],
      ),
    );
  const add = (name: keyof typeof usage.does, example: string) =>
    sandbox
      .command(name)
      .description(usage.does[name])
      .addOption(profileOption(words))
      .addHelpText('after', examples(words, [example, usage.does[name]]))
      .helpOption('-h, --help', frame.helpOf)
      .exitOverride()
      .showHelpAfterError(frame.hint)
      .configureHelp(helpIn(words));
  add('start', 'meshwalk sandbox start')
    .addOption(paceOption(words))
    .option('--azure-scenario <name[:seed]>', usage.azureScenario)
    .action(async (options: SandboxOptions) => (await sandboxes()).startSandbox(options, subcommand));
  add('stop', 'meshwalk sandbox stop').action(async (options: SandboxOptions) =>
    (await sandboxes()).stopSandbox(options, subcommand),
  );
  add('status', 'meshwalk sandbox status --json')
    .option('--json', options.json)
    .action(async (options: SandboxOptions) => (await sandboxes()).showSandbox(options, subcommand));
  add('env', 'eval "$(meshwalk sandbox env)"').action(async (options: SandboxOptions) =>
    (await sandboxes()).printEnvironment(options, subcommand),
  );
  return sandbox;
}

const sandboxes = () => import('./sandbox-by-hand.ts');
