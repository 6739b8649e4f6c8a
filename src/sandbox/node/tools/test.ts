import { own } from '../../../kube/json-value.ts';
import type { Process, Tool } from '../processes/process.ts';
import { complain, pathIn, UsageError } from './options.ts';

const comparisons: Record<string, (left: string, right: string) => boolean> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '-eq': (left, right) => whole(left) === whole(right),
  '-ne': (left, right) => whole(left) !== whole(right),
  '-lt': (left, right) => whole(left) < whole(right),
  '-le': (left, right) => whole(left) <= whole(right),
  '-gt': (left, right) => whole(left) > whole(right),
  '-ge': (left, right) => whole(left) >= whole(right),
};

function whole(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new UsageError(`${text}: bad number`);
  return Number(text);
}

function unary(process: Process, operator: string, text: string): boolean | undefined {
  const stats = () => process.system.files.stat(pathIn(process, text));
  switch (operator) {
    case '-n':
      return text !== '';
    case '-z':
      return text === '';
    case '-e':
    case '-r':
    case '-w':
      return stats() !== undefined;
    case '-f':
      return stats()?.kind === 'file';
    case '-d':
      return stats()?.kind === 'folder';
    case '-s':
      return (stats()?.sizeBytes ?? 0) > 0;
    case '-x':
      return stats()?.kind === 'folder' || ((stats()?.mode ?? 0) & 0o111) !== 0;
    case '-t':
      return (text === '1' ? process.screen : process.terminal) !== undefined;
    case '-L':
    case '-h':
      return false;
    default:
      return undefined;
  }
}

/** Or, and, not, parentheses; primaries of one, two and three words. */
class Expression {
  readonly #words: string[];
  readonly #process: Process;

  constructor(process: Process, words: string[]) {
    this.#process = process;
    this.#words = words;
  }

  whole(): boolean {
    if (this.#words.length === 0) return false;
    const value = this.#or();
    if (this.#words.length > 0) throw new UsageError(`${this.#words[0]}: unknown operand`);
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#take('-o')) value = this.#and() || value;
    return value;
  }

  #and(): boolean {
    let value = this.#not();
    while (this.#take('-a')) value = this.#not() && value;
    return value;
  }

  #not(): boolean {
    const isCompared = this.#words.length > 2 && own(comparisons, this.#words[1] ?? '') !== undefined;
    if (this.#words.length > 1 && !isCompared && this.#take('!')) return !this.#not();
    return this.#primary();
  }

  #primary(): boolean {
    const [first = '', second, third] = this.#words;
    const compare = second === undefined ? undefined : own(comparisons, second);
    if (compare && third !== undefined) {
      this.#words.splice(0, 3);
      return compare(first, third);
    }
    if (first === '(' && second !== undefined) {
      this.#words.shift();
      const value = this.#or();
      if (!this.#take(')')) throw new UsageError('closing paren expected');
      return value;
    }
    if (second !== undefined) {
      const value = unary(this.#process, first, second);
      if (value !== undefined) {
        this.#words.splice(0, 2);
        return value;
      }
    }
    this.#words.shift();
    return first !== '';
  }

  #take(word: string): boolean {
    if (this.#words[0] !== word) return false;
    this.#words.shift();
    return true;
  }
}

export const test: Tool = {
  async run(process) {
    const words = process.argv.slice(1);
    if (process.argv[0]?.endsWith('[') && words.pop() !== ']') return complain(process, 'missing ]', 2);
    try {
      return new Expression(process, words).whole() ? 0 : 1;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return complain(process, error.message, 2);
    }
  },
};
