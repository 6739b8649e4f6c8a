import type { Tokens } from 'marked';
import { inlineSpans } from './inline.ts';
import { emptyLine, type Line, lineWidth, type Span, span, toWidth, widthOf, wrap } from './spans.ts';
import type { Glyphs } from './theme.ts';

/** A Markdown table as rows: columns as wide as their text where there is room, wrapped cells where there is not. */

const gap = 2;

function columnWidths(rows: readonly Span[][][], width: number): number[] {
  const count = rows[0]?.length ?? 0;
  const wanted = Array.from({ length: count }, (_, column) =>
    Math.max(3, ...rows.map((row) => lineWidth(row[column] ?? []))),
  );
  const words = Array.from({ length: count }, (_, column) =>
    Math.max(3, ...rows.flatMap((row) => (row[column] ?? []).flatMap((piece) => piece.text.split(' ').map(widthOf)))),
  );
  let over = wanted.reduce((sum, each) => sum + each, 0) + gap * (count - 1) - width;
  // Take from the widest column first, and from whole words only when nothing else is left.
  for (const floors of [words.map((word) => Math.min(word, Math.floor(width / 2))), wanted.map(() => 3)]) {
    while (over > 0) {
      let widest = -1;
      for (const [column, each] of wanted.entries()) {
        if (each > (floors[column] ?? 3) && (widest < 0 || each > (wanted[widest] ?? 0))) widest = column;
      }
      if (widest < 0) break;
      wanted[widest] = (wanted[widest] ?? 4) - 1;
      over -= 1;
    }
  }
  return wanted;
}

function rowLines(cells: readonly Span[][], widths: readonly number[], align: Tokens.Table['align']): Line[] {
  const wrapped = cells.map((cell, column) => wrap(cell, widths[column] ?? 3));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    widths.flatMap((width, column) => {
      const line = wrapped[column]?.[index] ?? emptyLine;
      const missing = Math.max(0, width - lineWidth(line));
      const cell = align[column] === 'right' ? [span(' '.repeat(missing)), ...line] : toWidth(line, width);
      return column === 0 ? cell : [span(' '.repeat(gap)), ...cell];
    }),
  );
}

export function tableLines(token: Tokens.Table, width: number, glyphs: Glyphs): Line[] {
  const head = token.header.map((cell) => inlineSpans(cell.tokens, 'heading'));
  const body = token.rows.map((row) => row.map((cell) => inlineSpans(cell.tokens, 'text')));
  const widths = columnWidths([head, ...body], width);
  const rule = widths.flatMap((each, column) => [
    span(column === 0 ? '' : ' '.repeat(gap)),
    span(glyphs.horizontal.repeat(each), 'rule'),
  ]);
  return [...rowLines(head, widths, token.align), rule, ...body.flatMap((row) => rowLines(row, widths, token.align))];
}
