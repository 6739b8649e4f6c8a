import { describe, expect, it } from 'vitest';
import { themeChoice } from '../../src/tui/terminal-theme.ts';
import { withoutColours } from '../../src/tui/view/high-contrast.ts';
import { type ColourDepth, paintLine, type Role, sgrOf, type Theme, unicodeGlyphs } from '../../src/tui/view/theme.ts';

const roles: readonly Role[] = [
  'text',
  'dim',
  'strong',
  'emphasis',
  'heading',
  'accent',
  'good',
  'warn',
  'bad',
  'info',
  'code',
  'link',
  'rule',
  'bar',
  'bar-strong',
  'bar-dim',
  'key',
  'selected',
  'syntax-key',
  'syntax-string',
  'syntax-number',
  'syntax-comment',
  'syntax-word',
  'cursor',
];

type Rgb = readonly [number, number, number];

/** What xterm shows for a number of its 256 colours. */
function paletteColour(index: number): Rgb {
  if (index >= 232) return [8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)];
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const rest = index - 16;
  return [level(Math.floor(rest / 36)), level(Math.floor(rest / 6) % 6), level(rest % 6)];
}

/** The colours that a sequence sets, as a terminal reads it. */
function coloursOf(sgr: string): { ink: Rgb | undefined; paper: Rgb | undefined } {
  const found: { ink: Rgb | undefined; paper: Rgb | undefined } = { ink: undefined, paper: undefined };
  for (const [, layer, rgb, index] of sgr.matchAll(/\b([34]8);(?:2;(\d+;\d+;\d+)|5;(\d+))/g)) {
    const [red = 0, green = 0, blue = 0] = rgb?.split(';').map(Number) ?? paletteColour(Number(index));
    found[layer === '38' ? 'ink' : 'paper'] = [red, green, blue];
  }
  return found;
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const strong = (background: Theme['background'], depth: ColourDepth): Theme => ({
  background,
  depth,
  glyphs: unicodeGlyphs,
  isStrong: true,
});

describe('high contrast', () => {
  it('measures as WCAG does', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });

  for (const background of ['dark', 'light'] as const) {
    for (const depth of ['true', '256'] as const) {
      it(`has 7:1 or more between every text and its paper on ${background}, ${depth}`, () => {
        for (const role of roles) {
          const { ink, paper } = coloursOf(sgrOf(role, strong(background, depth)));
          if (!ink || !paper) throw new Error(`${role} leaves a colour to the terminal`);
          expect(contrast(ink, paper), role).toBeGreaterThanOrEqual(7);
        }
      });
    }
  }

  it('uses attributes alone where the palette of 16 colours is the learner’s', () => {
    for (const role of roles) expect(sgrOf(role, strong('dark', 'basic')), role).toMatch(/^(?:[147](?:;[147])*)?$/);
  });

  it('takes a program’s colours away and leaves what needs none', () => {
    expect(withoutColours('1;31')).toBe('1');
    expect(withoutColours('38;5;196')).toBe('');
    expect(withoutColours('38;2;1;4;7;4')).toBe('4');
    expect(withoutColours('48;5;7;7')).toBe('7');
    const painted = paintLine([{ text: 'red', role: 'text', sgr: '1;31' }], strong('dark', 'true'));
    expect(painted).toBe('\u001b[38;2;255;255;255;48;2;0;0;0;1mred\u001b[0m');
  });

  it('is chosen by the option, else by MESHWALK_THEME', () => {
    expect(themeChoice('light', { MESHWALK_THEME: 'high-contrast' })).toBe('light');
    expect(themeChoice(undefined, { MESHWALK_THEME: 'high-contrast' })).toBe('high-contrast');
    expect(themeChoice(undefined, { MESHWALK_THEME: 'pink' })).toBe('auto');
  });
});

describe('the ordinary theme', () => {
  it('keeps 4.5:1 for text on the papers it was made for', () => {
    for (const [background, page] of [
      ['dark', [26, 27, 34]],
      ['light', [255, 255, 255]],
    ] as const) {
      for (const role of roles.filter((one) => one !== 'rule')) {
        const { ink, paper } = coloursOf(sgrOf(role, { background, depth: 'true', glyphs: unicodeGlyphs }));
        if (ink) expect(contrast(ink, paper ?? page), `${role} on ${background}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});
