import type { Role } from './theme.ts';

/**
 * The high-contrast palette: every text stands at 7:1 or more on its paper (WCAG 2.2, 1.4.6, level AAA), and the screen
 * brings its own paper, since nobody knows the terminal's. A test computes every pair, also as 256 colours round it.
 */
export interface StrongPaint {
  attributes?: string;
  /** Foreground on dark and on light, `#rrggbb`. */
  ink: readonly [string, string];
  /** Background on dark and on light; the screen's own where it is left out. */
  paper?: readonly [string, string];
  /** On terminals with 16 colours, whose palette belongs to the learner, attributes alone: 1 bold, 4 underlined, 7 inverse. */
  basic: string;
}

const screenPaper = ['#000000', '#ffffff'] as const;
const plain = ['#ffffff', '#000000'] as const;
const inverse = { ink: ['#000000', '#ffffff'], paper: ['#ffffff', '#000000'] } as const;

const strongPaints: Record<Role, StrongPaint> = {
  text: { ink: plain, basic: '' },
  // Nothing is faint here.
  dim: { ink: ['#d7d7d7', '#303030'], basic: '' },
  strong: { attributes: '1', ink: plain, basic: '1' },
  emphasis: { attributes: '4', ink: plain, basic: '4' },
  heading: { attributes: '1;4', ink: plain, basic: '1;4' },
  accent: { attributes: '1', ink: ['#5fffff', '#00005f'], basic: '1' },
  good: { attributes: '1', ink: ['#87ff87', '#005f00'], basic: '1' },
  warn: { attributes: '1', ink: ['#ffff5f', '#5f0000'], basic: '1' },
  bad: { attributes: '1', ink: ['#ffafaf', '#870000'], basic: '1' },
  info: { attributes: '1', ink: ['#d7d7ff', '#00005f'], basic: '1' },
  code: { ink: ['#ffffaf', '#5f0000'], basic: '' },
  link: { attributes: '4', ink: ['#afffff', '#00005f'], basic: '4' },
  rule: { ink: ['#d7d7d7', '#303030'], basic: '' },
  bar: { ...inverse, basic: '7' },
  'bar-strong': { attributes: '1', ...inverse, basic: '1;7' },
  'bar-dim': { ...inverse, basic: '7' },
  key: { attributes: '1', ink: ['#5fffff', '#00005f'], basic: '1' },
  selected: { attributes: '1', ink: ['#000000', '#ffffff'], paper: ['#ffff5f', '#00005f'], basic: '1;7' },
  'syntax-key': { attributes: '1', ink: plain, basic: '1' },
  'syntax-string': { ink: ['#87ff87', '#005f00'], basic: '' },
  'syntax-number': { ink: ['#ffff5f', '#5f0000'], basic: '' },
  'syntax-comment': { ink: ['#d7d7d7', '#303030'], basic: '' },
  'syntax-word': { attributes: '1', ink: ['#5fffff', '#00005f'], basic: '1' },
  cursor: { ...inverse, basic: '7' },
};

export function strongPaint(role: Role): Required<Pick<StrongPaint, 'ink' | 'paper' | 'basic'>> & StrongPaint {
  return { paper: screenPaper, ...strongPaints[role] };
}

/** Of the colours that came with a program's output only what needs none: bold, underlined, inverse. */
export function withoutColours(sgr: string): string {
  const kept: string[] = [];
  const parts = sgr.split(';');
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? '';
    // `38;5;n` and `38;2;r;g;b` carry numbers that are no attributes.
    if (part === '38' || part === '48') index += parts[index + 1] === '2' ? 4 : 2;
    else if (['1', '4', '7'].includes(part)) kept.push(part);
  }
  return kept.join(';');
}
