import { describe, expect, it } from 'vitest';
import { lineWidth, plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { microseconds, type TraceSpan, traceLines } from '../../src/tui/view/trace-tree.ts';
import { en } from '../../src/words/en.ts';

const span = (id: string, parentId: string | undefined, more: Partial<TraceSpan>): TraceSpan => ({
  id,
  parentId,
  service: id,
  operation: 'bookstore.bookstore:14001',
  kind: undefined,
  start: 0,
  duration: 1000,
  status: '200',
  failed: false,
  ...more,
});

const trace = {
  id: '4bf92f3577b34da6',
  spans: [
    span('warehouse', 'store', { start: 4000, duration: 4000, kind: 'server', status: '503', failed: true }),
    span('buyer', undefined, { duration: 10_000, kind: 'client' }),
    span('store', 'buyer', { start: 2000, duration: 8000, kind: 'server' }),
  ],
};

describe('a trace as a tree', () => {
  it('shows who called whom, how long each took, and when', () => {
    const lines = traceLines(trace, { width: 72, glyphs: unicodeGlyphs, words: en }).map((line) =>
      plain(line).trimEnd(),
    );
    expect(lines).toEqual([
      'Trace 4bf92f3577b34da6  3 spans, 3 services, 10 ms',
      'bookstore.bookstore:14001',
      '',
      `buyer client          10 ms  200 ${'█'.repeat(37)}`,
      `└ store server         8 ms  200 ${' '.repeat(7)}${'█'.repeat(30)}`,
      `  └ warehouse server   4 ms  503 ${' '.repeat(14)}${'█'.repeat(15)}`,
    ]);
  });

  it('fits any width and any alphabet', () => {
    for (const width of [30, 60, 200]) {
      const lines = traceLines(trace, { width, glyphs: asciiGlyphs, words: en });
      expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width);
      expect(lines.slice(3).map(plain).join('')).not.toMatch(/[█└]/);
    }
  });

  it('puts a span whose parent was not received at the top, and shows each span of a circle once', () => {
    const circle = { id: 'x', spans: [span('a', 'b', {}), span('b', 'a', {})] };
    expect(traceLines(circle, { width: 60, glyphs: unicodeGlyphs, words: en })).toHaveLength(3 + 2);
    const lone = { id: 'x', spans: [span('a', 'gone', {}), span('b', 'a', {})] };
    expect(traceLines(lone, { width: 60, glyphs: unicodeGlyphs, words: en }).slice(3).map(plain)[1]).toMatch(/^└ b/);
    const failed = traceLines(trace, { width: 72, glyphs: unicodeGlyphs, words: en }).at(-1);
    expect(failed?.at(-1)?.role).toBe('bad');
  });

  it('chooses the unit that a person reads', () => {
    expect([1, 999, 1500, 12_345, 2_500_000].map((value) => microseconds(value, en))).toEqual([
      '1 µs',
      '999 µs',
      '1.5 ms',
      '12.3 ms',
      '2.50 s',
    ]);
  });
});
