import { excerpt, type Found } from '../../lesson/search.ts';
import type { Words } from '../../words/en.ts';
import type { CourseEntry } from '../app-port.ts';
import { lessonNumber } from './bars.ts';
import { bare } from './foreign-text.ts';
import { markedLine } from './search-marks.ts';
import { type Line, span, toWidth } from './spans.ts';
import type { Glyphs } from './theme.ts';

/** Where the words stand, in all lessons: two rows a place, the chosen one behind a pointer. Pure. */
export interface FoundInk {
  width: number;
  height: number;
  glyphs: Glyphs;
  words: Words;
}

const rowsEach = 2;

/** Places in a window of so many rows. */
export const placesIn = (height: number): number => Math.max(1, Math.floor(height / rowsEach));

/** The part of the list around the chosen place. */
export function foundLines(
  found: readonly Found[],
  chosen: number,
  course: readonly CourseEntry[],
  ink: FoundInk,
): Line[] {
  const places = placesIn(ink.height);
  const from = Math.max(0, Math.min(chosen - Math.floor(places / 2), found.length - places));
  return found.slice(from, from + places).flatMap((one, index) => placeRows(one, from + index === chosen, course, ink));
}

export function placeTitle(found: Found, course: readonly CourseEntry[], words: Words): string {
  if (found.type === 'term') return words.search.term;
  const entry = course.find(({ id }) => id === found.lesson);
  return [lessonNumber(found.lesson, course, words), entry?.title ?? found.lesson].filter(Boolean).join(': ');
}

function placeRows(found: Found, isChosen: boolean, course: readonly CourseEntry[], ink: FoundInk): Line[] {
  const title = placeTitle(found, course, ink.words);
  const heading = found.heading === '' || title.endsWith(found.heading) ? '' : `  ${bare(found.heading)}`;
  const { text, marks } = excerpt({ text: bare(found.text), marks: found.marks }, ink.width - 6);
  const line = markedLine(
    [span(text)],
    marks.map((mark) => ({ ...mark, match: 0 })),
    undefined,
  );
  return [
    [
      span(isChosen ? `${ink.glyphs.pointer} ` : '  ', 'accent'),
      span(title, isChosen ? 'strong' : 'text'),
      span(heading, 'dim'),
    ],
    [span('    '), ...line],
  ].map((row) => toWidth(row, ink.width));
}
