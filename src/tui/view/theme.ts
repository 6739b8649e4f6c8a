import { asciiLine } from './ascii.ts';
import { strongPaint, withoutColours } from './high-contrast.ts';
import type { Line, Span } from './spans.ts';

/** What a piece of text means; the theme decides how that looks. */
export type Role =
  | 'text'
  | 'dim'
  | 'strong'
  | 'emphasis'
  | 'heading'
  | 'accent'
  | 'good'
  | 'warn'
  | 'bad'
  | 'info'
  | 'code'
  | 'link'
  | 'rule'
  | 'bar'
  | 'bar-strong'
  | 'bar-dim'
  | 'key'
  | 'selected'
  | 'syntax-key'
  | 'syntax-string'
  | 'syntax-number'
  | 'syntax-comment'
  | 'syntax-word'
  | 'cursor';

export type Background = 'dark' | 'light';
/** How many colours the terminal shows; `none` means no SGR at all, bold and inverse included. */
export type ColourDepth = 'none' | 'basic' | '256' | 'true';

interface Paint {
  attributes?: string;
  /** Foreground on dark and on light, `#rrggbb`. */
  ink?: readonly [string, string];
  /** Background on dark and on light. */
  paper?: readonly [string, string];
  /** SGR for terminals with 16 colours, whose palette belongs to the learner. */
  basic: string;
}

// Contrast on #1a1b22 and on #ffffff is at least 4.5:1 for text and 3:1 for rules.
const paints: Record<Role, Paint> = {
  text: { basic: '' },
  dim: { ink: ['#8b90a0', '#646b7a'], basic: '2' },
  strong: { attributes: '1', basic: '1' },
  emphasis: { attributes: '3', basic: '3' },
  heading: { attributes: '1', ink: ['#8ab4f8', '#1a56b0'], basic: '1;34' },
  accent: { attributes: '1', ink: ['#7fd1c7', '#0b6e69'], basic: '36' },
  good: { attributes: '1', ink: ['#7fc98b', '#1b7a34'], basic: '32' },
  warn: { attributes: '1', ink: ['#e0b45f', '#8a5a00'], basic: '33' },
  bad: { attributes: '1', ink: ['#f08a84', '#b3261e'], basic: '31' },
  info: { attributes: '1', ink: ['#b9a2f0', '#6a3fc0'], basic: '35' },
  code: { ink: ['#e3c78a', '#7a4b00'], basic: '33' },
  link: { attributes: '4', ink: ['#8ab4f8', '#1a56b0'], basic: '4;34' },
  rule: { ink: ['#5c6272', '#8a90a0'], basic: '2' },
  bar: { ink: ['#dfe3ee', '#1f2530'], paper: ['#2b3040', '#dfe5f0'], basic: '7' },
  'bar-strong': { attributes: '1', ink: ['#ffffff', '#000000'], paper: ['#2b3040', '#dfe5f0'], basic: '1;7' },
  'bar-dim': { ink: ['#a9b0c2', '#4d5566'], paper: ['#2b3040', '#dfe5f0'], basic: '7' },
  key: { attributes: '1', ink: ['#7fd1c7', '#0b6e69'], basic: '1;36' },
  selected: { attributes: '1', ink: ['#ffffff', '#000000'], paper: ['#31465f', '#cfe0f7'], basic: '1;7' },
  'syntax-key': { ink: ['#8ab4f8', '#1a56b0'], basic: '34' },
  'syntax-string': { ink: ['#a5cf8e', '#2f6f1d'], basic: '32' },
  'syntax-number': { ink: ['#e0b45f', '#8a5a00'], basic: '33' },
  'syntax-comment': { attributes: '3', ink: ['#8b90a0', '#646b7a'], basic: '2' },
  'syntax-word': { attributes: '1', ink: ['#7fd1c7', '#0b6e69'], basic: '36' },
  cursor: { attributes: '7', basic: '7' },
};

