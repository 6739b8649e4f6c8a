import type { ContainerFiles } from '../processes/container-files.ts';
import { evaluate } from './arithmetic.ts';
import { type Splittable, splitFields } from './fields.ts';
import { hasPattern, pathsMatching, quotedInPattern, trimmed, withoutEscapes } from './patterns.ts';
import { type ParameterChange, type Script, ScriptError, type Word, type WordPart } from './syntax.ts';
import type { ShellVariables } from './variables.ts';

/** `${name?text}` and the like: the command is not run, its shell goes on or, in a script, ends. */
export class ExpansionError extends ScriptError {
  override readonly name = 'ExpansionError';
}

export interface ExpansionParts {
  variables: ShellVariables;
  files: ContainerFiles;
  cwd: string;
  failsOnUnset: boolean;
  /** What the commands print, for $(…). */
  capture(script: Script): Promise<string>;
}

/** A piece of a word after expansion. Unquoted results of expansions are split; "$@" begins new fields. */
type Piece = Splittable;

/** A loop in a script may double its words as often as it likes; this is where that ends. */
const longestWords = 4 << 20;

/** What a piece costs beside its text: many empty ones take room as well. */
const pieceLength = 32;
const lengthOf = (pieces: readonly Piece[]) =>
  pieces.reduce((sum, { pattern }) => sum + pattern.length + pieceLength, 0);

function requireRoom(length: number): void {
  if (length > longestWords) throw new ExpansionError('a word is longer than this sandbox keeps in memory');
}

/** Words to fields: parameters, commands, arithmetic, field splitting, paths. POSIX 2.6. */
export class Expansion {
  readonly #parts: ExpansionParts;

  constructor(parts: ExpansionParts) {
    this.#parts = parts;
  }

  async fields(words: readonly Word[]): Promise<string[]> {
    const fields: string[] = [];
    let length = 0;
    for (const word of words) {
      const pieces = await this.#pieces(word);
      length += lengthOf(pieces);
      requireRoom(length);
      for (const pattern of splitFields(pieces, this.#parts.variables.get('IFS'), beginningOf(pieces, word))) {
        const paths = hasPattern(pattern) ? pathsMatching(this.#parts.files, this.#parts.cwd, pattern) : [];
        if (paths.length > 0) fields.push(...paths);
        else fields.push(withoutEscapes(pattern));
      }
    }
    return fields;
  }

  /** One word without splitting, as on the right of `=` and in a redirection. */
  async text(word: Word): Promise<string> {
    return withoutEscapes(await this.pattern(word));
  }

  /** The same as a pattern, for `case` and for `${name%pattern}`. */
  async pattern(word: Word): Promise<string> {
    return (await this.#pieces(word))
      .map(({ pattern, startsField }, at) => `${startsField && at > 0 ? ' ' : ''}${pattern}`)
      .join('');
  }

  async #pieces(word: Word): Promise<Piece[]> {
    const pieces: Piece[] = [];
    let length = 0;
    for (const [at, part] of word.entries()) {
      const made = await this.#piece(part, at === 0);
      length += lengthOf(made);
      requireRoom(length);
      for (const piece of made) pieces.push(piece);
    }
    return pieces;
  }

  async #piece(part: WordPart, isFirst: boolean): Promise<Piece[]> {
    switch (part.type) {
      case 'text':
        return [
          { pattern: part.isQuoted ? quotedInPattern(part.text) : this.#tilde(part.text, isFirst), isSplit: false },
        ];
      case 'command': {
        const output = (await this.#parts.capture(part.script)).replace(/\n+$/, '');
        return [asPiece(output, part.isQuoted)];
      }
      case 'arithmetic': {
        const value = evaluate(await this.text(part.expression), this.#parts.variables);
        return [asPiece(String(value), true)];
      }
      case 'parameter':
        return this.#parameter(part);
    }
  }

  async #parameter(part: Extract<WordPart, { type: 'parameter' }>): Promise<Piece[]> {
    const { variables } = this.#parts;
    if ((part.name === '@' || (part.name === '*' && !part.isQuoted)) && !part.change) {
      return variables.positional.map((text, at) => ({
        ...asPiece(text, part.isQuoted),
        ...(at > 0 ? { startsField: true } : {}),
      }));
    }
    const value = variables.get(part.name);
    if (!part.change) {
      if (value === undefined && this.#parts.failsOnUnset) throw new ExpansionError(`${part.name}: parameter not set`);
      return [asPiece(value ?? '', part.isQuoted)];
    }
    return this.#changed(part.name, value, part.change, part.isQuoted);
  }

  async #changed(
    name: string,
    value: string | undefined,
    change: ParameterChange,
    isQuoted: boolean,
  ): Promise<Piece[]> {
    switch (change.type) {
      case 'length':
        return [asPiece(String([...(value ?? '')].length), isQuoted)];
      case 'trim':
        return [
          asPiece(trimmed(value ?? '', await this.pattern(change.pattern), change.side, change.isLongest), isQuoted),
        ];
      case 'unset': {
        const isMissing = value === undefined || (change.alsoEmpty && value === '');
        if (change.action === '+') return isMissing ? [] : this.#pieces(change.word);
        if (!isMissing) return [asPiece(value, isQuoted)];
        if (change.action === '-') return this.#pieces(change.word);
        const text = await this.text(change.word);
        if (change.action === '?') throw new ExpansionError(`${name}: ${text || 'parameter not set or null'}`);
        this.#parts.variables.set(name, text);
        return [asPiece(text, isQuoted)];
      }
    }
  }

  #tilde(text: string, isFirst: boolean): string {
    const home = this.#parts.variables.get('HOME');
    return isFirst && home !== undefined ? text.replace(/^~(?=\/|$)/, quotedInPattern(home)) : text;
  }
}

const asPiece = (text: string, isQuoted: boolean): Piece =>
  isQuoted
    ? { pattern: quotedInPattern(text), isSplit: false }
    : { pattern: text.replaceAll('\\', '\\\\'), isSplit: true };

/** What a word begins with: a word of nothing but empty expansions is no field, quotes make it one. */
function beginningOf(pieces: readonly Piece[], word: Word): '' | undefined {
  const isField = word.some(
    (part) => part.type === 'text' || (part.isQuoted && !(part.type === 'parameter' && part.name === '@')),
  );
  return isField && pieces.every(({ isSplit }) => !isSplit) ? '' : undefined;
}
