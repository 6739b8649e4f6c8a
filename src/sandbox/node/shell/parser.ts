import {
  type AndOr,
  type Assignment,
  type Command,
  notKnown,
  type Pipeline,
  type Redirect,
  type Script,
  SyntaxProblem,
  type Word,
} from './syntax.ts';
import { Cursor, WordParser } from './word-parser.ts';

/** A quarter of a mebibyte: half a second, for which everybody else waits. */
const longestScript = 1 << 18;

/** Texts become scripts here; nothing runs. Throws SyntaxProblem. */
export function parseScript(text: string): Script {
  if (text.length > longestScript) throw new SyntaxProblem('a script is longer than this sandbox reads');
  return new Parser(new Cursor(text)).script('');
}

const blanks = /(?:[ \t]|\\\n)+/y;
const comment = /#[^\n]*/y;
const wordEnd = /[\s;&|<>()]/;
const redirection = /(\d?)(<<-?|>>|>&|<&|>\||<>|&>|>|<)/y;

const reserved = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'while',
  'until',
  'for',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
  '!',
  'in',
]);
/** Nesting that no person writes; it would only exhaust the stack. */
const deepest = 60;

/** A word that is one piece of unquoted text, as reserved words are. */
const bareText = (word: Word): string | undefined => {
  const [part, ...rest] = word;
  return part?.type === 'text' && !part.isQuoted && rest.length === 0 ? part.text : undefined;
};

interface PendingText {
  delimiter: string;
  isLiteral: boolean;
  stripsTabs: boolean;
  give(text: string, isLiteral: boolean): void;
}

class Parser {
  readonly #cursor: Cursor;
  readonly #words: WordParser;
  readonly #depth: number;
  /** Shared with the commands within commands: whoever comes to the end of the line reads them. */
  readonly #pending: PendingText[];

