import { occurrences, type Range } from '../../lesson/folding.ts';
import type { Line, Span } from './spans.ts';
import type { Role } from './theme.ts';

/** Finds a phrase in drawn rows, over their ends too, and marks it there. Does not know what the rows hold. */
export interface Matches {
  /** Rows in which each match begins. */
  rows: readonly number[];
  /** By row: the ranges of its text that belong to matches. */
  inRow: ReadonlyMap<number, readonly (Range & { match: number })[]>;
}

interface Piece {
  row: number;
  /** Where the piece begins in the text of its row. */
  offset: number;
  text: string;
  /** Where it begins in all text put together. */
  at: number;
}

/** The text that is read: borders and the edges of quotes are not part of a sentence that goes on behind them. */
function piecesOf(lines: readonly Line[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [row, line] of lines.entries()) {
    let offset = 0;
    for (const { text, role } of line) {
      if (role !== 'rule') {
        pieces.push({ row, offset, text, at });
        at += text.length;
      }
      offset += text.length;
    }
    // Rows are parted by the blank at which they were wrapped.
    pieces.push({ row, offset, text: ' ', at });
    at += 1;
  }
  return pieces;
}

export function matchesIn(lines: readonly Line[], phrase: string): Matches {
  const pieces = piecesOf(lines);
  const rows: number[] = [];
  const inRow = new Map<number, (Range & { match: number })[]>();
  for (const [match, { from, to }] of occurrences(pieces.map(({ text }) => text).join(''), phrase).entries()) {
    const parts = pieces.filter((piece) => piece.at < to && piece.at + piece.text.length > from);
    rows.push(parts[0]?.row ?? 0);
    for (const { row, offset, text, at } of parts) {
      const ranges = inRow.get(row) ?? [];
      ranges.push({ match, from: offset + Math.max(0, from - at), to: offset + Math.min(text.length, to - at) });
      inRow.set(row, ranges);
    }
  }
  return { rows, inRow };
}

/** The row with its matches in other roles; the current one stands out among them. */
export function markedLine(
  line: Line,
  ranges: readonly (Range & { match: number })[],
  current: number | undefined,
): Line {
  let offset = 0;
  return line.flatMap((piece): Span[] => {
    const start = offset;
    offset += piece.text.length;
    const cuts = ranges
      .flatMap(({ from, to }) => [from - start, to - start])
      .filter((cut) => cut > 0 && cut < piece.text.length);
    const borders = [...new Set([0, ...cuts, piece.text.length])].sort((a, b) => a - b);
    return borders.slice(1).map((end, index) => {
      const begin = borders[index] ?? 0;
      const range = ranges.find(({ from, to }) => from - start <= begin && to - start >= end);
      const text = piece.text.slice(begin, end);
      if (!range || text === '') return { ...piece, text };
      const role: Role = range.match === current ? 'cursor' : 'selected';
      return { text, role, ...(piece.link !== undefined && { link: piece.link }) };
    });
  });
}
