/** Field splitting by the characters of IFS (POSIX 2.6.5), for words and for `read`. Pure. */
const blanks = ' \t\n';

/** IFS in its two parts: blanks of it count once however many there are, the others each. */
export class Separators {
  readonly #blanks: string;
  readonly #others: string;

  constructor(ifs: string | undefined) {
    const characters = [...(ifs ?? blanks)];
    this.#blanks = characters.filter((one) => blanks.includes(one)).join('');
    this.#others = characters.filter((one) => !blanks.includes(one)).join('');
  }

  kindOf(character: string): 'blank' | 'other' | undefined {
    if (character === '') return undefined;
    return this.#blanks.includes(character) ? 'blank' : this.#others.includes(character) ? 'other' : undefined;
  }
}

/** A part of a word, of which fields are made. */
export interface Splittable {
  /** A pattern, in which a backslash escapes the character after it. */
  pattern: string;
  isSplit: boolean;
  startsField?: boolean;
}

/** Fields as patterns; `first` is the one that begins before anything is seen. */
export function splitFields(pieces: readonly Splittable[], ifs: string | undefined, first?: string): string[] {
  const separators = new Separators(ifs);
  const fields: string[] = [];
  let field = first;
  // A separator after blanks is one with them.
  let isAfterBlank = false;
  const close = () => {
    if (field !== undefined) fields.push(field);
    field = undefined;
  };
  for (const { pattern, isSplit, startsField } of pieces) {
    if (startsField) close();
    if (!isSplit) {
      field = (field ?? '') + pattern;
      continue;
    }
    let from = 0;
    for (let at = 0; at < pattern.length; at += 1) {
      const start = at;
      if (pattern[at] === '\\') at += 1;
      const kind = separators.kindOf(pattern[at] ?? '');
      if (kind === undefined) continue;
      if (start > from) field = (field ?? '') + pattern.slice(from, start);
      if (start > from) isAfterBlank = false;
      from = at + 1;
      if (field !== undefined) {
        close();
        isAfterBlank = kind === 'blank';
      } else if (kind === 'other') {
        if (!isAfterBlank) fields.push('');
        isAfterBlank = false;
      }
    }
    if (from < pattern.length) {
      field = (field ?? '') + pattern.slice(from);
      isAfterBlank = false;
    }
  }
  close();
  return fields;
}

/** One character of a line that is read; what a backslash stood before is no separator. */
type Character = readonly [text: string, isEscaped: boolean];

/** What `read` gives to so many names: the last one has the rest of the line. */
export function readFields(line: string, count: number, isRaw: boolean, ifs: string | undefined): string[] {
  const separators = new Separators(ifs);
  const characters: Character[] = isRaw
    ? [...line].map((one) => [one, false])
    : [...line.matchAll(/\\([\s\S]?)|[\s\S]/gu)].map(([one, escaped]) => [escaped ?? one, escaped !== undefined]);
  const kindAt = (at: number) => {
    const [text, isEscaped] = characters[at] ?? ['', true];
    return isEscaped ? undefined : separators.kindOf(text);
  };
  const textOf = (from: number, to: number) =>
    characters
      .slice(from, to)
      .map(([text]) => text)
      .join('');
  const afterBlanks = (from: number) => {
    let at = from;
    while (kindAt(at) === 'blank') at += 1;
    return at;
  };
  const endOfField = (from: number) => {
    let at = from;
    while (at < characters.length && kindAt(at) === undefined) at += 1;
    return at;
  };
  const afterSeparator = (from: number) => {
    const at = afterBlanks(from);
    return kindAt(at) === 'other' ? afterBlanks(at + 1) : at;
  };
  const fields: string[] = [];
  let at = afterBlanks(0);
  while (fields.length < count - 1) {
    const end = endOfField(at);
    fields.push(textOf(at, end));
    at = afterSeparator(end);
  }
  let end = characters.length;
  while (end > at && kindAt(end - 1) === 'blank') end -= 1;
  // A single separator after the last field ends it; among several fields it is part of the rest.
  const lastEnd = endOfField(at);
  if (afterSeparator(lastEnd) >= end) end = lastEnd;
  return [...fields, textOf(at, end)];
}
