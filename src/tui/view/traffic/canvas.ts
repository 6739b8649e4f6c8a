import { type Line, type Span, span, widthOf } from '../spans.ts';
import type { Role } from '../theme.ts';

/** Cells to draw lines and words on. Lines that meet are joined, as they would be with a pen. */
interface Cell {
  text: string;
  role: Role;
  /** Which sides a line leaves the cell by; 0 for words. */
  sides: number;
}

const north = 1;
const east = 2;
const south = 4;
const west = 8;

/** By sides, from 0 to 15. */
const unicodeJoints = [' ', '│', '─', '╰', '│', '│', '╭', '├', '─', '╯', '─', '┴', '╮', '┤', '┬', '┼'];
const asciiJoints = [' ', '|', '-', '+', '|', '|', '+', '+', '-', '+', '-', '+', '+', '+', '+', '+'];

export class Canvas {
  readonly width: number;
  readonly #rows: (Cell | undefined)[][] = [];
  readonly #joints: readonly string[];

  constructor(width: number, isAscii: boolean) {
    this.width = width;
    this.#joints = isAscii ? asciiJoints : unicodeJoints;
  }

  get height(): number {
    return this.#rows.length;
  }

  /** Words over whatever is there. */
  write(x: number, y: number, text: string, role: Role): void {
    let at = x;
    for (const character of text) {
      this.#set(at, y, { text: character, role, sides: 0 });
      // A wide character takes its neighbour's cell, which then holds nothing of its own.
      if (widthOf(character) > 1) this.#set(at + 1, y, { text: '', role, sides: 0 });
      at += Math.max(1, widthOf(character));
    }
  }

  horizontal(fromX: number, toX: number, y: number, role: Role): void {
    const [left, right] = fromX < toX ? [fromX, toX] : [toX, fromX];
    for (let x = left; x <= right; x += 1) this.#join(x, y, (x > left ? west : 0) | (x < right ? east : 0), role);
  }

  vertical(x: number, fromY: number, toY: number, role: Role): void {
    const [top, bottom] = fromY < toY ? [fromY, toY] : [toY, fromY];
    for (let y = top; y <= bottom; y += 1) this.#join(x, y, (y > top ? north : 0) | (y < bottom ? south : 0), role);
  }

  box(x: number, y: number, width: number, height: number, role: Role): void {
    this.horizontal(x, x + width - 1, y, role);
    this.horizontal(x, x + width - 1, y + height - 1, role);
    this.vertical(x, y, y + height - 1, role);
    this.vertical(x + width - 1, y, y + height - 1, role);
  }

  lines(): Line[] {
    return this.#rows.map((row) => {
      const spans: Span[] = [];
      for (let x = 0; x < this.width; x += 1) {
        const cell = row[x];
        const text = cell ? (cell.sides > 0 ? (this.#joints[cell.sides] ?? ' ') : cell.text) : ' ';
        const role = cell?.role ?? 'text';
        const last = spans.at(-1);
        if (last?.role === role) spans[spans.length - 1] = { ...last, text: last.text + text };
        else spans.push(span(text, role));
      }
      return spans;
    });
  }

  #join(x: number, y: number, sides: number, role: Role): void {
    const known = this.#rows[y]?.[x];
    // A line ends at words and does not strike them out.
    if (known && known.sides === 0 && known.text !== ' ') return;
    this.#set(x, y, { text: '', role, sides: (known?.sides ?? 0) | sides });
  }

  #set(x: number, y: number, cell: Cell): void {
    if (x < 0 || x >= this.width || y < 0) return;
    while (this.#rows.length <= y) this.#rows.push([]);
    const row = this.#rows[y];
    if (row) row[x] = cell;
  }
}
