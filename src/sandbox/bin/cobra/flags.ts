/** Parses flags as Go's pflag does: interspersed with arguments, `--a=b`, `--a b`, `-ab`, `-n=x`, and `--` ends them. */
export type FlagType = 'string' | 'bool' | 'int' | 'uint16' | 'duration' | 'strings' | 'stringArray';

export interface Flag {
  name: string;
  short?: string;
  type: FlagType;
  /** Text of the default, as the help shows it. */
  default?: string;
  /** Value of a flag given without one: `--dry-run` means `unchanged`. */
  bare?: string;
  usage: string;
  hidden?: boolean;
  /** The command does not run without it. */
  required?: boolean;
}

/** Wrong arguments, told by the command. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** A flag that is unknown, incomplete or of the wrong type, told by the parser. */
export class FlagError extends UsageError {
  override readonly name = 'FlagError';
}

export class Flags {
  readonly #given = new Map<string, string[]>();
  readonly #known: ReadonlyMap<string, Flag>;

  constructor(known: readonly Flag[]) {
    this.#known = new Map(known.map((flag) => [flag.name, flag]));
  }

  add(flag: Flag, value: string): void {
    const values = flag.type === 'strings' ? value.split(',') : [value];
    const before = flag.type === 'strings' || flag.type === 'stringArray' ? (this.#given.get(flag.name) ?? []) : [];
    this.#given.set(flag.name, [...before, ...values]);
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  string(name: string): string {
    return this.#given.get(name)?.at(-1) ?? this.#known.get(name)?.default ?? '';
  }

  strings(name: string): string[] {
    return this.#given.get(name) ?? [];
  }

  bool(name: string): boolean {
    return ['true', '1', 't', 'T', 'TRUE', 'True'].includes(this.string(name));
  }

  int(name: string): number {
    return Number(this.string(name));
  }
}

function checked(flag: Flag, shown: string, value: string): string {
  const refuse = (why: string) =>
    new FlagError(`invalid argument ${JSON.stringify(value)} for ${JSON.stringify(shown)} flag: ${why}`);
  if (flag.type === 'bool' && !/^(true|false|1|0|t|f|T|F|TRUE|FALSE|True|False)$/.test(value)) {
    throw refuse(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  if (flag.type === 'int' && !/^[+-]?\d+$/.test(value))
    throw refuse(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  if (flag.type === 'uint16' && !/^\d+$/.test(value))
    throw refuse(`strconv.ParseUint: parsing ${JSON.stringify(value)}: invalid syntax`);
  if (flag.type === 'uint16' && Number(value) > 65535)
    throw refuse(`strconv.ParseUint: parsing ${JSON.stringify(value)}: value out of range`);
  if (flag.type === 'duration' && !/^-?(\d+(\.\d+)?(ms|h|m|s|us|ns))+$|^0$/.test(value))
    throw refuse(`time: invalid duration ${JSON.stringify(value)}`);
  return value;
}

interface Parsing {
  argv: readonly string[];
  at: number;
  flags: Flags;
  known: readonly Flag[];
}

function parseLong(word: string, parsing: Parsing): void {
  const [name = '', ...rest] = word.slice(2).split('=');
  const flag = parsing.known.find((other) => other.name === name);
  if (!flag) throw new FlagError(`unknown flag: --${name}`);
  const shown = flag.short ? `-${flag.short}, --${name}` : `--${name}`;
  if (rest.length > 0) {
    parsing.flags.add(flag, checked(flag, shown, rest.join('=')));
    return;
  }
  const bare = flag.bare ?? (flag.type === 'bool' ? 'true' : undefined);
  if (bare !== undefined) {
    parsing.flags.add(flag, bare);
    return;
  }
  const value = parsing.argv[++parsing.at];
  if (value === undefined) throw new FlagError(`flag needs an argument: --${name}`);
  parsing.flags.add(flag, checked(flag, shown, value));
}

function parseShort(word: string, parsing: Parsing): void {
  for (let left = word.slice(1); left !== ''; ) {
    const letter = left[0] ?? '';
    const flag = parsing.known.find((other) => other.short === letter);
    if (!flag) throw new FlagError(`unknown shorthand flag: '${letter}' in ${word}`);
    const shown = `-${letter}, --${flag.name}`;
    left = left.slice(1);
    if (left.startsWith('=')) {
      parsing.flags.add(flag, checked(flag, shown, left.slice(1)));
      return;
    }
    const bare = flag.bare ?? (flag.type === 'bool' ? 'true' : undefined);
    if (bare !== undefined) {
      parsing.flags.add(flag, bare);
      continue;
    }
    const value = left !== '' ? left : parsing.argv[++parsing.at];
    if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${word}`);
    parsing.flags.add(flag, checked(flag, shown, value));
    return;
  }
}

/** Throws FlagError with pflag's wording. `afterDash` counts the arguments behind `--`, -1 without one. */
export function parseFlags(
  argv: readonly string[],
  known: readonly Flag[],
): { flags: Flags; args: string[]; afterDash: number } {
  const parsing: Parsing = { argv, at: 0, flags: new Flags(known), known };
  const args: string[] = [];
  for (; parsing.at < argv.length; parsing.at += 1) {
    const word = argv[parsing.at] ?? '';
    if (word === '--') {
      const rest = argv.slice(parsing.at + 1);
      return { flags: parsing.flags, args: [...args, ...rest], afterDash: rest.length };
    }
    if (word.startsWith('--')) parseLong(word, parsing);
    else if (word.startsWith('-') && word.length > 1) parseShort(word, parsing);
    else args.push(word);
  }
  return { flags: parsing.flags, args, afterDash: -1 };
}
