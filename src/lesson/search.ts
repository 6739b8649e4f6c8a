import { holdsAll, occurrences, type Range } from './folding.ts';
import type { Term } from './glossary.ts';
import type { Passage } from './passages.ts';

/** Finds words in lessons and in the list of words. Pure: what may be found is what it is given. */
export type Found = { marks: readonly Range[]; text: string; heading: string } & (
  | { type: 'passage'; lesson: string; task: string | undefined; block: number }
  | { type: 'term' }
);

/** A word of one letter is in every line. */
export const leastLength = 2;

/** Passages that hold all the words, in the order of the course; words of the field before them. */
export function search(words: string, passages: readonly Passage[], glossary: readonly Term[]): Found[] {
  if (words.trim().length < leastLength) return [];
  const terms = glossary
    .filter(({ word, markdown }) => holdsAll(`${word} ${markdown}`, words))
    .map(({ word, markdown }): Found => {
      const text = markdown.replaceAll(/\s+/g, ' ');
      return { type: 'term', heading: word, text, marks: marksOf(text, words) };
    });
  const found = passages
    .filter(({ text }) => holdsAll(text, words))
    .map(({ lesson, task, block, heading, text }): Found => {
      return { type: 'passage', lesson, task, block, heading, text, marks: marksOf(text, words) };
    });
  return [...terms, ...found];
}

/** The words together where they stand so, else each of them. */
function marksOf(text: string, words: string): Range[] {
  const together = occurrences(text, words);
  if (together.length > 0) return together;
  const each = words
    .trim()
    .split(/\s+/)
    .flatMap((word) => occurrences(text, word));
  return each
    .sort((a, b) => a.from - b.from)
    .filter((range, index, all) => !all.slice(0, index).some(({ to }) => to > range.from));
}

/** Part of the text around its first mark, at most so many characters, with the marks in it. */
export function excerpt(
  { text, marks }: Pick<Found, 'text' | 'marks'>,
  length: number,
): { text: string; marks: Range[] } {
  const [first = { from: 0, to: 0 }] = marks;
  if (text.length <= length) return { text, marks: [...marks] };
  const wanted = Math.max(0, Math.min(first.from - Math.floor(length / 3), text.length - length));
  const blank = text.lastIndexOf(' ', wanted);
  const from = wanted === 0 ? 0 : Math.max(blank + 1, wanted - 12);
  const start = from > 0 ? '…' : '';
  const end = from + length < text.length ? '…' : '';
  const cut = text.slice(from, from + length);
  const moved = marks
    .map((mark) => ({ from: mark.from - from + start.length, to: mark.to - from + start.length }))
    .filter(({ from: at, to }) => at >= start.length && to <= cut.length + start.length);
  return { text: `${start}${cut}${end}`, marks: moved };
}
