import { describe, expect, it } from 'vitest';
import type { ServiceSeries } from '../../src/check/traffic/request-series.ts';
import { chartLines, sparkline } from '../../src/tui/view/charts.ts';
import { lineWidth, plain } from '../../src/tui/view/spans.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { en } from '../../src/words/en.ts';

const step = (requestsPerSecond: number, success: number | undefined, p99: number | undefined) => ({
  requestsPerSecond,
  success,
  latencyMs: { p50: p99, p90: p99, p99 },
});
const store: ServiceSeries = {
  service: 'bookstore/bookstore',
  steps: [step(1, 1, 3), undefined, step(2, 0.5, 30)],
  whole: step(1.5, 0.75, 30),
};

describe('a sparkline', () => {
  it('goes from nothing to the most, with a gap where nothing is known, and keeps the newest values', () => {
    expect(sparkline([0, 5, undefined, 10], 10, 80, unicodeGlyphs)).toBe('▁▅ █');
    expect(sparkline([0, 5, undefined, 10], 10, 2, unicodeGlyphs)).toBe(' █');
    expect(sparkline([0, 10], 10, 80, asciiGlyphs)).toBe('_#');
    expect(sparkline([0, 0], 0, 80, unicodeGlyphs)).toBe('▁▁');
  });
});

describe('the charts', () => {
  it('say numbers in words first, and their course behind', () => {
    const text = chartLines([store], 6000, { width: 70, glyphs: unicodeGlyphs, words: en }).map(plain);
    expect(text).toEqual([
      'Requests in the mesh, last 6 s',
      '',
      'bookstore/bookstore',
      '  requests/s  1.5                           ▅ █',
      '  success     75.0%                         █ ▅',
      '  latency ms  p50 30.0  p90 30.0  p99 30.0  ▂ █',
    ]);
  });

  it('fit any width; without room only the numbers stay', () => {
    for (const width of [20, 40, 60, 200]) {
      const lines = chartLines([store], 6000, { width, glyphs: unicodeGlyphs, words: en });
      expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width);
    }
    const narrow = chartLines([store], 6000, { width: 44, glyphs: unicodeGlyphs, words: en }).map(plain).join('\n');
    expect(narrow).toContain('75.0%');
    expect(narrow).not.toMatch(/[▁-█]/);
  });

  it('tell by word what colour tells too, and never round a failure away', () => {
    const with_ = (success: number | undefined) =>
      chartLines([{ ...store, whole: step(1, success, 3) }], 1000, { width: 70, glyphs: asciiGlyphs, words: en })[4];
    expect(plain(with_(0.99999) ?? [])).toContain('99.9%');
    expect(plain(with_(1) ?? [])).toContain('100%');
    expect(plain(with_(undefined) ?? [])).toContain('no answers');
    expect([1, 0.97, 0.2].map((share) => with_(share)?.[1]?.role)).toEqual(['good', 'warn', 'bad']);
  });
});
