import { asBytes } from './options.ts';

/** Backslash sequences as echo -e and printf know them, on text of which each character is a byte. Pure. */
const letters: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

const inFormat = /\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])/g;
/** Arguments (of echo, and of %b) may have a zero before three octal digits. */
const inArgument = /\\(x[0-9a-fA-F]{1,2}|0[0-7]{0,3}|[1-7][0-7]{0,2}|[\s\S])/g;

export interface Unescaped {
  /** Bytes, one a character. */
  text: string;
  /** After \c nothing more is printed, be it of this text or after it. */
  isLast: boolean;
}

export function unescaped(text: string, place: 'format' | 'argument'): Unescaped {
  const bytes = asBytes(text);
  const end = /^(?:[^\\]|\\[^c])*?\\c/.exec(bytes)?.[0];
  const shown = end === undefined ? bytes : end.slice(0, -2);
  const plain = shown.replaceAll(place === 'format' ? inFormat : inArgument, (whole, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return letters.get(code) ?? whole;
  });
  return { text: plain, isLast: end !== undefined };
}
