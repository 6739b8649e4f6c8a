import { type Span, span } from '../spans.ts';
import type { Role } from '../theme.ts';
import { yamlTokens } from './yaml.ts';

/**
 * Shell commands as bash reads them: words at their place (command, option, assignment), quotes that hold expansions,
 * here-documents, comments. Source: POSIX, Shell Command Language, chapter 2.
 */
export function shellTokens(code: string): Span[] {
  return new ShellReader(code).read();
}

/** A session: lines behind a prompt are commands, all others what they printed. */
export function consoleTokens(code: string): Span[] {
  const hasPrompt = /^[$#] /m.test(code);
  if (!hasPrompt) return shellTokens(code);
  return code.split(/(?<=\n)/).flatMap((line) => {
    const prompt = /^[$#] /.exec(line)?.[0];
    return prompt ? [span(prompt, 'dim'), ...shellTokens(line.slice(prompt.length))] : [span(line, 'text')];
  });
}

interface HereDocument {
  end: string;
  /** `<<-`: the end may stand behind tabs. */
  mayIndent: boolean;
  /** With quotes around its word nothing in it is expanded. */
  isQuoted: boolean;
  isYaml: boolean;
}

const keepsCommand = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{', 'time']);
/** Behind the name that a loop or a choice is about. */
const beforeIn = /\b(?:for|case|select)\s+\S+\s+$/;

class ShellReader {
  readonly #text: string;
  readonly #out: Span[] = [];
  #at = 0;
  #waiting: HereDocument[] = [];
  /** Where the line that the reader is on began. */
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Span[] {
    this.#commands('');
    return this.#out;
  }

  #add(length: number, role: Role): void {
    const text = this.#text.slice(this.#at, this.#at + length);
    if (text !== '') this.#out.push(span(text, role));
    this.#at += text.length;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  /** Up to the closing mark, which is left to the caller. */
  #commands(closing: '' | ')' | '`'): void {
    let isCommand = true;
    let isTarget = false;
    let isPattern = false;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? '';
      if (character === closing && !isPattern) return;
      const blanks = this.#match(/[^\S\n]+|\\\n/y);
      if (blanks) {
        this.#add(blanks.length, blanks.startsWith('\\') ? 'dim' : 'text');
      } else if (character === '\n') {
        this.#newline();
        isCommand = true;
        isTarget = false;
      } else if (character === '#') {
        this.#add(this.#match(/.*/y)?.length ?? 1, 'syntax-comment');
      } else if (this.#substitution() || this.#hereOperator()) {
        isTarget = false;
      } else if (this.#redirection()) {
        isTarget = !/&[\d-]+$/.test(this.#out.at(-1)?.text ?? '');
      } else if (this.#operator()) {
        isPattern = isPattern && this.#out.at(-1)?.text !== ')';
        isCommand = true;
      } else {
        const found = this.#word(isCommand && !isTarget);
        if (found === 'in') isPattern = this.#isCase();
        if (found === 'esac') isPattern = false;
        if (!isTarget) isCommand = isCommand && (keepsCommand.has(found) || found === '=');
        isTarget = false;
      }
    }
  }

  #isCase(): boolean {
    return /\bcase\s+\S+\s+in$/.test(this.#text.slice(this.#lineStart, this.#at));
  }

  #newline(): void {
    this.#add(1, 'text');
    this.#lineStart = this.#at;
    for (const waiting of this.#waiting.splice(0)) this.#hereDocument(waiting);
  }

  #operator(): boolean {
    const found = this.#match(/&&|\|\|?&?|;;?|&(?!>)|[()]/y);
    if (found) this.#add(found.length, 'dim');
    return found !== undefined;
  }

  /** `<(command)`: a file that holds what the command writes. */
  #substitution(): boolean {
    const found = this.#match(/[<>]\(/y);
    if (found) this.#nested(found, ')', 'dim');
    return found !== undefined;
  }

  #hereOperator(): boolean {
    const found = this.#match(/\d*<<-?(?!<)/y);
    if (!found) return false;
    this.#add(found.length, 'dim');
    this.#hereWord(found.endsWith('-'));
    return true;
  }

  /** `2>&1`, `> file`, `<<< text`; a word follows, or nothing. */
  #redirection(): boolean {
    const found = this.#match(/\d*(?:<<<|>>|[<>]&[\d-]*|<>|>\||[<>])|&>>?/y);
    if (found) this.#add(found.length, 'dim');
    return found !== undefined;
  }

  #hereWord(mayIndent: boolean): void {
    const [raw, single, double, bare] =
      /^[^\S\n]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;&|<>()'"]+))/.exec(this.#text.slice(this.#at)) ?? [];
    const end = single ?? double ?? bare;
    if (raw === undefined || end === undefined) return;
    const line = this.#text.slice(this.#lineStart, this.#at);
    const isYaml = /\bkubectl\b.*\s(?:-f|--filename)[= ]?-(?:\s|$)/.test(`${line} `) || /\bcat\b.*\.ya?ml\b/.test(line);
    this.#waiting.push({ end, mayIndent, isQuoted: bare === undefined || raw.includes('\\'), isYaml });
    this.#add(raw.length, 'syntax-string');
  }

  #hereDocument({ end, mayIndent, isQuoted, isYaml }: HereDocument): void {
    const rest = this.#text.slice(this.#at);
    const lines = rest.split(/(?<=\n)/);
    const isEnd = (line: string) => (mayIndent ? line.replace(/^\t+/, '') : line).replace(/\n$/, '') === end;
    const index = lines.findIndex(isEnd);
    const body = (index < 0 ? lines : lines.slice(0, index)).join('');
    if (isYaml) {
      this.#out.push(...yamlTokens(body));
      this.#at += body.length;
    } else if (isQuoted) this.#add(body.length, 'syntax-string');
    else this.#expanding(this.#at + body.length, 'syntax-string');
    if (index >= 0) this.#add((lines[index] ?? '').replace(/\n$/, '').length, 'syntax-string');
    this.#lineStart = this.#at;
  }

  /** Text up to `end` in which `$x`, `$(…)` and backticks stand out. */
  #expanding(end: number, role: Role): void {
    while (this.#at < end) {
      const plain = this.#match(/(?:[^$`\\]|\\[\s\S])+/y);
      if (plain) this.#add(Math.min(plain.length, end - this.#at), role);
      else if (!this.#expansion()) this.#add(1, role);
    }
  }

  /** One word with all its parts; tells which word it was, or `=` for an assignment. */
  #word(isCommand: boolean): string {
    const from = this.#at;
    const assignment = isCommand ? this.#match(/[A-Za-z_]\w*(?:\[[^\]\n]*\])?\+?=/y) : undefined;
    if (assignment) {
      this.#add(assignment.length - 1, 'syntax-number');
      this.#add(1, 'dim');
      if (this.#text[this.#at] === '(') this.#nested('(', ')', 'dim');
      else this.#parts('text');
      return '=';
    }
    const raw = this.#match(/[^\s'"$`\\|&;()<>]+/y) ?? '';
    const isOption = !isCommand && /^--?[A-Za-z]/.test(raw);
    if (isOption) this.#add(/^--?[\w-]+/.exec(raw)?.[0].length ?? raw.length, 'syntax-key');
    const isIn = raw === 'in' && beforeIn.test(this.#text.slice(this.#lineStart, from));
    this.#parts(isCommand || isIn ? 'syntax-word' : 'text');
    return this.#text.slice(from, this.#at);
  }

  #parts(role: Role): void {
    const from = this.#at;
    while (this.#at < this.#text.length) {
      const plain = this.#match(/(?:[^\s'"$`\\|&;()<>]|\\[^\n])+/y);
      if (plain) this.#add(plain.length, role);
      else if (!this.#quoted() && !this.#expansion()) break;
    }
    // A mark that begins nothing, such as a lonely `$` or backslash.
    if (this.#at === from && this.#at < this.#text.length && !/[\s)`]/.test(this.#text[from] ?? '')) this.#add(1, role);
  }

  #quoted(): boolean {
    const single = this.#match(/\$?'(?:[^']*)'?/y);
    if (single) {
      const escaped = single.startsWith('$') ? this.#match(/\$'(?:[^'\\]|\\[\s\S])*'?/y) : undefined;
      this.#add((escaped ?? single).length, 'syntax-string');
      return true;
    }
    if (this.#text[this.#at] !== '"') return false;
    this.#add(1, 'syntax-string');
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
      const plain = this.#match(/(?:[^"$`\\]|\\[\s\S])+/y);
      if (plain) this.#add(plain.length, 'syntax-string');
      else if (!this.#expansion()) this.#add(1, 'syntax-string');
    }
    this.#add(1, 'syntax-string');
    return true;
  }

  /** `$name`, `${…}`, `$((…))`, `$(…)`, backticks. */
  #expansion(): boolean {
    const simple = this.#match(/\$(?:\w+|[?$!#@*-]|\{[^}]*\}|\(\([^\n]*?\)\))/y);
    if (simple) {
      this.#add(simple.length, 'syntax-number');
      return true;
    }
    if (this.#text.startsWith('$(', this.#at)) this.#nested('$(', ')', 'syntax-number');
    else if (this.#text[this.#at] === '`') this.#nested('`', '`', 'syntax-number');
    else return false;
    return true;
  }

  #nested(opening: string, closing: ')' | '`', role: Role): void {
    this.#add(opening.length, role);
    this.#commands(closing);
    this.#add(1, role);
  }
}
