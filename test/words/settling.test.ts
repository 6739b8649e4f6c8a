import { expect, it } from 'vitest';
import { settling as german } from '../../src/words/de/settling.ts';
import { settling } from '../../src/words/en/settling.ts';

it('of one context the question names no range', () => {
  expect([settling.pickContext(1), settling.pickContext(3)].map((text) => text.slice(-10))).toEqual([
    expect.stringContaining('? (1) '),
    expect.stringContaining('(1 to 3) '),
  ]);
  expect(german.pickContext(1)).toContain('? (1) ');
});
