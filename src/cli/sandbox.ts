import { Command } from 'commander';
import type { SandboxOptions } from './options.ts';
import { paceOption, profileOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk sandbox …`: the sandbox by hand, for k9s, Headlamp or a second terminal. */
export function sandboxCommand(subcommand: Subcommand): Command {
  const sandbox = new Command('sandbox')
    .description('start, stop and reach the sandbox by hand')
    .addHelpText(
      'after',
      examples(
        ['meshwalk sandbox start', 'a sandbox that stays after this command'],
        ['eval "$(meshwalk sandbox env)"', 'kubectl, az and osm of this terminal go to the sandbox'],
        ['az aks create -g rg -n own --no-ssh-key', 'a cluster without the add-on, for osm install'],
        ['meshwalk sandbox stop', 'end it; its state is kept'],
      ),
    );
  const add = (name: string, what: string, example: string) =>
    sandbox
      .command(name)
      .description(what)
      .addOption(profileOption())
      .addHelpText('after', examples([example, what]))
      .exitOverride()
      .showHelpAfterError('(--help lists what there is)');
  add('start', 'start the sandbox and leave it running', 'meshwalk sandbox start')
    .addOption(paceOption())
    .action(async (options: SandboxOptions) => (await sandboxes()).startSandbox(options, subcommand));
  add('stop', 'stop the sandbox; its state is kept', 'meshwalk sandbox stop').action(async (options: SandboxOptions) =>
    (await sandboxes()).stopSandbox(options, subcommand),
  );
  add('status', 'tell whether it runs, and where', 'meshwalk sandbox status --json')
    .option('--json', 'print one JSON object')
    .action(async (options: SandboxOptions) => (await sandboxes()).showSandbox(options, subcommand));
  add('env', 'print what a shell needs to reach it', 'eval "$(meshwalk sandbox env)"').action(
    async (options: SandboxOptions) => (await sandboxes()).printEnvironment(options, subcommand),
  );
  return sandbox;
}

const sandboxes = () => import('./sandbox-by-hand.ts');
