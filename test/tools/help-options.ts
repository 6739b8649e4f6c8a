// Which options a program's command takes, as its own --help tells; for programs that are built with cobra, as kubectl and osm are.
import { spawnSync } from 'node:child_process';

/** Names with their dashes; `takesValue` is false where the option alone is enough. */
export type HelpOptions = ReadonlyMap<string, { takesValue: boolean }>;

interface Help {
  options: HelpOptions;
  /** Commands below it; none where words behind it are names. */
  commands: ReadonlySet<string>;
}

/** A program whose help is asked once for each of its commands. */
export class Program {
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #asked = new Map<string, string>();

  constructor(file: string, ...args: readonly string[]) {
    this.#file = file;
    this.#args = args;
  }

  helpOf(command: readonly string[]): Help {
    const own = this.#ask(...command, '--help');
    const listed = [...own.matchAll(/^(?:[\w ]+ )?Commands(?: \([^)]*\))?:\n((?: {2}.*\n)+)/gm)].flatMap(
      ([, lines = '']) => lines.split('\n').flatMap((line) => /^ {2}([a-z][\w-]*)/.exec(line)?.[1] ?? []),
    );
    const options = new Map([...readOptions(own), ...readOptions(this.#ask('options'))]);
    return { options, commands: new Set(listed) };
  }

  #ask(...words: readonly string[]): string {
    const key = words.join(' ');
    const env = { HOME: '/nonexistent', PATH: '/usr/bin:/bin' };
    const known =
      this.#asked.get(key) ?? spawnSync(this.#file, [...this.#args, ...words], { encoding: 'utf8', env }).stdout;
    this.#asked.set(key, known);
    return known;
  }
}

/** `-n, --namespace='':` of kubectl, `-f, --file string   …` of cobra itself. */
function* readOptions(help: string): Iterable<[string, { takesValue: boolean }]> {
  const lines = /^ +(?:(-\w), )?(--[\w-]+)(?:=(.*):$| (\w+) {2,}.*$| {2,}.*$|:$)/gm;
  for (const [, short, long = '', preset, type] of help.matchAll(lines)) {
    const takesValue = preset === undefined ? type !== undefined : !/^(true|false)$/.test(preset);
    yield [long, { takesValue }];
    if (short !== undefined) yield [short, { takesValue }];
  }
}

/** What the program would not take of a line's options; what the other words mean is not looked at. */
export function optionProblems(program: Program, words: readonly string[]): string[] {
  const command: string[] = [];
  let help = program.helpOf(command);
  for (const word of words.slice(1)) {
    if (help.commands.size === 0 || word.startsWith('-')) break;
    // `ns` is `namespace`: names of kinds have short forms, and only `create` has kinds as commands.
    if (!help.commands.has(word)) return command.length > 0 ? [] : [`no command "${words.slice(0, 2).join(' ')}"`];
    command.push(word);
    help = program.helpOf(command);
  }
  const rest = words.slice(1 + command.length);
  // Behind -- stands a command for a container.
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  return own.flatMap((word, at) => optionProblem(word, own[at + 1], help.options));
}

function optionProblem(word: string, next: string | undefined, options: HelpOptions): string[] {
  if (!/^-./.test(word)) return [];
  const [name = '', inline] = word.split(/=(.*)/s);
  const whole = options.get(name);
  // `-nbookbuyer`
  const known = whole ?? (/^-[a-zA-Z]./.test(name) ? options.get(name.slice(0, 2)) : undefined);
  if (!known) return [`no option ${name}`];
  return whole?.takesValue && inline === undefined && next === undefined ? [`${name} wants a value`] : [];
}
