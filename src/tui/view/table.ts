import type { Token, Tokens } from 'marked';
import { atBreaks, type InlineStyle, inlineSpans } from './inline.ts';
import { emptyLine, type Line, lineWidth, plain, type Span, span, widthOf, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';

/**
 * A Markdown table as rows: columns as wide as their text where there is room, wrapped cells where there is not, and
 * one block of lines per row where not even words fit into their columns.
 */
const gap = 2;
const leastColumn = 3;

export interface TableInk {
  width: number;
  glyphs: Glyphs;
  style: InlineStyle;
}

type Cell = readonly Span[];

const longestWord = (cell: Cell): number => Math.max(0, ...plain(cell).split(/[ \n]/).map(widthOf));

/** Lines of a cell: it may hold hard breaks. */
const cellLines = (cell: Cell, width: number): Line[] => atBreaks(cell).flatMap((part) => wrap(part, width));

const cellWidth = (cell: Cell): number => Math.max(0, ...atBreaks(cell).map(lineWidth));

/** Widths of the columns, or undefined where words would have to be cut. Takes from the widest column first. */
function columnWidths(rows: readonly Cell[][], width: number): number[] | undefined {
  const count = rows[0]?.length ?? 0;
  const most = (measure: (cell: Cell) => number) =>
    Array.from({ length: count }, (_, column) =>
      Math.max(leastColumn, ...rows.map((row) => measure(row[column] ?? emptyLine))),
    );
  const widths = most(cellWidth);
  const floors = most(longestWord);
  let over = widths.reduce((sum, each) => sum + each, 0) + gap * (count - 1) - width;
  while (over > 0) {
    let widest = -1;
    for (const [column, each] of widths.entries()) {
      if (each > (floors[column] ?? leastColumn) && (widest < 0 || each > (widths[widest] ?? 0))) widest = column;
    }
    if (widest < 0) return undefined;
    widths[widest] = (widths[widest] ?? leastColumn) - 1;
    over -= 1;
  }
  return widths;
}

function aligned(line: Line, width: number, align: 'left' | 'center' | 'right' | null | undefined): Line {
  const missing = Math.max(0, width - lineWidth(line));
  const before = align === 'right' ? missing : align === 'center' ? Math.floor(missing / 2) : 0;
  return [span(' '.repeat(before)), ...line, span(' '.repeat(missing - before))].filter(({ text }) => text !== '');
}

function rowLines(cells: readonly Cell[], widths: readonly number[], align: Tokens.Table['align']): Line[] {
  const wrapped = cells.map((cell, column) => cellLines(cell, widths[column] ?? leastColumn));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    widths.flatMap((width, column) => {
      const cell = aligned(wrapped[column]?.[index] ?? emptyLine, width, align[column]);
      return column === 0 ? cell : [span(' '.repeat(gap)), ...cell];
    }),
  );
}

/** Too narrow for columns: each row as a block, every cell behind the name of its column. */
function rowBlocks(head: readonly Cell[], body: readonly Cell[][], { width }: TableInk): Line[] {
  return body.flatMap((row, index) => [
    ...(index > 0 ? [emptyLine] : []),
    ...row.flatMap((cell, column): Line[] => {
      const name = plain(head[column] ?? emptyLine);
      const label: Span[] = name === '' ? [] : [span(`${name}: `, 'heading')];
      const indent = column === 0 ? '' : '  ';
      const [first = emptyLine, ...rest] = atBreaks(cell);
      if (plain(cell) === '') return [];
      return [
        ...wrap([...label, ...first], width, [span(indent)], [span('  ')]),
        ...rest.flatMap((part) => wrap(part, width, [span('  ')])),
      ];
    }),
  ]);
}

export function tableLines(token: Tokens.Table, ink: TableInk): Line[] {
  const cells = (tokens: Token[], role: Role) => inlineSpans(tokens, role, ink.style);
  const head = token.header.map((cell) => cells(cell.tokens, 'heading'));
  const body = token.rows.map((row) => row.map((cell) => cells(cell.tokens, 'text')));
  const widths = columnWidths([head, ...body], ink.width);
  if (!widths) return rowBlocks(head, body, ink);
  const rule = widths.flatMap((each, column) => [
    span(column === 0 ? '' : ' '.repeat(gap)),
    span(ink.glyphs.horizontal.repeat(each), 'rule'),
  ]);
  return [...rowLines(head, widths, token.align), rule, ...body.flatMap((row) => rowLines(row, widths, token.align))];
}
