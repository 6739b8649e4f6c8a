import { describe, expect, it } from 'vitest';
import { bare, foreignLine, hardWrap } from '../../src/tui/view/foreign-text.ts';
import { lineWidth, plain } from '../../src/tui/view/spans.ts';

const seen = (text: string) => foreignLine(text, 'text').map(({ text: part, sgr }) => (sgr ? [part, sgr] : part));

describe('text that others wrote', () => {
  it('keeps its colours', () => {
    expect(seen('a\u001b[1;31mred\u001b[0m b \u001b[38;5;0mx\u001b[mz')).toEqual([
      'a',
      ['red', '1;31'],
      ' b ',
      ['x', '38;5;0'],
      'z',
    ]);
  });

  it.each([
    ['a title', 'a\u001b]0;title\u0007b'],
    ['the clipboard', 'a\u001b]52;c;aGk=\u001b\\b'],
    ['a link', 'a\u001b]8;;https://example.com\u0007b'],
    ['an unfinished string', 'ab\u001b]52;c;aGk='],
    ['a device control string', 'a\u001bPq#0\u001b\\b'],
    ['cursor movement', 'a\u001b[2J\u001b[10;10Hb'],
    ['a reset', 'a\u001bcb'],
    ['eight-bit controls', 'a\u009b2Jb\u0085'],
    ['a bell and a backspace', 'a\u0007\bb'],
    ['a bidirectional override', 'a\u202eb'],
    ['hidden and blinking text', 'a\u001b[8;5mb'],
  ])('cannot send %s to the terminal', (_, text) => {
    expect(seen(text).join('')).toBe('ab');
    expect(bare(text)).toBe('ab');
  });

  it('shows a progress line as a terminal would, and tabs in their columns', () => {
    expect(seen('10%\r50%\r100%\r')).toEqual(['100%']);
    expect(plain(foreignLine('NAME\tREADY', 'text'))).toBe('NAME    READY');
    expect(plain(foreignLine('ab\u001b[1m\tc', 'text'))).toBe('ab      c');
  });

  it('wraps at the edge without cutting wide characters', () => {
    const rows = hardWrap(foreignLine('ab語語語c', 'text'), 5);
    expect(rows.map(plain)).toEqual(['ab語', '語語c']);
    expect(rows.every((row) => lineWidth(row) <= 5)).toBe(true);
  });
});
