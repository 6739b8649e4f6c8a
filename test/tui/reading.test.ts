import { describe, expect, it } from 'vitest';
import { isStretchSeen, pageTowards } from '../../src/tui/view/layout.ts';

describe('reading on with Enter', () => {
  it('reaches what Enter is about from anywhere, whatever its length and the height of the window', () => {
    for (let height = 1; height <= 12; height += 1) {
      for (let length = 1; length <= 40; length += 1) {
        for (let top = 0; top <= 80; top += 1) {
          const due = { from: 30, to: 30 + length };
          let at = top;
          for (let presses = 0; !isStretchSeen(due, height, at); presses += 1) {
            expect(presses, `${length} rows in a window of ${height}, from row ${top}`).toBeLessThan(90);
            at = pageTowards(due, height, at);
          }
        }
      }
    }
  });

  it('jumps over no row on the way', () => {
    const [due, height] = [{ from: 30, to: 70 }, 10];
    for (let at = 0; !isStretchSeen(due, height, at); ) {
      const next = pageTowards(due, height, at);
      expect(next).toBeLessThan(at + height);
      at = next;
    }
  });
});
