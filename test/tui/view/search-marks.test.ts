import { describe, expect, it } from 'vitest';
import { markedLine, matchesIn } from '../../../src/tui/view/search-marks.ts';
import { plain, span } from '../../../src/tui/view/spans.ts';

const lines = [
  [span('│ ', 'rule'), span('the '), span('traffic', 'code'), span(' of')],
  [span('│ ', 'rule'), span('the mesh, the traffic')],
  [],
  [span('split over rows')],
];

describe('matches in rows', () => {
  it('are found over spans, borders and the ends of rows', () => {
    expect(matchesIn(lines, 'of the mesh').rows).toEqual([0]);
    expect(matchesIn(lines, 'THE').rows).toEqual([0, 1, 1]);
    expect(matchesIn(lines, 'traffic split').rows).toEqual([1]);
    expect(matchesIn(lines, '│').rows).toEqual([]);
  });

  it('stand out where they are, and change no character', () => {
    const { inRow } = matchesIn(lines, 'the traffic of');
    const line = lines[0] ?? [];
    const marked = markedLine(line, inRow.get(0) ?? [], 0);
    expect(plain(marked)).toBe(plain(line));
    expect(marked.filter(({ role }) => role === 'cursor').map(({ text }) => text)).toEqual(['the ', 'traffic', ' of']);
    expect(markedLine(line, inRow.get(0) ?? [], 1).some(({ role }) => role === 'cursor')).toBe(false);
  });
});
