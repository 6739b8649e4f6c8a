import { describe, expect, it } from 'vitest';
import {
  backgroundFromEnvironment,
  backgroundOf,
  colourDepth,
  isUtf8,
  mayAsk,
  wantsReducedMotion,
} from '../../src/tui/terminal-theme.ts';
import { asciiGlyphs, paintLine, type Role, sgrOf, unicodeGlyphs } from '../../src/tui/view/theme.ts';

const theme = { background: 'dark', depth: 'true', glyphs: unicodeGlyphs } as const;

describe('the look of the terminal', () => {
  it.each([
    ['\u001b]11;rgb:1a1a/1b1b/2222\u001b\\', 'dark'],
    ['\u001b]11;rgb:ff/ff/ff\u0007', 'light'],
    ['\u001b]11;rgba:fdfd/f6f6/e3e3/ffff\u0007', 'light'],
    ['\u001b[?62;22c', undefined],
  ])('is read from the answer %j', (reply, background) => {
    expect(backgroundOf(reply)).toBe(background);
  });

  it('is read from COLORFGBG where nobody answers', () => {
    expect(backgroundFromEnvironment({ COLORFGBG: '15;0' })).toBe('dark');
    expect(backgroundFromEnvironment({ COLORFGBG: '0;default;15' })).toBe('light');
    expect(backgroundFromEnvironment({})).toBeUndefined();
  });

  it('has as many colours as the terminal says, and none under NO_COLOR', () => {
    expect(colourDepth({ TERM: 'xterm-256color', COLORTERM: 'truecolor' })).toBe('true');
    expect(colourDepth({ TERM: 'xterm-256color' })).toBe('256');
    expect(colourDepth({ TERM: 'linux' })).toBe('basic');
    expect(colourDepth({ TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' })).toBe('none');
    expect(colourDepth({ TERM: 'linux', NO_COLOR: '' })).toBe('basic');
    expect(colourDepth({ TERM: 'vt100', COLORTERM: 'truecolor' })).toBe('none');
    expect(colourDepth({ TERM: 'xterm', WT_SESSION: 'a' })).toBe('true');
  });

  it('uses ASCII unless the locale says UTF-8, LC_ALL first', () => {
    expect(isUtf8({ LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(isUtf8({ LANG: 'en_US.utf8', LC_ALL: 'C' })).toBe(false);
    expect(isUtf8({})).toBe(false);
  });

  it('obeys FORCE_COLOR before NO_COLOR, as Node does', () => {
    expect(colourDepth({ NO_COLOR: '1', FORCE_COLOR: '1', TERM: 'dumb' })).toBe('basic');
    expect(colourDepth({ FORCE_COLOR: '0', COLORTERM: 'truecolor' })).toBe('none');
    expect(['', 'true', '2', '3'].map((level) => colourDepth({ FORCE_COLOR: level }))).toEqual([
      'basic',
      'basic',
      '256',
      'true',
    ]);
  });

  it('asks no terminal behind tmux or screen, whose answer could come late', () => {
    expect(mayAsk({ TERM: 'xterm-256color' })).toBe(true);
    for (const between of [{ TMUX: '/tmp/t' }, { STY: '1.x' }, { TERM: 'screen-256color' }, { TERM: 'tmux' }])
      expect(mayAsk({ TERM: 'xterm', ...between })).toBe(false);
  });

  it('moves nothing where the option or MESHWALK_REDUCED_MOTION says so', () => {
    expect(wantsReducedMotion(undefined, {})).toBe(false);
    expect(wantsReducedMotion(undefined, { MESHWALK_REDUCED_MOTION: '0' })).toBe(false);
    expect(wantsReducedMotion(undefined, { MESHWALK_REDUCED_MOTION: '1' })).toBe(true);
    expect(wantsReducedMotion(true, {})).toBe(true);
  });

  it('closes every style it opens, and opens none without colour', () => {
    const line = [
      { text: 'a', role: 'good' as Role },
      { text: 'b', role: 'text' as Role, sgr: '31' },
    ];
    expect(paintLine(line, theme)).toBe(`\u001b[${sgrOf('good', theme)}ma\u001b[0m\u001b[31mb\u001b[0m`);
    expect(paintLine(line, { ...theme, depth: 'none' })).toBe('ab');
  });

  it('has marks of one cell each in both sets', () => {
    for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
      const { ascii, corners, ...marks } = glyphs;
      for (const mark of [...Object.values(marks), ...corners]) expect([...mark], mark).toHaveLength(1);
      if (ascii) expect(Object.values(marks).join('')).toMatch(/^[\x20-\x7e]+$/);
    }
  });
});
