import { type Flag, FlagError, type Flags, parseFlags, UsageError } from './flags.ts';

/**
 * A tree of commands with the manners of Go's cobra (help, aliases, suggestions, argument errors), because kubectl
 * and osm are made with it and learners compare the words. Knows no command of its own.
 */
export interface Invocation {
  flags: Flags;
  args: readonly string[];
  /** `osm namespace add` */
  path: string;
  io: ProgramIo;
}

export interface ProgramIo {
  out(text: string): void;
  err(text: string): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Resolves with one line typed by the learner, or undefined at the end of input. */
  question(prompt: string): Promise<string | undefined>;
  /** Standard output is a terminal that may be coloured. */
  isColoured: boolean;
  signal: AbortSignal;
  /** The process's own streams, for commands that carry bytes. */
  streams?: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };
}

export interface CommandSpec {
  /** `add NAMESPACE ...` */
  use: string;
  aliases?: readonly string[];
  short: string;
  long?: string;
  example?: string;
  flags?: readonly Flag[];
  /** Flags that this command and all below it take. */
  persistentFlags?: readonly Flag[];
  /** Returns what is wrong with the arguments of the command at `path`. */
  args?(args: readonly string[], path: string): string | undefined;
  run?(invocation: Invocation): Promise<number>;
  commands?: readonly CommandSpec[];
}

export const noArgs = (args: readonly string[], path: string) =>
  args.length === 0 ? undefined : `unknown command ${JSON.stringify(args[0])} for ${JSON.stringify(path)}`;
export const exactArgs = (count: number) => (args: readonly string[]) =>
  args.length === count ? undefined : `accepts ${count} arg(s), received ${args.length}`;
export const minimumArgs = (count: number) => (args: readonly string[]) =>
  args.length >= count ? undefined : `requires at least ${count} arg(s), only received ${args.length}`;
export const maximumArgs = (count: number) => (args: readonly string[]) =>
  args.length <= count ? undefined : `accepts at most ${count} arg(s), received ${args.length}`;

const nameOf = (spec: CommandSpec) => spec.use.split(' ')[0] ?? '';

interface Found {
  spec: CommandSpec;
  path: string[];
  /** Root first. */
  chain: CommandSpec[];
  rest: string[];
}

const takesNoValue = (flag: Flag | undefined) => flag === undefined || flag.type === 'bool' || flag.bare !== undefined;

/** Follows command names through flags that may stand between them, as cobra's Find does. */
function find(root: CommandSpec, argv: readonly string[]): Found {
  const found: Found = { spec: root, path: [nameOf(root)], chain: [root], rest: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      found.rest.push(...argv.slice(at));
      break;
    }
    if (word.startsWith('-')) {
      found.rest.push(word);
      const flag = flagsOf(found.chain).find((other) => word === `--${other.name}` || word === `-${other.short}`);
      const next = argv[at + 1];
      if (!word.includes('=') && !takesNoValue(flag) && next !== undefined) {
        found.rest.push(next);
        at += 1;
      }
      continue;
    }
    const below = found.spec.commands?.find((command) => nameOf(command) === word || command.aliases?.includes(word));
    if (!below) {
      found.rest.push(...argv.slice(at));
      break;
    }
    found.spec = below;
    found.path.push(nameOf(below));
    found.chain.push(below);
  }
  return found;
}

function flagsOf(chain: readonly CommandSpec[]): Flag[] {
  const help: Flag = {
    name: 'help',
    short: 'h',
    type: 'bool',
    usage: `help for ${nameOf(chain.at(-1) ?? { use: '', short: '' })}`,
  };
  return [...(chain.at(-1)?.flags ?? []), ...chain.flatMap((spec) => spec.persistentFlags ?? []), help];
}

function flagLines(flags: readonly Flag[]): string {
  const typeWord = (flag: Flag) =>
    flag.type === 'bool' ? '' : ` ${flag.type === 'stringArray' ? 'stringArray' : flag.type}`;
  const heads = flags.map((flag) => `  ${flag.short ? `-${flag.short}, ` : '    '}--${flag.name}${typeWord(flag)}`);
  const width = Math.max(...heads.map((head) => head.length)) + 3;
  const shownDefault = (flag: Flag) => {
    if (!flag.default || ['false', '0', '0s', '[]'].includes(flag.default)) return '';
    return flag.type === 'string' ? ` (default ${JSON.stringify(flag.default)})` : ` (default ${flag.default})`;
  };
  return flags
    .map((flag, index) => `${(heads[index] ?? '').padEnd(width)}${flag.usage}${shownDefault(flag)}`)
    .join('\n');
}

