import type { Words } from '../../words/en.ts';
import type { Size } from '../screen-model.ts';
import { type Matches, markedLine } from './search-marks.ts';
import { emptyLine, type Line, span, toWidth } from './spans.ts';

/** A window on rows: its part of them, its margin, and where it is. Does not know what the rows say. */

/** `3–20 of 45` when there is more than the window shows. */
export function position(top: number, height: number, count: number, { frame }: Words): string {
  return count > height ? frame.position(top + 1, Math.min(count, top + height), count) : '';
}

/** Rows that are drawn as they are found, from the top one on: with their matches, and a mark in the margin. */
export function matched(
  lines: readonly Line[],
  top: number,
  search: { matches: Matches | undefined; at: number; mark: string },
) {
  const { matches, at, mark } = search;
  return lines.slice(top).map((line, index): Line => {
    const ranges = matches?.inRow.get(top + index) ?? [];
    if (ranges.length === 0) return [span(' '), ...line];
    const isCurrent = matches?.rows[at] === top + index;
    return [span(isCurrent ? mark : ' ', 'accent'), ...markedLine(line, ranges, at)];
  });
}

export function padded(lines: readonly Line[], height: number, width: number, margin = ' '): Line[] {
  const rows = lines.slice(0, height).map((line) => toWidth(margin === '' ? line : [span(margin), ...line], width));
  return [...rows, ...Array.from({ length: Math.max(0, height - rows.length) }, () => toWidth(emptyLine, width))];
}

/** Rows of a list that has the screen: header, title and keys take one each. */
export const listHeight = ({ rows }: Size): number => Math.max(1, rows - 3);
