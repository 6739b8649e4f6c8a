import { Command, Option } from 'commander';
import { helpIn } from './help.ts';
import type { CommonOptions } from './options.ts';
import {
  asciiOption,
  lessonsOption,
  paceOption,
  profileOption,
  reducedMotionOption,
  screenReaderOption,
  themeOption,
  trustOption,
} from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk state …`: where a learner stands, in a file that another opens. */
export interface StateSaveOptions {
  profile: string;
}

export type StateOpenOptions = Omit<CommonOptions, 'world' | 'profile'> & { profile?: string };

export function stateCommand(subcommand: Subcommand): Command {
  const { words } = subcommand.machine;
  const { frame, options, state: usage } = words.usage;
  const command = new Command('state').description(usage.description).helpCommand('help [command]', frame.helpOf);
  const add = (name: 'save' | 'open') =>
    command
      .command(name)
      .description(usage.does[name])
      .addHelpText('after', examples(words, [`meshwalk state ${name} ada.meshwalk-state`, usage.plain[name]]))
      .helpOption('-h, --help', frame.helpOf)
      .exitOverride()
      .showHelpAfterError(frame.hint)
      .configureHelp(helpIn(words));
  add('save')
    .argument('[file]', usage.file)
    .addOption(profileOption(words))
    .action(async (file: string | undefined, chosen: StateSaveOptions) =>
      (await import('./state-save.ts')).saveState(file, chosen, subcommand),
    );
  const open = add('open').argument('<file>', usage.file).addOption(new Option('--profile <name>', options.profile));
  const asked = [paceOption, lessonsOption, trustOption, screenReaderOption, themeOption, asciiOption];
  for (const option of [...asked, reducedMotionOption]) open.addOption(option(words));
  open.action(async (file: string, chosen: StateOpenOptions) =>
    (await import('./state-open.ts')).openState(file, chosen, subcommand),
  );
  return command;
}
