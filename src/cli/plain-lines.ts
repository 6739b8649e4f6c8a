import { createInterface } from 'node:readline/promises';
import { plain, span, wrap } from '../tui/view/spans.ts';

/** Questions in plain lines, before a screen opens or where there is none. Knows no subject. */
export interface PlainTerminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

/** What was typed, trimmed; empty when the input ended instead. */
export async function askLine(
  { input, output }: PlainTerminal,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  const lines = createInterface({ input, output });
  // The terminal is raw while readline has it, so Ctrl-C comes as a key; Ctrl-D closes without an answer.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return (await Promise.race([lines.question(question, { signal }), closed])).trim();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

/** What a terminal would obey or swallow is spelled out, so that no name or command can hide from its reader. */
export const visible = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const usualColumns = 80;

/** Sentences, folded at words. */
export const sentenceLines = (sentences: readonly string[], { output }: PlainTerminal): string[] =>
  sentences.flatMap((sentence) => folded(sentence, output, '', ''));

/** One for whoever reads it now: folded on a terminal, whole in a file. */
export const linesForReader = (sentence: string, output: { columns?: number } = process.stdout): string[] =>
  output.columns === undefined ? [sentence] : folded(sentence, output, '', '');

/** Names and values below each other; foreign values are made visible. */
export function rowLines(
  rows: readonly (readonly [title: string, value: string])[],
  { output }: PlainTerminal,
): string[] {
  const width = Math.max(...rows.map(([title]) => title.length)) + 2;
  return rows.flatMap(([title, value]) =>
    folded(visible(value), output, `  ${title.padEnd(width)}`, ' '.repeat(width + 2)),
  );
}

const folded = (
  text: string,
  { columns = usualColumns }: { columns?: number },
  first: string,
  rest: string,
): string[] => wrap([span(text)], columns, [span(first)], [span(rest)]).map(plain);
