import { setImmediate } from 'node:timers/promises';
import { ScriptError } from './syntax.ts';

/** Commands between two turns of everybody else in this process. */
const commandsPerTurn = 16;
/** As many as a container may have processes: a script that forks without end stops here. */
const mostCopies = 64;

/** What is parsed takes hundreds of times the room of its text, and as long as it runs. */
const longestTexts = 1 << 18;
const deepestTexts = 200;

export const cannotFork = (): ScriptError => new ScriptError("can't fork: Resource temporarily unavailable");

/**
 * What a shell and all copies of it do together. Each alone would stay below any limit: a function that runs itself in
 * subshells makes a new copy for every command.
 */
export class Workload {
  #commands = 0;
  #copies = 0;
  #texts = 0;
  #textLength = 0;

  async turn(): Promise<void> {
    this.#commands += 1;
    if (this.#commands % commandsPerTurn === 0) await setImmediate();
  }

  /** What `eval` and `.` run, which may be themselves. */
  async within(text: string, run: () => Promise<number>): Promise<number> {
    if (this.#texts >= deepestTexts || this.#textLength + text.length > longestTexts)
      throw new ScriptError('scripts run each other more deeply than this sandbox follows');
    this.#texts += 1;
    this.#textLength += text.length;
    try {
      return await run();
    } finally {
      this.#texts -= 1;
      this.#textLength -= text.length;
    }
  }

  /** All or none: a pipeline without one of its stages would wait forever. */
  fork(copies: number): void {
    if (this.#copies + copies > mostCopies) throw cannotFork();
    this.#copies += copies;
  }

  release(): void {
    this.#copies -= 1;
  }
}
