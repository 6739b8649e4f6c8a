import type { Tool } from '../processes/process.ts';
import { unescaped } from './escapes.ts';
import { asBytes, bytesOf, complain, UsageError } from './options.ts';

/** Wider than any terminal or table; a real one would print as many blanks as it is told. */
const widest = 4096;
/** What is written at once. */
const writtenBytes = 64 << 10;

/** A conversion such as %-5s, or text up to the next one. */
const piece = /%([-0 +#]*)(\*|\d*)(?:\.(\*|\d*))?([\s\S]?)|[^%]+/g;

interface Conversion {
  flags: string;
  width: number;
  precision: number | undefined;
  kind: string;
}

/** The arguments, of which a missing one is empty, and numbers that are none are told. */
class Arguments {
  readonly #values: string[];
  readonly wrong: string[] = [];
  readonly #atFirst: number;

  constructor(values: string[]) {
    this.#values = values;
    this.#atFirst = values.length;
  }

  get left(): number {
    return this.#values.length;
  }

  get isUsed(): boolean {
    return this.left < this.#atFirst;
  }

  text(): string {
    return this.#values.shift() ?? '';
  }

  /** C's notation: decimal, 0x, 0 for octal; a quote before a character is the character's number. */
  integer(): bigint {
    const text = this.text();
    const [, sign = '', hex, octal, decimal] =
      /^\s*([-+]?)(?:0[xX]([0-9a-fA-F]{1,16})|0([0-7]{0,22})|([1-9]\d{0,18}))$/.exec(text) ?? [];
    const digits = hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal || '0'}` : decimal;
    if (digits !== undefined) return sign === '-' ? -BigInt(digits) : BigInt(digits);
    if (/^['"]./su.test(text)) return BigInt(text.codePointAt(1) ?? 0);
    if (text !== '') this.wrong.push(text);
    return 0n;
  }

  float(): number {
    const text = this.text();
    const value = Number(text);
    if (!Number.isNaN(value)) return value;
    this.wrong.push(text);
    return 0;
  }
}

/** Digits with their sign or prefix apart: zeros go between the two. */
function numberOf({ flags, precision, kind }: Conversion, values: Arguments): [lead: string, digits: string] {
  const signOf = (isNegative: boolean) =>
    isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  if (kind === 'f' || kind === 'e') {
    const value = values.float();
    const size = Math.abs(value);
    const digits = Math.min(precision ?? 6, 100);
    const text = kind === 'f' ? size.toFixed(digits) : size.toExponential(digits).replace(/([-+])(\d)$/, '$10$2');
    return [signOf(value < 0), text];
  }
  const value = values.integer();
  if (kind === 'd' || kind === 'i') {
    return [signOf(value < 0n), String(value < 0n ? -value : value).padStart(precision ?? 1, '0')];
  }
  // As C's unsigned numbers of 64 bits have it.
  const bases: Record<string, 8 | 10 | 16> = { o: 8, u: 10 };
  const digits = BigInt.asUintN(64, value).toString(bases[kind] ?? 16);
  const lead = flags.includes('#') && value !== 0n ? { o: '0', x: '0x', X: '0X' }[kind] : '';
  return [lead ?? '', (kind === 'X' ? digits.toUpperCase() : digits).padStart(precision ?? 1, '0')];
}

function converted(conversion: Conversion, values: Arguments): { text: string; isLast: boolean } {
  const { flags, width, precision, kind } = conversion;
  const aligned = (text: string) => (flags.includes('-') ? text.padEnd(width) : text.padStart(width));
  switch (kind) {
    case 's':
      return { text: aligned(asBytes(values.text()).slice(0, precision)), isLast: false };
    case 'c':
      return { text: aligned(asBytes(values.text()).slice(0, 1)), isLast: false };
    case 'b': {
      const { text, isLast } = unescaped(values.text(), 'argument');
      return { text: aligned(text.slice(0, precision)), isLast };
    }
    default: {
      const [lead, digits] = numberOf(conversion, values);
      const isFilled = flags.includes('0') && !flags.includes('-');
      return { text: aligned(lead + (isFilled ? digits.padStart(width - lead.length, '0') : digits)), isLast: false };
    }
  }
}

function sizeOf(text: string | undefined, values: Arguments): number {
  const size = text === '*' ? Number(values.integer()) : Number(text || 0);
  if (Math.abs(size) > widest) throw new UsageError(`${size}: wider than this sandbox prints`);
  return size;
}

/** The format once, in pieces. */
function* pieces(format: string, values: Arguments): Generator<{ text: string; isLast: boolean }> {
  for (const [whole, flags, width, precision, kind] of format.matchAll(piece)) {
    if (kind === undefined) {
      yield unescaped(whole, 'format');
      continue;
    }
    if (kind === '%' && whole === '%%') {
      yield { text: '%', isLast: false };
      continue;
    }
    if (!'sdiuxXofecb'.includes(kind) || kind === '') throw new UsageError(`${whole}: invalid format`);
    const size = sizeOf(width, values);
    const digits = precision === undefined ? undefined : sizeOf(precision, values);
    const isLeft = size < 0 ? '-' : '';
    const conversion = { flags: `${flags}${isLeft}`, width: Math.abs(size), precision: digits, kind };
    yield converted(conversion, values);
  }
}

/** The format is used again until no argument is left. */
export const printf: Tool = {
  async run(process) {
    const [format = '', ...texts] = process.argv.slice(1);
    const values = new Arguments(texts);
    let waiting = '';
    let isLast = false;
    do {
      for (const made of pieces(format, values)) {
        waiting += made.text;
        isLast = made.isLast;
        if (isLast) break;
        if (waiting.length < writtenBytes) continue;
        await process.stdout.write(bytesOf(waiting));
        waiting = '';
      }
    } while (!isLast && values.left > 0 && values.isUsed);
    await process.stdout.write(bytesOf(waiting));
    for (const wrong of values.wrong) await complain(process, `invalid number '${wrong}'`);
    return values.wrong.length > 0 ? 1 : 0;
  },
};
