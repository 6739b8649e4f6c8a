import { type Span, span } from '../spans.ts';
import type { Role } from '../theme.ts';

/**
 * YAML line by line, with what goes on over lines: block scalars, quoted scalars, flow collections. A scalar has one
 * colour as a whole: the 5 in `use 5 apples` is no number. Source: YAML 1.2.2, chapters 6 to 8.
 */
export function yamlTokens(code: string): Span[] {
  return new YamlLines().read(code);
}

// The core schema's words, and those that Kubernetes' own parser (YAML 1.1) takes too.
const word = /^(?:true|false|null|yes|no|on|off|~)$/i;
const number = /^[-+]?(?:\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|\.inf)$|^\.nan$/i;

function scalarRole(text: string): Role {
  if (word.test(text)) return 'syntax-word';
  return number.test(text) ? 'syntax-number' : 'text';
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

const plainInBlock = /(?:[^\s#:]|:(?=\S)|(?<=\S)#|[ \t]+(?![\s#]))+/y;
const plainInFlow = /(?:[^\s#:,[\]{}]|:(?=[^\s,[\]{}])|(?<=\S)#|[ \t]+(?![\s#,[\]{}]))+/y;

class YamlLines {
  readonly #out: Span[] = [];
  #line = '';
  #at = 0;
  /** The text of `|` or `>`: what is deeper than `parent`, from the first line on as deep as that. */
  #block: { parent: number; indent: number | undefined } | undefined;
  #quote: '"' | "'" | undefined;
  /** Open brackets. */
  #depth = 0;

  read(code: string): Span[] {
    const lines = code.split(/(?<=\n)/);
    for (const line of lines) this.#readLine(line);
    return this.#out;
  }

  #add(length: number, role: Role): void {
    if (length > 0) this.#out.push(span(this.#line.slice(this.#at, this.#at + length), role));
    this.#at += length;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#line)?.[0];
  }

  #readLine(line: string): void {
    this.#line = line;
    this.#at = 0;
    if (this.#block && this.#isInBlock(line)) {
      this.#add(line.length, 'syntax-string');
      return;
    }
    this.#block = undefined;
    if (this.#quote === undefined && this.#depth === 0) {
      this.#add(/^(?:%\S.*\n?|(?:---|\.\.\.)(?=\s|$))/.exec(line)?.[0].length ?? 0, 'dim');
    }
    while (this.#at < line.length) this.#next();
  }

  #isInBlock(line: string): boolean {
    const block = this.#block;
    if (!block || line.trim() === '') return block !== undefined;
    const indent = indentOf(line);
    block.indent ??= indent > block.parent ? indent : Number.POSITIVE_INFINITY;
    return indent >= block.indent;
  }

  #next(): void {
    const character = this.#line[this.#at] ?? '';
    const blanks = this.#quote ? undefined : this.#match(/\s+/y);
    if (this.#quote) this.#goOnQuoted(this.#quote);
    else if (blanks) this.#add(blanks.length, 'text');
    else if (character === '#') this.#add(this.#line.trimEnd().length - this.#at, 'syntax-comment');
    else if (character === '"' || character === "'") this.#quoted(character);
    else if (/[&*!]/.test(character)) this.#property();
    else if (!this.#blockHeader() && !this.#bracket(character) && !this.#indicator()) this.#plain();
  }

  /** Anchor, alias, tag. */
  #property(): void {
    const found = this.#match(/[&*!][^\s,[\]{}]*/y) ?? '';
    this.#add(Math.max(1, found.length), 'info');
  }

  #bracket(character: string): boolean {
    const isOpening = /[[{]/.test(character);
    const isInside = this.#depth > 0 && /[\]},]/.test(character);
    if (isOpening) this.#depth += 1;
    else if (isInside && character !== ',') this.#depth -= 1;
    if (isOpening || isInside) this.#add(1, 'dim');
    return isOpening || isInside;
  }

  /** `- `, `? `, `: `; a colon alone where brackets are open. */
  #indicator(): boolean {
    const found = this.#match(this.#depth > 0 ? /[-?](?=\s|$)|:/y : /[-?:](?=\s|$)/y);
    if (found) this.#add(1, 'dim');
    return found !== undefined;
  }

  #quoted(quote: '"' | "'"): void {
    const whole = this.#match(quote === '"' ? /"(?:[^"\\]|\\.)*"/y : /'(?:[^']|'')*'(?!')/y);
    if (!whole) this.#quote = quote;
    this.#add(whole?.length ?? 1, whole && this.#isKeyBefore(whole) ? 'syntax-key' : 'syntax-string');
  }

  #isKeyBefore(quoted: string): boolean {
    const after = this.#line.slice(this.#at + quoted.length);
    // In flow collections a colon may follow a quoted key at once, as in JSON.
    return /^\s*:(?=[\s,[\]{}]|$)/.test(after) || (this.#depth > 0 && after.startsWith(':'));
  }

  #goOnQuoted(quote: '"' | "'"): void {
    const end = this.#match(quote === '"' ? /(?:[^"\\]|\\[\s\S])*"/y : /(?:[^']|'')*'(?!')/y);
    if (end) this.#quote = undefined;
    this.#add(end?.length ?? this.#line.length - this.#at, 'syntax-string');
  }

  /** `|`, `>-`, `|2+`, with a comment behind. */
  #blockHeader(): boolean {
    if (this.#depth > 0) return false;
    const header = this.#match(/[|>][-+\d]{0,2}(?=\s*(?:$|\s#))/y);
    if (!header) return false;
    const before = this.#line.slice(0, this.#at);
    // The parent is the key's column, behind the dashes of a list; of an item without a key, its last dash.
    const dashes = /^(?:\s*-\s+)*/.exec(before)?.[0] ?? '';
    const hasKey = before.trim() !== dashes.trim();
    const parent = hasKey ? Math.max(dashes.length, indentOf(before)) : dashes.lastIndexOf('-');
    const depth = /\d/.exec(header)?.[0];
    this.#block = { parent, indent: depth === undefined ? undefined : Math.max(parent, 0) + Number(depth) };
    this.#add(header.length, 'dim');
    return true;
  }

  #plain(): void {
    const text = this.#match(this.#depth > 0 ? plainInFlow : plainInBlock) ?? this.#line[this.#at] ?? '';
    const isKey = /^[ \t]*:(?=[\s,[\]{}]|$)/.test(this.#line.slice(this.#at + text.length));
    this.#add(text.length, isKey ? 'syntax-key' : scalarRole(text.trim()));
  }
}