export interface Theme {
  background: Background;
  depth: ColourDepth;
  glyphs: Glyphs;
  /** The high-contrast palette, and the screen's own paper. */
  isStrong?: boolean;
}

/** The marks and borders: one set for UTF-8 terminals, one for all others. Each mark has words beside it. */
export interface Glyphs {
  ascii: boolean;
  passed: string;
  wrong: string;
  notYet: string;
  unknown: string;
  waiting: string;
  current: string;
  bullet: string;
  dash: string;
  bar: string;
  horizontal: string;
  vertical: string;
  corners: readonly [string, string, string, string];
  dot: string;
  up: string;
  down: string;
  pointer: string;
  quote: string;
  full: string;
  empty: string;
}

export const unicodeGlyphs: Glyphs = {
  ascii: false,
  passed: '✓',
  wrong: '✗',
  notYet: '…',
  unknown: '?',
  waiting: '·',
  current: '●',
  bullet: '•',
  dash: '–',
  bar: '│',
  horizontal: '─',
  vertical: '│',
  corners: ['╭', '╮', '╰', '╯'],
  dot: '·',
  up: '↑',
  down: '↓',
  pointer: '▸',
  quote: '▎',
  full: '━',
  empty: '─',
};

export const asciiGlyphs: Glyphs = {
  ascii: true,
  passed: '+',
  wrong: 'x',
  notYet: '~',
  unknown: '?',
  waiting: '.',
  current: '*',
  bullet: '*',
  dash: '-',
  bar: '|',
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
  dot: '-',
  up: '^',
  down: 'v',
  pointer: '>',
  quote: '|',
  full: '=',
  empty: '-',
};

function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** xterm's 6×6×6 cube and its grey ramp. */
function paletteIndex(hex: string): number {
  const [red, green, blue] = channels(hex);
  if (Math.max(red, green, blue) - Math.min(red, green, blue) < 18) {
    const grey = Math.round(((red + green + blue) / 3 - 8) / 10);
    if (grey >= 0 && grey < 24) return 232 + grey;
  }
  const step = (channel: number) => (channel < 48 ? 0 : channel < 115 ? 1 : Math.floor((channel - 35) / 40));
  return 16 + 36 * step(red) + 6 * step(green) + step(blue);
}

function colour(hex: string, depth: '256' | 'true', layer: '38' | '48'): string {
  return depth === 'true' ? `${layer};2;${channels(hex).join(';')}` : `${layer};5;${paletteIndex(hex)}`;
}

/** SGR parameters of a role in a theme; empty when the role looks like plain text. */
export function sgrOf(role: Role, theme: Theme): string {
  const paint: Paint = theme.isStrong ? strongPaint(role) : paints[role];
  const { depth } = theme;
  if (depth === 'none') return '';
  if (depth === 'basic') return paint.basic;
  const side = theme.background === 'dark' ? 0 : 1;
  const parts = [
    paint.attributes,
    paint.ink && colour(paint.ink[side], depth, '38'),
    paint.paper && colour(paint.paper[side], depth, '48'),
  ];
  return parts.filter(Boolean).join(';');
}

function styleOf({ role, sgr }: Span, theme: Theme): string {
  if (sgr === undefined) return sgrOf(role, theme);
  // A program's own colours were chosen for another paper.
  return theme.isStrong ? [sgrOf(role, theme), withoutColours(sgr)].filter(Boolean).join(';') : sgr;
}

/** The row as bytes for the terminal. Every styled span is closed, so rows can be cut and joined freely. */
export function paintLine(line: Line, theme: Theme): string {
  let out = '';
  for (const piece of theme.glyphs.ascii ? asciiLine(line) : line) {
    const { text } = piece;
    const sgr = theme.depth === 'none' ? '' : styleOf(piece, theme);
    const styled = sgr ? `\u001b[${sgr}m${text}\u001b[0m` : text;
    out += piece.link && theme.depth !== 'none' ? `\u001b]8;;${piece.link}\u001b\\${styled}\u001b]8;;\u001b\\` : styled;
  }
  return out;
}
