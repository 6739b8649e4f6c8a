// The screen of a pseudo terminal as an SVG picture, for the README.
import { writeFileSync } from 'node:fs';
import type { HeadlessTerminal, PtySession } from './pty.ts';

const cell = { width: 8.4, height: 18 };
const margin = 14;
const bar = 30;
export interface Paper {
  paper: string;
  ink: string;
  frame: string;
}

export const darkPaper: Paper = { paper: '#16181d', ink: '#d7dae0', frame: '#2a2d35' };
export const lightPaper: Paper = { paper: '#fbfbf8', ink: '#22262e', frame: '#d5d5cd' };
// The palette most terminals are shipped with, slightly softened.
const basic = [
  '#2b2f38',
  '#e06c75',
  '#7fc98b',
  '#e0b45f',
  '#6aa5f0',
  '#b9a2f0',
  '#7fd1c7',
  '#c8ccd4',
  '#6b7280',
  '#f08a84',
  '#98d8a2',
  '#f0cb7f',
  '#8ab4f8',
  '#cdbaf7',
  '#9be0d8',
  '#ffffff',
];

/** xterm's 256 colours: 16 of the palette, a 6×6×6 cube, 24 greys. */
function paletteColour(index: number): string {
  if (index < 16) return basic[index] ?? darkPaper.ink;
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  if (index >= 232) return `#${hex(8 + (index - 232) * 10).repeat(3)}`;
  const level = (value: number) => hex(value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
}

interface Look {
  ink: string;
  paper: string | undefined;
  bold: boolean;
  italic: boolean;
  underline: boolean;
  faint: boolean;
}

type Cell = NonNullable<
  ReturnType<NonNullable<ReturnType<HeadlessTerminal['buffer']['active']['getLine']>>['getCell']>
>;

function lookOf(from: Cell, colours: Paper): Look {
  const colour = (isRgb: boolean, isPalette: boolean, value: number) =>
    isRgb ? `#${value.toString(16).padStart(6, '0')}` : isPalette ? paletteColour(value) : undefined;
  let ink = colour(from.isFgRGB(), from.isFgPalette(), from.getFgColor());
  let paper = colour(from.isBgRGB(), from.isBgPalette(), from.getBgColor());
  if (from.isInverse() !== 0) [ink, paper] = [paper ?? colours.paper, ink ?? colours.ink];
  return {
    ink: ink ?? colours.ink,
    paper,
    bold: from.isBold() !== 0,
    italic: from.isItalic() !== 0,
    underline: from.isUnderline() !== 0,
    faint: from.isDim() !== 0,
  };
}

interface Run extends Look {
  text: string;
  column: number;
  columns: number;
}

/** Neighbours that look alike are one piece of text. */
function runsOf(terminal: HeadlessTerminal, row: number, colours: Paper): Run[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.viewportY + row);
  const runs: Run[] = [];
  for (let column = 0; line && column < terminal.cols; column += 1) {
    const at = line.getCell(column);
    if (!at || at.getWidth() === 0) continue;
    const look = lookOf(at, colours);
    const last = runs.at(-1);
    const text = at.getChars() || ' ';
    const same = last && (Object.keys(look) as (keyof Look)[]).every((key) => last[key] === look[key]);
    if (same) {
      last.text += text;
      last.columns += at.getWidth();
    } else runs.push({ ...look, text, column, columns: at.getWidth() });
  }
  return runs;
}

const asXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function drawRun(run: Run, row: number): string {
  const x = margin + run.column * cell.width;
  const y = bar + row * cell.height;
  const width = run.columns * cell.width;
  const paper = run.paper
    ? `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${cell.height}" fill="${run.paper}"/>`
    : '';
  if (run.text.trim() === '') return paper;
  const style = [
    `fill="${run.ink}"`,
    run.bold ? 'font-weight="bold"' : '',
    run.italic ? 'font-style="italic"' : '',
    run.underline ? 'text-decoration="underline"' : '',
    run.faint ? 'opacity="0.65"' : '',
  ].filter(Boolean);
  // textLength keeps columns in line whatever font the reader has.
  return `${paper}<text x="${x.toFixed(1)}" y="${y + 13.5}" textLength="${width.toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve" ${style.join(' ')}>${asXml(run.text)}</text>`;
}

export function screenPicture(terminal: HeadlessTerminal, title: string, colours: Paper = darkPaper): string {
  const width = Math.ceil(terminal.cols * cell.width + 2 * margin);
  const height = terminal.rows * cell.height + bar + margin;
  const rows = Array.from({ length: terminal.rows }, (_, row) =>
    runsOf(terminal, row, colours)
      .map((run) => drawRun(run, row))
      .join(''),
  );
  const lights = ['#f0655a', '#f0bf4c', '#5fc454'].map(
    (fill, index) => `<circle cx="${18 + index * 18}" cy="15" r="5.5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    `<title>${asXml(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="9" fill="${colours.paper}" stroke="${colours.frame}"/>`,
    ...lights,
    `<text x="${width / 2}" y="19.5" text-anchor="middle" font-size="12" fill="#8b90a0">${asXml(title)}</text>`,
    ...rows.filter(Boolean),
    '</svg>',
    '',
  ].join('\n');
}

export function savePicture(session: PtySession, title: string, file: string): void {
  writeFileSync(file, screenPicture(session.terminal, title));
}
