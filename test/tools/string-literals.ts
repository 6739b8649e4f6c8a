// Finds the string literals of a TypeScript source: enough of a scanner to tell strings from comments and patterns.
export interface Literal {
  /** As it is written, without its quotes; what stands in `${…}` is cut out and leaves a space. */
  text: string;
  line: number;
  /** What stands before it on its line. */
  before: string;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

export function literalsOf(source: string): Literal[] {
  return new Scanner(source).literals();
}

class Scanner {
  readonly #source: string;
  readonly #found: Literal[] = [];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  literals(): Literal[] {
    this.#code(() => false);
    return this.#found;
  }

  /** Reads code until the source ends or `isOver` says so at a closing brace of the same depth. */
  #code(isOver: (character: string) => boolean): void {
    const source = this.#source;
    let depth = 0;
    while (this.#at < source.length) {
      const character = source[this.#at] ?? '';
      const two = source.slice(this.#at, this.#at + 2);
      if (depth === 0 && isOver(character)) return;
      if (two === '//') this.#at = ends(source, '\n', this.#at);
      else if (two === '/*') this.#at = ends(source, '*/', this.#at) + 2;
      else if (character === '/' && this.#isPattern()) this.#pattern();
      else if (character === "'" || character === '"') this.#string(character);
      else if (character === '`') this.#template();
      else {
        if (character === '{') depth += 1;
        if (character === '}') depth -= 1;
        this.#at += 1;
      }
    }
  }

  /** After a value a slash divides; after anything else a pattern begins. */
  #isPattern(): boolean {
    const before = this.#source.slice(0, this.#at).trimEnd();
    return /(?:[(,=:[!&|?{};]|\breturn|=>)$/.test(before);
  }

  #pattern(): void {
    let isClass = false;
    for (this.#at += 1; this.#at < this.#source.length; this.#at += 1) {
      const character = this.#source[this.#at];
      if (character === '\\') this.#at += 1;
      else if (character === '[') isClass = true;
      else if (character === ']') isClass = false;
      else if (character === '/' && !isClass) break;
    }
    this.#at += 1;
  }

  #string(quote: string): void {
    const from = this.#at;
    let text = '';
    for (this.#at += 1; this.#source[this.#at] !== quote && this.#at < this.#source.length; this.#at += 1) {
      text += this.#character();
    }
    this.#at += 1;
    this.#keep(text, from);
  }

  #template(): void {
    const from = this.#at;
    let text = '';
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== '`') {
      if (this.#source.startsWith('${', this.#at)) {
        this.#at += 2;
        this.#code((character) => character === '}');
        text += ' ';
      } else text += this.#character();
      this.#at += 1;
    }
    this.#at += 1;
    this.#keep(text, from);
  }

  #character(): string {
    if (this.#source[this.#at] !== '\\') return this.#source[this.#at] ?? '';
    this.#at += 1;
    const escaped = this.#source[this.#at] ?? '';
    return escapes[escaped] ?? escaped;
  }

  #keep(text: string, from: number): void {
    const before = this.#source.slice(0, from);
    this.#found.push({ text, line: before.split('\n').length, before: before.slice(before.lastIndexOf('\n') + 1) });
  }
}

const ends = (source: string, end: string, from: number): number => {
  const at = source.indexOf(end, from);
  return at < 0 ? source.length : at;
};
