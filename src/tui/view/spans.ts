import stringWidth from 'string-width';
import type { Role } from './theme.ts';

/** A piece of one row in one style. Text holds no control characters; colour of foreign text is in `sgr`. */
export interface Span {
  text: string;
  role: Role;
  /** Parameters of an SGR sequence that came with the text: `1;31`. Wins over the role. */
  sgr?: string;
  /** Where a click leads; becomes OSC 8. Only our own Markdown sets it. */
  link?: string;
}

/** One row of the screen. */
export type Line = readonly Span[];

export const emptyLine: Line = [];

export function span(text: string, role: Role = 'text'): Span {
  return { text, role };
}

const printableAscii = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cells that the text takes. */
export function widthOf(text: string): number {
  return printableAscii.test(text) ? text.length : stringWidth(text);
}

export function lineWidth(line: Line): number {
  let width = 0;
  for (const piece of line) width += widthOf(piece.text);
  return width;
}

export function plain(line: Line): string {
  return line.map((piece) => piece.text).join('');
}

/** The longest start of the text that fits, and the rest. A wide character is never cut in two. */
export function splitAt(text: string, width: number): [string, string] {
  if (printableAscii.test(text)) return [text.slice(0, width), text.slice(width)];
  let used = 0;
  let index = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = used + widthOf(segment);
    if (next > width) break;
    used = next;
    index += segment.length;
  }
  return [text.slice(0, index), text.slice(index)];
}

/** Cuts the line to the width; a cut line ends in `…`. */
export function truncate(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line;
  if (width <= 0) return emptyLine;
  const kept: Span[] = [];
  let left = width - 1;
  for (const piece of line) {
    const [start, rest] = splitAt(piece.text, left);
    if (start) kept.push({ ...piece, text: start });
    left -= widthOf(start);
    if (rest) return [...kept, { ...piece, text: '…' }];
  }
  return kept;
}

/** Exactly `width` cells: cut or filled with blanks of the role. */
export function toWidth(line: Line, width: number, fill: Role = 'text'): Line {
  const cut = truncate(line, width);
  const missing = width - lineWidth(cut);
  return missing > 0 ? [...cut, span(' '.repeat(missing), fill)] : cut;
}

/** `left` at the left edge, `right` at the right one; `left` gives way when both do not fit. */
export function spread(left: Line, right: Line, width: number, fill: Role = 'text', filler = ' '): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth >= width) return toWidth(left, width, fill);
  const cut = truncate(left, width - rightWidth - (rightWidth > 0 ? 1 : 0));
  return [...cut, span(filler.repeat(width - rightWidth - lineWidth(cut)), fill), ...right];
}

interface Word {
  spans: Span[];
  width: number;
  blank: boolean;
}

/** Runs of blanks and runs of other characters, over span borders: `**a**b` is one word. */
function wordsOf(line: Line): Word[] {
  const words: Word[] = [];
  for (const piece of line) {
    for (const text of piece.text.match(/ +|[^ ]+/g) ?? []) {
      const blank = text.startsWith(' ');
      const last = words.at(-1);
      const part = { ...piece, text };
      if (last && last.blank === blank) {
        last.spans.push(part);
        last.width += widthOf(text);
      } else words.push({ spans: [part], width: widthOf(text), blank });
    }
  }
  return words;
}

/** Cuts one word that is wider than a row. */
function chop(word: Word, width: number): Line[] {
  const rows: Span[][] = [[]];
  let left = width;
  for (const piece of word.spans) {
    let text = piece.text;
    while (text) {
      let [start, rest] = splitAt(text, left);
      if (!start && left === width) [start, rest] = [[...text][0] ?? text, text.slice(([...text][0] ?? text).length)];
      if (start) rows.at(-1)?.push({ ...piece, text: start });
      left -= widthOf(start);
      text = rest;
      if (text) {
        rows.push([]);
        left = width;
      }
    }
  }
  return rows;
}

/** Word wrap. `first` and `rest` stand before the first and the following rows, and count for the width. */
export function wrap(line: Line, width: number, first: Line = emptyLine, rest: Line = first): Line[] {
  const rows: Line[] = [];
  let row: Span[] = [];
  let used = 0;
  let pending: Word | undefined;
  const room = () => Math.max(1, width - lineWidth(rows.length === 0 ? first : rest));
  const flush = () => {
    rows.push([...(rows.length === 0 ? first : rest), ...row]);
    row = [];
    used = 0;
    pending = undefined;
  };
  for (const word of wordsOf(line)) {
    if (word.blank) {
      pending = word;
      continue;
    }
    if (used > 0 && used + (pending?.width ?? 0) + word.width > room()) flush();
    if (pending && (used > 0 || rows.length === 0)) {
      row.push(...pending.spans);
      used += pending.width;
    }
    pending = undefined;
    if (used + word.width <= room()) {
      row.push(...word.spans);
      used += word.width;
      continue;
    }
    const pieces = chop(word, room());
    for (const [index, piece] of pieces.entries()) {
      row.push(...piece);
      used += lineWidth(piece);
      if (index < pieces.length - 1) flush();
    }
  }
  if (row.length > 0 || rows.length === 0) flush();
  return rows;
}

/** Code keeps its leading blanks; a row that is too long goes on deeper. */
export function wrapCode(line: Line, width: number, first: Line, rest: Line): Line[] {
  const text = plain(line);
  if (lineWidth(line) + lineWidth(first) <= width) return [[...first, ...line]];
  const indent = span(' '.repeat(Math.min(text.length - text.trimStart().length, Math.floor(width / 3))));
  return wrap(line, width, first, [...rest, indent]);
}
