/** What a script of the POSIX shell is made of, as far as this shell of the sandbox knows it. Pure. */
export type Word = readonly WordPart[];

export type WordPart =
  | { type: 'text'; text: string; isQuoted: boolean }
  | { type: 'parameter'; name: string; isQuoted: boolean; change?: ParameterChange }
  | { type: 'command'; script: Script; isQuoted: boolean }
  | { type: 'arithmetic'; expression: Word; isQuoted: boolean };

/** `${name:-word}` and its kin; `#` before the name asks for its length. */
export type ParameterChange =
  | { type: 'length' }
  | { type: 'unset'; action: '-' | '=' | '+' | '?'; alsoEmpty: boolean; word: Word }
  | { type: 'trim'; side: 'prefix' | 'suffix'; isLongest: boolean; pattern: Word };

export interface Redirect {
  fd: number;
  type: 'read' | 'write' | 'append' | 'duplicate' | 'text';
  /** A path, the number of a descriptor, or the text itself. */
  target: Word;
}

export type Command =
  | { type: 'simple'; assignments: readonly Assignment[]; words: readonly Word[]; redirects: readonly Redirect[] }
  | { type: 'subshell' | 'group'; body: Script; redirects: readonly Redirect[] }
  | { type: 'if'; branches: readonly Branch[]; otherwise: Script | undefined; redirects: readonly Redirect[] }
  | { type: 'loop'; isUntil: boolean; condition: Script; body: Script; redirects: readonly Redirect[] }
  | { type: 'for'; name: string; words: readonly Word[] | undefined; body: Script; redirects: readonly Redirect[] }
  | { type: 'case'; word: Word; items: readonly CaseItem[]; redirects: readonly Redirect[] }
  | { type: 'function'; name: string; body: Command; redirects: readonly Redirect[] };

export interface Assignment {
  name: string;
  value: Word;
}

interface Branch {
  condition: Script;
  body: Script;
}

interface CaseItem {
  patterns: readonly Word[];
  body: Script;
}

export interface Pipeline {
  isNegated: boolean;
  commands: readonly Command[];
}

/** Pipelines joined by && and ||; `joined` tells how each follows the one before. */
export interface AndOr {
  pipelines: readonly { joined: 'first' | 'and' | 'or'; pipeline: Pipeline }[];
  isBackground: boolean;
}

export type Script = readonly AndOr[];

/** What a script does wrong: it ends the shell, or the copy of it, that runs it, with status 2; at a prompt only the line. */
export class ScriptError extends Error {
  override readonly name: string = 'ScriptError';
}

/** The text is no script. `isIncomplete`: more lines could make it one. */
export class SyntaxProblem extends ScriptError {
  override readonly name = 'SyntaxProblem';
  readonly isIncomplete: boolean;

  constructor(message: string, isIncomplete = false) {
    super(message);
    this.isIncomplete = isIncomplete;
  }
}

export const notKnown = (what: string): SyntaxProblem =>
  new SyntaxProblem(`this shell of the sandbox knows no ${what}`);
