import { notKnown, type ParameterChange, type Script, SyntaxProblem, type Word, type WordPart } from './syntax.ts';

/** Where a parser stands in its text. */
export class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(length = 1): string {
    return this.text.slice(this.at, this.at + length);
  }

  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** What a sticky expression finds here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  next(): string {
    const character = this.peek();
    this.at += 1;
    return character;
  }
}

/** Parses `$(…)`; the parser of commands hands itself in, as words and commands contain each other. */
export type ParseScript = (cursor: Cursor, until: string) => Script;

const name = /[A-Za-z_]\w*/y;
const special = /[?$!#@*0-9-]/y;

const deepest = 60;

const unterminated = (what: string) => new SyntaxProblem(`syntax error: unterminated ${what}`, true);

/** Words with their quoting and expansions. It knows nothing of commands. */
export class WordParser {
  readonly #cursor: Cursor;
  readonly #parseScript: ParseScript;
  #depth = 0;

  constructor(cursor: Cursor, parseScript: ParseScript) {
    this.#cursor = cursor;
    this.#parseScript = parseScript;
  }

  /** Reads up to a character that ends it outside of quotes; an empty list when there is nothing. */
  word(ends: RegExp, mode: { quoted: boolean } = { quoted: false }): Word {
    const cursor = this.#cursor;
    const parts: WordPart[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') parts.push({ type: 'text', text, isQuoted: mode.quoted });
      text = '';
    };
    while (!cursor.isAtEnd && !ends.test(cursor.peek())) {
      const character = cursor.next();
      if (character === '\\') {
        const escaped = cursor.next();
        if (escaped === '\n') continue;
        // Inside double quotes a backslash is one, unless something special follows.
        if (mode.quoted && !'$`"\\'.includes(escaped)) {
          text += `\\${escaped}`;
          continue;
        }
        flush();
        parts.push({ type: 'text', text: escaped, isQuoted: true });
      } else if (character === "'" && !mode.quoted) {
        flush();
        const end = cursor.text.indexOf("'", cursor.at);
        if (end < 0) throw unterminated('quoted string');
        parts.push({ type: 'text', text: cursor.text.slice(cursor.at, end), isQuoted: true });
        cursor.at = end + 1;
      } else if (character === '"' && !mode.quoted) {
        flush();
        parts.push(...this.#doubleQuoted());
      } else if (character === '$' || character === '`') {
        const part = character === '`' ? this.#backquoted(mode.quoted) : this.#expansion(mode.quoted);
        if (part) {
          flush();
          parts.push(part);
        } else text += '$';
      } else text += character;
    }
    flush();
    return parts;
  }

  #doubleQuoted(): WordPart[] {
    const parts = this.word(/"/, { quoted: true });
    if (!this.#cursor.take('"')) throw unterminated('quoted string');
    // Quotes around nothing are still a word.
    return parts.length > 0 ? [...parts] : [{ type: 'text', text: '', isQuoted: true }];
  }

  #expansion(isQuoted: boolean): WordPart | undefined {
    const cursor = this.#cursor;
    if (cursor.take('((')) {
      const expression = this.#within(() => this.#balanced('))'));
      return { type: 'arithmetic', expression, isQuoted };
    }
    if (cursor.take('(')) return { type: 'command', script: this.#parseScript(cursor, ')'), isQuoted };
    if (cursor.take('{')) return this.#within(() => this.#braced(isQuoted));
    if (cursor.peek() === "'") throw notKnown("$'…'");
    const found = cursor.match(name) ?? cursor.match(special);
    return found === undefined ? undefined : { type: 'parameter', name: found, isQuoted };
  }

  /** Words contain words; deeper than anybody writes they would only exhaust the stack. */
  #within<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) throw notKnown('nesting as deep as this');
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }

  /** The text of $((…)), whose parentheses nest. */
  #balanced(end: '))'): Word {
    const cursor = this.#cursor;
    const parts: WordPart[] = [];
    let depth = 0;
    while (!(depth === 0 && cursor.peek(2) === end)) {
      if (cursor.isAtEnd) throw unterminated('arithmetic expression');
      parts.push(...this.word(/[()]/, { quoted: true }));
      if (depth === 0 && cursor.peek(2) === end) break;
      const bracket = cursor.next();
      depth += bracket === '(' ? 1 : -1;
      parts.push({ type: 'text', text: bracket, isQuoted: true });
    }
    cursor.take(end);
    return parts;
  }

  #backquoted(isQuoted: boolean): WordPart {
    const cursor = this.#cursor;
    const end = /(?:[^`\\]|\\[\s\S])*/y;
    const inner = cursor.match(end) ?? '';
    if (!cursor.take('`')) throw unterminated('quoted string');
    const script = this.#parseScript(new Cursor(inner.replaceAll(/\\([`$\\])/g, '$1')), '');
    return { type: 'command', script, isQuoted };
  }

  #braced(isQuoted: boolean): WordPart {
    const cursor = this.#cursor;
    const wantsLength = cursor.peek(2) !== '#}' && cursor.take('#');
    const found = cursor.match(name) ?? cursor.match(/\d+/y) ?? cursor.match(special);
    if (found === undefined) throw new SyntaxProblem('syntax error: bad substitution');
    const change: ParameterChange | undefined = wantsLength ? { type: 'length' } : this.#change(isQuoted);
    if (!cursor.take('}')) {
      if (cursor.isAtEnd) throw unterminated('substitution');
      throw notKnown(`$\{${found}${cursor.peek()}…}`);
    }
    return { type: 'parameter', name: found, isQuoted, ...(change ? { change } : {}) };
  }

  #change(quoted: boolean): ParameterChange | undefined {
    const operator = this.#cursor.match(/:?[-=+?]|##?|%%?/y);
    if (operator === undefined) return undefined;
    const word = this.word(/\}/, { quoted });
    if (/[#%]/.test(operator)) {
      const side = operator.startsWith('#') ? 'prefix' : 'suffix';
      return { type: 'trim', side, isLongest: operator.length === 2, pattern: word };
    }
    const action = operator.at(-1) as '-' | '=' | '+' | '?';
    return { type: 'unset', action, alsoEmpty: operator.startsWith(':'), word };
  }
}
