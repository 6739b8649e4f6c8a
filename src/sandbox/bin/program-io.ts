import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ProgramIo } from './cobra/command.ts';

/**
 * Lines of a standard input that is no terminal, one at a time: what is read beyond a line waits for the next question.
 * Between questions the stream is paused, so that an open pipe keeps no finished program alive.
 */
function lineReader(input: NodeJS.ReadStream): () => Promise<string | undefined> {
  let text = '';
  let hasEnded = false;
  input.once('end', () => {
    hasEnded = true;
  });
  return async () => {
    input.setEncoding('utf8');
    while (!text.includes('\n') && !hasEnded) {
      const waiting = new AbortController();
      const { signal } = waiting;
      const chunk = once(input, 'data', { signal }).then(([data]) => String(data));
      const end = once(input, 'end', { signal }).then(() => '');
      input.resume();
      text += await Promise.race([chunk, end]);
      input.pause();
      waiting.abort();
      await Promise.allSettled([chunk, end]);
    }
    if (text === '') return undefined;
    const at = text.includes('\n') ? text.indexOf('\n') : text.length;
    const line = text.slice(0, at).replace(/\r$/, '');
    text = text.slice(at + 1);
    return line;
  };
}

/** A terminal is asked with readline, which lets the answer be edited. */
function askTerminal(prompt: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: true });
  return new Promise((resolve) => {
    lines.once('close', () => resolve(undefined));
    lines.question(prompt, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

/** The process as a program sees it. Writes are synchronous: a pipe's reader gets all of it even when we exit at once. */
export function processIo(): ProgramIo {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  let nextLine: (() => Promise<string | undefined>) | undefined;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    streams: process,
    signal: abort.signal,
    // As Go's fatih/color decides it.
    isColoured: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    question(prompt) {
      if (process.stdin.isTTY) return askTerminal(prompt);
      nextLine ??= lineReader(process.stdin);
      process.stdout.write(prompt);
      return nextLine();
    },
  };
}
