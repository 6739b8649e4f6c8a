import { Command, InvalidArgumentError, Option } from 'commander';
import type { Words } from '../words/en.ts';
import { helpIn } from './help.ts';
import { type CommonOptions, profileOption, screenOptions } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk class …`: an instructor and a room of learners on one network. */
export interface ClassHostOptions {
  profile: string;
  /** Steps of the first course: `1-8`, `3,5`. */
  lessons?: string;
  folder?: string;
  port: number;
  listen?: string;
  name?: string;
  allowName: string[];
  /** Where a load balancer is reached. */
  address?: string;
  /** A PostgreSQL database that several hosts share. */
  store?: string;
  tls?: boolean;
  new?: boolean;
  open: boolean;
}

export type ClassJoinOptions = CommonOptions & { name?: string; anew?: boolean };

export interface ClassWatchOptions {
  profile: string;
}

export function classCommand(subcommand: Subcommand): Command {
  const { words } = subcommand.machine;
  const { frame, classroom: usage } = words.usage;
  const command = new Command('class').description(usage.description).helpCommand('help [command]', frame.helpOf);
  const add = (name: 'host' | 'join' | 'watch', ...lines: readonly [string, string][]) =>
    command
      .command(name)
      .description(usage.does[name])
      .addHelpText('after', examples(words, ...lines))
      .helpOption('-h, --help', frame.helpOf)
      .exitOverride()
      .showHelpAfterError(frame.hint)
      .configureHelp(helpIn(words));
  addHost(
    add(
      'host',
      ['meshwalk class host', usage.host.plain],
      ['meshwalk class host --lessons 2-5 --tls', usage.host.some],
    ),
    words,
  ).action(async (options: ClassHostOptions) => (await import('./class-host.ts')).hostClass(options, subcommand));
  addJoin(
    add(
      'join',
      ['meshwalk class join 192.168.1.20:7070/#K7QX-2MPD --name Ada', usage.join.plain],
      ['meshwalk class join', usage.join.again],
    ),
    words,
  ).action(async (address: string | undefined, options: ClassJoinOptions) =>
    (await import('./class-join.ts')).joinClass(address, options, subcommand),
  );
  add('watch', ['meshwalk class watch', usage.watch.plain])
    .argument('[address]', usage.watch.address)
    .addOption(profileOption(words))
    .action(async (address: string | undefined, options: ClassWatchOptions) =>
      (await import('./class-watch.ts')).watchClass(address, options, subcommand),
    );
  return command;
}

function addHost(command: Command, words: Words): Command {
  const { host } = words.usage.classroom;
  return command
    .addOption(profileOption(words))
    .option('--lessons <steps>', host.lessons)
    .option('--folder <folder>', host.folder)
    .addOption(new Option('--port <port>', host.port).default(7070).argParser(portIn(words)))
    .option('--listen <address>', host.listen)
    .option('--name <name>', host.name)
    .option('--allow-name <name...>', host.allowName, [])
    .option('--address <address>', host.address)
    .option('--store <address>', host.store)
    .option('--tls', host.tls)
    .option('--new', host.new)
    .option('--no-open', host.noOpen);
}

const portIn =
  ({ usage }: Words) =>
  (text: string): number => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError(usage.wrong.number);
    return port;
  };

function addJoin(command: Command, words: Words): Command {
  const { join } = words.usage.classroom;
  command.argument('[address]', join.address).option('--name <name>', join.name).option('--anew', join.anew);
  for (const option of screenOptions(words)) command.addOption(option);
  return command;
}
