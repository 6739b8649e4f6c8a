import { describe, expect, it } from 'vitest';
import { clean, OutputBuffer } from '../../src/session/output.ts';

const lines = (...chunks: string[]) => {
  const buffer = new OutputBuffer();
  for (const chunk of chunks) buffer.add(chunk);
  return buffer.snapshot().lines.map(({ text }) => text);
};

describe('output of commands', () => {
  it.each([
    ['keeps colour', '\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m'],
    ['drops window titles', 'a\x1b]0;title\x07b', 'ab'],
    ['drops writes to the clipboard', 'a\x1b]52;c;ZXZpbA==\x1b\\b', 'ab'],
    ['drops links', '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['drops cursor moves and clearing', '\x1b[2J\x1b[1;1Ha\x1b[Kb', 'ab'],
    ['drops modes, device strings and bells', '\x1b[?1049h\x1bPq#0\x1b\\a\x07b', 'ab'],
    ['drops eight-bit control characters', 'a\x9b31mb\x85', 'a31mb'],
    ['drops a full reset', 'a\x1bcb', 'ab'],
    ['drops writing direction overrides', 'a\u202eb', 'ab'],
    ['keeps other scripts and emoji', 'नमस्ते 你好 ✓', 'नमस्ते 你好 ✓'],
    ['drops a lone escape at the end', 'a\x1b', 'a'],
    ['drops private SGR look-alikes', '\x1b[>4;2mx', 'x'],
  ])('%s', (_, raw, cleaned) => {
    expect(clean(raw)).toBe(cleaned);
  });

  it('shows what a progress line says last', () => {
    expect(lines('10%\r50%\r', '99%\rdone\nnext')).toEqual(['done', 'next']);
    expect(lines('one\r\ntwo\r\n')).toEqual(['one', 'two']);
    expect(lines('one\r', '\ntwo')).toEqual(['one', 'two']);
  });

  it('sets tabs as columns, not counting colour', () => {
    expect(lines('NAME\tREADY\n\x1b[1mab\x1b[0m\tx\n')).toEqual(['NAME    READY', '\x1b[1mab\x1b[0m      x']);
  });

  it('puts sequences and lines together that come in pieces', () => {
    expect(lines('a\x1b', '[3', '1mb\x1b]0;ti', 'tle\x07c', 'd\n')).toEqual(['a\x1b[31mbcd']);
  });

  it('keeps the last 2,000 lines and counts the others', () => {
    const buffer = new OutputBuffer();
    for (let line = 0; line < 10_000; line += 1) buffer.add(`line ${line}\n`);
    const { lines: kept, dropped } = buffer.snapshot();
    expect(kept).toHaveLength(2_000);
    expect(kept.at(-1)?.text).toBe('line 9999');
    expect(dropped).toBe(8_000);
  });

  it('bounds a line that never ends', () => {
    const buffer = new OutputBuffer();
    for (let piece = 0; piece < 1_000; piece += 1) buffer.add('x'.repeat(1_000));
    expect(buffer.snapshot().lines[0]?.text.length).toBeLessThanOrEqual(4_000);
  });

  it('does not change a snapshot that was given away', () => {
    const buffer = new OutputBuffer();
    buffer.add('one\n');
    const before = buffer.snapshot();
    buffer.add('two\n');
    expect(before.lines).toHaveLength(1);
  });
});
