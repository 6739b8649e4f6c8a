import { createInterface } from 'node:readline';
import type { ProgramIo } from './cobra/command.ts';

/** The process as a program sees it. Writes are synchronous: a pipe's reader gets all of it even when we exit at once. */
export function processIo(): ProgramIo {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    signal: abort.signal,
    // As Go's fatih/color decides it.
    isColoured: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    question(prompt) {
      const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: process.stdin.isTTY });
      return new Promise((resolve) => {
        lines.once('close', () => resolve(undefined));
        lines.question(prompt, (answer) => {
          resolve(answer);
          lines.close();
        });
      });
    },
  };
}
