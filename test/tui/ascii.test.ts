import { describe, expect, it } from 'vitest';
import { asciiLine, asciiText } from '../../src/tui/view/ascii.ts';
import { lineWidth, plain, span } from '../../src/tui/view/spans.ts';

const row = (text: string) => asciiLine([span(text)]);

describe('rows for ASCII terminals', () => {
  it('write umlauts with two letters where a gap gives way', () => {
    expect(plain(row('Löse die Übung   | ok    '))).toBe('Loese die Uebung | ok    ');
    expect(plain(row('über│  │ übrig      '))).toBe('ueber| | uebrig     ');
  });

  it('keep their width where no gap is left', () => {
    expect(plain(row('größer'))).toBe('groser');
    for (const text of ['Prüfung: ä ö ü ß', 'naïve café … – „so“', '語 und ✓', 'e\u0301te\u0301  x']) {
      expect(lineWidth(row(text)), text).toBe(lineWidth([span(text)]));
      expect(plain(row(text))).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it('keep roles and links of every piece', () => {
    const line = [{ text: 'für', role: 'good' as const, link: 'https://example.org' }, span('    ', 'bar')];
    expect(asciiLine(line)).toEqual([
      { text: 'fuer', role: 'good', link: 'https://example.org' },
      { text: '   ', role: 'bar' },
    ]);
  });

  it('may grow where nothing stands beside them', () => {
    expect(asciiText('„Größe“ – µs → ñ')).toBe('"Groesse" - us > n');
  });
});
