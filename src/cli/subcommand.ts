import type { Log } from '../platform/log.ts';
import type { Words } from '../words/en.ts';
import { loadFindings } from '../words/language.ts';
import type { Machine } from './compose.ts';
import type { Teardown } from './teardown.ts';

/** What every subcommand gets. */
export interface Subcommand {
  machine: Machine;
  teardown: Teardown;
  /** Aborts when the program is asked to end. */
  signal: AbortSignal;
  /** Called by who takes Ctrl-C as a key. */
  leaveInterrupts(): void;
  log: Log;
  /** The exit code, where it is not 0. */
  exit(code: number): void;
}

/** What programs read is the same in every language. */
export const forPrograms = { language: 'en' };

/** What a subcommand prints, in words for its reader: a person, or a program that wants JSON. */
export const loadTold = async ({ words }: Pick<Machine, 'words'>, { json }: { json?: boolean } = {}) =>
  (await loadFindings(json ? forPrograms : words)).told;

/** `--help` ends with lines to type. */
export const examples = ({ usage }: Words, ...lines: readonly [string, string][]): string => {
  const width = Math.max(...lines.map(([line]) => line.length));
  return `\n${usage.frame.examples}\n${lines.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`).join('\n')}`;
};
