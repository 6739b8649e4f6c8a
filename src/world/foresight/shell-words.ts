/**
 * Cuts a script of the shell into words and operators, as far as it is plain. Pure, and a reader of text only: what the
 * shell would have to work out first (a substitution, a file pattern) is kept as such and never worked out here.
 */
export type Part =
  | { type: 'text'; text: string }
  /** `$NAME` or `${NAME}`; nothing more of what braces can do. */
  | { type: 'variable'; name: string }
  /** `$( … )` or backquotes, with the script inside. */
  | { type: 'substitution'; script: string }
  /** `*`, `?`, `[…]`, `{a,b}`, `~`, `${NAME:-…}`, `$((…))`: known only to the shell. */
  | { type: 'pattern'; text: string };

export interface Word {
  parts: readonly Part[];
  /** As it was typed. */
  text: string;
  /** Some of it stood in quotes, so it is no keyword. */
  isQuoted: boolean;
}

export type Token = { type: 'word'; word: Word } | { type: 'operator'; text: string };

/** A quote, a bracket or a loop that nobody closed; its message is what is missing. */
export class UnfinishedScript extends Error {
  override readonly name = 'UnfinishedScript';
}

const operators = ['&&', '||', ';;', '<<<', '<<', '>>', '>&', '<&', '|&', '|', '&', ';', '<', '>', '(', ')'];

export function tokensOf(script: string): Token[] {
  return new Reader(script.replaceAll('\\\n', '')).tokens();
}

class Reader {
  readonly #script: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #parts: Part[] = [];
  #from = 0;
  #isQuoted = false;
  #isInWord = false;

  constructor(script: string) {
    this.#script = script;
  }

  tokens(): Token[] {
    while (this.#at < this.#script.length) this.#next();
    this.#endWord();
    return this.#tokens;
  }

  #next(): void {
    const character = this.#script[this.#at] ?? '';
    const operator = character === '\n' ? '\n' : operators.find((one) => this.#script.startsWith(one, this.#at));
    if (operator) {
      this.#operator(operator);
      return;
    }
    if (/\s/.test(character)) {
      this.#endWord();
      this.#at += 1;
      return;
    }
    if (character === '#' && !this.#isInWord) {
      const end = this.#script.indexOf('\n', this.#at);
      this.#at = end < 0 ? this.#script.length : end;
      return;
    }
    this.#inWord(character);
  }

  #operator(text: string): void {
    this.#endWord();
    this.#tokens.push({ type: 'operator', text });
    this.#at += text.length;
  }

  #inWord(character: string): void {
    if (!this.#isInWord) {
      this.#isInWord = true;
      this.#from = this.#at;
    }
    switch (character) {
      case "'":
        this.#singleQuoted();
        return;
      case '"':
        this.#doubleQuoted();
        return;
      case '$':
        this.#dollar();
        return;
      case '`':
        this.#backquoted();
        return;
      case '\\':
        this.#isQuoted = true;
        this.#text(this.#script[this.#at + 1] ?? '');
        this.#at += 2;
        return;
      default:
        this.#at += 1;
        // `[` and `{` alone are commands, and `~` means a home only where a word begins.
        if (/[*?[{]/.test(character) || (character === '~' && this.#parts.length === 0))
          this.#parts.push({ type: 'pattern', text: character });
        else this.#text(character);
    }
  }

  #text(text: string): void {
    const last = this.#parts.at(-1);
    if (last?.type === 'text') this.#parts[this.#parts.length - 1] = { type: 'text', text: last.text + text };
    else this.#parts.push({ type: 'text', text });
  }

  #singleQuoted(): void {
    const end = this.#script.indexOf("'", this.#at + 1);
    if (end < 0) throw new UnfinishedScript("'");
    this.#isQuoted = true;
    this.#text(this.#script.slice(this.#at + 1, end));
    this.#at = end + 1;
  }

  #doubleQuoted(): void {
    this.#isQuoted = true;
    this.#text('');
    this.#at += 1;
    for (;;) {
      const character = this.#script[this.#at];
      if (character === undefined) throw new UnfinishedScript('"');
      if (character === '"') break;
      if (character === '$') this.#dollar();
      else if (character === '`') this.#backquoted();
      else if (character === '\\' && /["\\$`]/.test(this.#script[this.#at + 1] ?? '')) {
        this.#text(this.#script[this.#at + 1] ?? '');
        this.#at += 2;
      } else {
        this.#text(character);
        this.#at += 1;
      }
    }
    this.#at += 1;
  }

  #dollar(): void {
    const rest = this.#script.slice(this.#at);
    const plain = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/.exec(rest);
    if (plain) {
      this.#parts.push({ type: 'variable', name: plain[1] ?? plain[2] ?? '' });
      this.#at += plain[0].length;
    } else if (rest.startsWith('$(') && !rest.startsWith('$((')) {
      const script = this.#upTo('(', ')', this.#at + 1);
      this.#parts.push({ type: 'substitution', script });
    } else if (rest.startsWith('${') || rest.startsWith('$((')) {
      const [open, close] = rest.startsWith('${') ? (['{', '}'] as const) : (['(', ')'] as const);
      this.#parts.push({ type: 'pattern', text: `$${open}${this.#upTo(open, close, this.#at + 1)}${close}` });
    } else if (/^\$[@*#?$!\d-]/.test(rest)) {
      this.#parts.push({ type: 'pattern', text: rest.slice(0, 2) });
      this.#at += 2;
    } else {
      this.#text('$');
      this.#at += 1;
    }
  }

  #backquoted(): void {
    const end = this.#script.indexOf('`', this.#at + 1);
    if (end < 0) throw new UnfinishedScript('`');
    this.#parts.push({ type: 'substitution', script: this.#script.slice(this.#at + 1, end) });
    this.#at = end + 1;
  }

  /** What stands between a bracket and the one that closes it; goes behind it. Quotes inside hide brackets. */
  #upTo(open: string, close: string, from: number): string {
    let depth = 0;
    let quote: string | undefined;
    for (let at = from; at < this.#script.length; at += 1) {
      const character = this.#script[at] ?? '';
      if (quote !== undefined) {
        if (character === '\\' && quote === '"') at += 1;
        else if (character === quote) quote = undefined;
      } else if (character === "'" || character === '"') quote = character;
      else if (character === '\\') at += 1;
      else if (character === open) depth += 1;
      else if (character === close) {
        depth -= 1;
        if (depth === 0) {
          this.#at = at + 1;
          return this.#script.slice(from + 1, at);
        }
      }
    }
    throw new UnfinishedScript(close);
  }

  #endWord(): void {
    if (!this.#isInWord) return;
    const text = this.#script.slice(this.#from, this.#at);
    this.#tokens.push({ type: 'word', word: { parts: this.#parts, text, isQuoted: this.#isQuoted } });
    this.#parts = [];
    this.#isQuoted = false;
    this.#isInWord = false;
  }
}

/** The word's text where it is nothing but text. */
export function textOf(word: Word): string | undefined {
  let text = '';
  for (const part of word.parts) {
    if (part.type !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