  constructor(cursor: Cursor, depth = 0, pending: PendingText[] = []) {
    if (depth > deepest) throw notKnown('nesting as deep as this');
    this.#cursor = cursor;
    this.#depth = depth;
    this.#pending = pending;
    this.#words = new WordParser(cursor, (inner, until) => {
      const parser = new Parser(inner, depth + 1);
      const script = parser.script(until);
      // `$(cat <<END)` on one line has its text after the line.
      if (inner === cursor) pending.push(...parser.#pending);
      if (until !== '' && !inner.take(until)) throw this.#unexpected();
      return script;
    });
  }

  /** Everything up to the closing character, or to the end of the text. */
  script(until: string): Script {
    const script = this.#list([]);
    if (this.#cursor.isAtEnd && until === '') return script;
    if (until === '' || this.#cursor.peek() !== until) throw this.#unexpected();
    return script;
  }

  /** Commands until one of the reserved words, a closing parenthesis or the end. */
  #list(ends: readonly string[]): Script {
    const items: AndOr[] = [];
    for (;;) {
      this.#skipLines();
      const next = this.#cursor.peek();
      if (this.#cursor.isAtEnd || next === ')' || this.#cursor.peek(2) === ';;') return items;
      if (ends.length > 0 && this.#isAt(ends)) return items;
      const item = this.#andOr();
      const isBackground = this.#cursor.peek(2) !== '&&' && this.#cursor.take('&');
      items.push({ ...item, isBackground });
      if (!isBackground && this.#cursor.peek(2) !== ';;') this.#cursor.take(';');
    }
  }

  #andOr(): AndOr {
    const pipelines: { joined: 'first' | 'and' | 'or'; pipeline: Pipeline }[] = [
      { joined: 'first', pipeline: this.#pipeline() },
    ];
    for (;;) {
      this.#skipBlanks();
      const joined = this.#cursor.take('&&') ? 'and' : this.#cursor.take('||') ? 'or' : undefined;
      if (!joined) return { pipelines, isBackground: false };
      this.#skipLines();
      pipelines.push({ joined, pipeline: this.#pipeline() });
    }
  }

  #pipeline(): Pipeline {
    this.#skipBlanks();
    let isNegated = false;
    while (this.#takeReserved('!')) isNegated = !isNegated;
    const commands = [this.#command()];
    for (;;) {
      this.#skipBlanks();
      if (this.#cursor.peek(2) === '||' || !this.#cursor.take('|')) return { isNegated, commands };
      if (this.#cursor.take('&')) throw notKnown('|&');
      this.#skipLines();
      commands.push(this.#command());
    }
  }

  #command(): Command {
    this.#skipBlanks();
    const cursor = this.#cursor;
    if (cursor.peek(2) === '((') throw notKnown('((…)); write $((…))');
    if (cursor.take('(')) {
      const body = this.#nested().#list([]);
      this.#expect(')');
      return { type: 'subshell', body, redirects: this.#redirects() };
    }
    if (this.#takeReserved('{')) {
      const body = this.#body(['}']);
      return { type: 'group', body, redirects: this.#redirects() };
    }
    if (this.#takeReserved('if')) return this.#if();
    if (this.#takeReserved('while')) return this.#loop(false);
    if (this.#takeReserved('until')) return this.#loop(true);
    if (this.#takeReserved('for')) return this.#for();
    if (this.#takeReserved('case')) return this.#case();
    if (cursor.peek(3) === '[[ ') throw notKnown('[[ … ]]; write [ … ]');
    return this.#simple();
  }

  /** Deep nesting is counted where commands contain commands. */
  #nested(): Parser {
    return new Parser(this.#cursor, this.#depth + 1, this.#pending);
  }

  #body(ends: readonly string[]): Script {
    const body = this.#nested().#list(ends);
    const end = ends.find((word) => this.#takeReserved(word));
    if (end === undefined) throw this.#unexpected();
    return body;
  }

  #if(): Command {
    const branches: { condition: Script; body: Script }[] = [];
    let otherwise: Script | undefined;
    do {
      const condition = this.#body(['then']);
      const body = this.#nested().#list(['elif', 'else', 'fi']);
      branches.push({ condition, body });
    } while (this.#takeReserved('elif'));
    if (this.#takeReserved('else')) otherwise = this.#nested().#list(['fi']);
    if (!this.#takeReserved('fi')) throw this.#unexpected();
    return { type: 'if', branches, otherwise, redirects: this.#redirects() };
  }

  #loop(isUntil: boolean): Command {
    const condition = this.#body(['do']);
    const body = this.#body(['done']);
    return { type: 'loop', isUntil, condition, body, redirects: this.#redirects() };
  }

  #for(): Command {
    this.#skipBlanks();
    const name = this.#cursor.match(/[A-Za-z_]\w*/y);
    if (name === undefined) {
      if (this.#cursor.peek() === '(') throw notKnown('for ((…)); write for … in $(seq …)');
      throw this.#unexpected();
    }
    this.#skipLines();
    let words: Word[] | undefined;
    if (this.#takeReserved('in')) {
      words = [];
      for (this.#skipBlanks(); !/[;\n]|^$/.test(this.#cursor.peek()); this.#skipBlanks()) words.push(this.#word());
    }
    this.#cursor.take(';');
    this.#skipLines();
    if (!this.#takeReserved('do')) throw this.#unexpected();
    return { type: 'for', name, words, body: this.#body(['done']), redirects: this.#redirects() };
  }

  #case(): Command {
    this.#skipBlanks();
    const word = this.#word();
    this.#skipLines();
    if (!this.#takeReserved('in')) throw this.#unexpected();
    const items: { patterns: Word[]; body: Script }[] = [];
    for (this.#skipLines(); !this.#takeReserved('esac'); this.#skipLines()) {
      this.#cursor.take('(');
      const patterns: Word[] = [];
      do {
        this.#skipBlanks();
        patterns.push(this.#word());
        this.#skipBlanks();
      } while (this.#cursor.take('|'));
      this.#expect(')');
      items.push({ patterns, body: this.#nested().#list(['esac']) });
      this.#skipLines();
      this.#cursor.take(';;');
    }
    return { type: 'case', word, items, redirects: this.#redirects() };
  }

  #simple(): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skipBlanks();
      const redirect = this.#redirect();
      if (redirect) {
        redirects.push(redirect);
        continue;
      }
      if (this.#cursor.isAtEnd || /[\n;&|()]/.test(this.#cursor.peek())) break;
      const assigned = words.length === 0 ? this.#cursor.match(/[A-Za-z_]\w*=/y) : undefined;
      if (assigned) assignments.push({ name: assigned.slice(0, -1), value: this.#words.word(wordEnd) });
      else words.push(this.#word());
    }
    const [only] = words;
    if (words.length === 1 && only && this.#cursor.take('(')) return this.#function(only);
    if (assignments.length + words.length + redirects.length === 0) throw this.#unexpected();
    const first = only && bareText(only);
    if (assignments.length === 0 && first && reserved.has(first)) throw unexpected(first);
    return { type: 'simple', assignments, words, redirects };
  }

  #function(word: Word): Command {
    const name = bareText(word);
    this.#skipBlanks();
    if (name === undefined || !this.#cursor.take(')')) throw this.#unexpected();
    this.#skipLines();
    return { type: 'function', name, body: this.#nested().#command(), redirects: [] };
  }

  #word(): Word {
    const word = this.#words.word(wordEnd);
    if (word.length === 0) throw this.#unexpected();
    return word;
  }

  #redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (;;) {
      this.#skipBlanks();
      const redirect = this.#redirect();
      if (!redirect) return redirects;
      redirects.push(redirect);
    }
  }

  #redirect(): Redirect | undefined {
    const found = this.#cursor.match(redirection);
    if (found === undefined) return undefined;
    const operator = found.replace(/^\d/, '');
    const isInput = operator.startsWith('<');
    const fd = /^\d/.test(found) ? Number(found[0]) : isInput ? 0 : 1;
    if (operator === '<>' || operator === '&>') throw notKnown(operator);
    this.#skipBlanks();
    if (operator.startsWith('<<')) return this.#hereText(fd, operator === '<<-');
    const target = this.#word();
    const types = {
      '>': 'write',
      '>|': 'write',
      '>>': 'append',
      '<': 'read',
      '>&': 'duplicate',
      '<&': 'duplicate',
    } as const;
    return { fd, type: types[operator as keyof typeof types], target };
  }

  /** The text itself stands after the end of the line. */
  #hereText(fd: number, stripsTabs: boolean): Redirect {
    if (this.#cursor.peek() === '<') throw notKnown('<<<');
    const word = this.#word();
    const delimiter = word.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const isLiteral = word.some((part) => part.type === 'text' && part.isQuoted);
    const target: Word[number][] = [];
    const give = (text: string) => {
      const inner = new Cursor(text);
      const words = new WordParser(inner, (one, until) => new Parser(one, this.#depth + 1).script(until));
      target.push(
        ...(isLiteral ? [{ type: 'text', text, isQuoted: true } as const] : words.word(/$^/, { quoted: true })),
      );
    };
    this.#pending.push({ delimiter, isLiteral, stripsTabs, give });
    return { fd, type: 'text', target };
  }

  #readHereTexts(): void {
    for (const { delimiter, stripsTabs, give, isLiteral } of this.#pending.splice(0)) {
      let text = '';
      for (;;) {
        if (this.#cursor.isAtEnd) throw new SyntaxProblem(`syntax error: the text up to ${delimiter} has no end`, true);
        const line = this.#cursor.match(/[^\n]*\n?/y) ?? '';
        const shown = stripsTabs ? line.replace(/^\t+/, '') : line;
        if (shown.replace(/\n$/, '') === delimiter) break;
        text += shown;
      }
      give(text, isLiteral);
    }
  }

  #skipBlanks(): void {
    this.#cursor.match(blanks);
    if (this.#cursor.peek() === '#') this.#cursor.match(comment);
  }

  #skipLines(): void {
    for (this.#skipBlanks(); this.#cursor.take('\n'); this.#skipBlanks()) this.#readHereTexts();
  }

  #isAt(words: readonly string[]): boolean {
    return words.some((word) => this.#startsWith(word));
  }

  #startsWith(word: string): boolean {
    const { text, at } = this.#cursor;
    return text.startsWith(word, at) && /^(?:[\s;&|<>()]|$)/.test(text.slice(at + word.length, at + word.length + 1));
  }

  #takeReserved(word: string): boolean {
    this.#skipBlanks();
    if (!this.#startsWith(word)) return false;
    this.#cursor.at += word.length;
    return true;
  }

  #expect(text: string): void {
    this.#skipLines();
    if (!this.#cursor.take(text)) throw this.#unexpected();
  }

  #unexpected(): SyntaxProblem {
    if (this.#cursor.isAtEnd) return new SyntaxProblem('syntax error: unexpected end of file', true);
    const word = /\s*(\n|;;|&&|\|\||[;&|<>()]|[^\s;&|<>()]+)/y;
    word.lastIndex = this.#cursor.at;
    return unexpected(word.exec(this.#cursor.text)?.[1] ?? '');
  }
}

/** busybox's words. */
const unexpected = (word: string) =>
  new SyntaxProblem(`syntax error: unexpected ${word === '\n' ? 'newline' : `"${word}"`}`);
