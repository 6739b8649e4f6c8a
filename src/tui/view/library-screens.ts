import type { Overlay } from '../screen-model.ts';
import { ruleLine } from './bars.ts';
import { foundLines } from './found-screen.ts';
import type { Scene, View } from './frame.ts';
import { scrollLimit } from './layout.ts';
import { type ReadingText, readingText } from './reading-screen.ts';
import { type Matches, matchesIn } from './search-marks.ts';
import { type Line, span, wrap } from './spans.ts';
import { listHeight, matched, padded, position } from './window.ts';

/** Searching on the screen: the places found, a lesson that is only read, and the sentence about what is marked. Pure. */

/** The lesson that is only read, with what was searched for marked in it. */
export function readingOf(
  { library, size, theme, markdown, words }: View,
  { lesson: id, from }: Extract<Overlay, { type: 'reading' }>,
): (ReadingText & { title: string; matches: Matches }) | undefined {
  const lesson = library?.lesson(id);
  if (!library || !lesson) return undefined;
  const text = readingText(lesson, library, { width: size.columns - 2, glyphs: theme.glyphs, markdown, words });
  const together = matchesIn(text.lines, from.words);
  // Words that stand apart are found by the first of them.
  const matches = together.rows.length > 0 ? together : matchesIn(text.lines, from.words.split(/\s+/)[0] ?? '');
  return { ...text, title: lesson.title, matches };
}

/** Places found, or one of them to read. */
export function libraryRows(view: View, overlay: Extract<Overlay, { type: 'found' | 'reading' }>): Line[] {
  const { size, theme, words } = view;
  const height = listHeight(size);
  const edge = (title: string, aside: string) =>
    ruleLine([span(title, 'accent')], [span(aside, 'dim')], size.columns, theme.glyphs, true);
  if (overlay.type === 'found') {
    const { found, row } = overlay;
    const ink = { width: size.columns - 2, height, glyphs: theme.glyphs, words };
    return [
      edge(words.search.found(overlay.words, found.length), words.search.position(row + 1, found.length)),
      ...padded(foundLines(found, row, view.course, ink), height, size.columns),
    ];
  }
  const text = readingOf(view, overlay);
  const top = Math.min(overlay.top, scrollLimit(text?.lines.length ?? 0, height));
  const search = { matches: text?.matches, at: overlay.at, mark: theme.glyphs.pointer };
  return [
    edge(words.search.reading(text?.title ?? ''), position(top, height, text?.lines.length ?? 0, words)),
    ...padded(matched(text?.lines ?? [], top, search), height, size.columns, ''),
  ];
}

/** What is marked, and the keys for it; gives way to what a key was refused for. */
export function searchLines({ matches }: Scene, { model, size, words }: View, most: number): Line[] | undefined {
  const { search, refusal, overlay } = model;
  if (!search || !matches || refusal || overlay.type !== 'none') return undefined;
  const count = matches.rows.length;
  const phrase = search.words.trim();
  const sentence = count === 0 ? words.search.notHere(phrase) : words.search.standing(phrase, search.at + 1, count);
  return wrap([span(sentence, 'info'), span(` ${words.search.keys}`, 'dim')], size.columns - 2)
    .slice(0, most)
    .map((line) => [span(' '), ...line]);
}