/** The help page of one command. */
export function helpText(chain: readonly CommandSpec[], path: readonly string[]): string {
  const spec = chain.at(-1);
  if (!spec) return '';
  const visible = (flags: readonly Flag[]) =>
    flags.filter((flag) => !flag.hidden).sort((a, b) => (a.name < b.name ? -1 : 1));
  const own = visible([...(spec.flags ?? []), ...(spec.persistentFlags ?? []), ...flagsOf([spec]).slice(-1)]);
  const inherited = visible(chain.slice(0, -1).flatMap((above) => above.persistentFlags ?? []));
  const line = path.join(' ');
  const operands = spec.use.split(' ').slice(1).join(' ');
  const sections = [
    (spec.long ?? spec.short).trim(),
    `Usage:\n  ${[line, operands, own.length > 0 && spec.run ? '[flags]' : '', spec.commands ? '[command]' : ''].filter(Boolean).join(' ')}`,
    spec.aliases?.length ? `Aliases:\n  ${[nameOf(spec), ...spec.aliases].join(', ')}` : '',
    spec.example ? `Examples:\n${spec.example.trimEnd()}` : '',
    spec.commands ? `Available Commands:\n${commandLines(spec.commands)}` : '',
    `Flags:\n${flagLines(own)}`,
    inherited.length > 0 ? `Global Flags:\n${flagLines(inherited)}` : '',
    spec.commands ? `Use "${line} [command] --help" for more information about a command.` : '',
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function commandLines(commands: readonly CommandSpec[]): string {
  const width = Math.max(11, ...commands.map((command) => nameOf(command).length)) + 1;
  return [...commands]
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((command) => `  ${nameOf(command).padEnd(width)}${command.short}`)
    .join('\n');
}

function unknownCommand(found: Found, manners: Manners): string {
  const word = found.rest.find((other) => !other.startsWith('-')) ?? '';
  const near = (found.spec.commands ?? [])
    .map(nameOf)
    .filter((name) => name.startsWith(word) || distance(name, word) <= 2);
  const suggestions = near.length > 0 ? `\nDid you mean this?\n${near.map((name) => `\t${name}`).join('\n')}\n` : '';
  return manners.unknownCommand(word, found.path, suggestions);
}

/** Levenshtein distance, for suggestions among a handful of short names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(
        Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** How a program words its failures; each answer is a whole text for stderr. */
export interface Manners {
  /** pflag refused a flag of the command at `path`. */
  flagError(message: string, path: string): string;
  /** `suggestions` are cobra's, with the blank line before them, or empty. */
  unknownCommand(word: string, path: readonly string[], suggestions: string): string;
  failure(error: unknown): string;
  /** Exit code of a command that only groups others, when it is run alone. */
  groupExitCode: number;
  /** A word that a group does not know is an error; cobra by itself shows the group's help instead. */
  groupsRefuseArguments: boolean;
}

/** cobra's own words, as osm prints them. */
const plainManners: Manners = {
  flagError: (message) => `Error: ${message}\n`,
  unknownCommand(word, path, suggestions) {
    const line = path.join(' ');
    return `Error: unknown command ${JSON.stringify(word)} for ${JSON.stringify(line)}\n${suggestions}${suggestions && '\n'}Run '${line} --help' for usage.\n`;
  },
  failure: (error) => `Error: ${error instanceof Error ? error.message : String(error)}\n`,
  groupExitCode: 0,
  groupsRefuseArguments: false,
};

function whyFlagsMissing({ flags = [] }: CommandSpec, given: Flags): string | undefined {
  const missing = flags.filter(({ name, required }) => required && !given.has(name)).map(({ name }) => name);
  return missing.length > 0 ? `required flag(s) "${missing.sort().join('", "')}" not set` : undefined;
}

/** Runs the command that argv names; what it throws is worded by `manners` and ends with exit code 1. */
export async function execute(
  root: CommandSpec,
  argv: readonly string[],
  io: ProgramIo,
  manners: Manners = plainManners,
): Promise<number> {
  const wantsHelp = argv[0] === 'help';
  const found = find(root, wantsHelp ? argv.slice(1) : argv);
  const path = found.path.join(' ');
  const fail = (text: string) => {
    io.err(text);
    return 1;
  };
  try {
    const { flags, args } = parseFlags(found.rest, flagsOf(found.chain));
    const isLost = !found.spec.run && args.length === 0;
    if (wantsHelp || flags.bool('help') || isLost) {
      io.out(helpText(found.chain, found.path));
      return isLost && found.chain.length > 1 && !wantsHelp && !flags.bool('help') ? manners.groupExitCode : 0;
    }
    if (!found.spec.run) {
      if (found.chain.length === 1 || manners.groupsRefuseArguments) return fail(unknownCommand(found, manners));
      io.out(helpText(found.chain, found.path));
      return 0;
    }
    const wrong = found.spec.args?.(args, path) ?? whyFlagsMissing(found.spec, flags);
    if (wrong) return fail(manners.failure(new UsageError(wrong)));
    return await found.spec.run({ flags, args, path, io });
  } catch (error) {
    return fail(error instanceof FlagError ? manners.flagError(error.message, path) : manners.failure(error));
  }
}
