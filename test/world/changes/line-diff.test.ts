import { describe, expect, it } from 'vitest';
import { diffLines, hunks } from '../../../src/world/changes/line-diff.ts';

const marks = { same: ' ', added: '+', removed: '-', at: '@' };
const diff = (before: string, after: string) =>
  diffLines(before.split(' '), after.split(' ')).map(({ type, text }) => `${marks[type]}${text}`);
const shown = (before: string, after: string) =>
  hunks(diffLines(before.split('\n'), after.split('\n'))).map(({ type, text }) => `${marks[type]}${text}`);

describe('a diff of lines', () => {
  it('of equal texts has only lines that stay', () => {
    expect(diff('a b', 'a b')).toEqual([' a', ' b']);
  });

  it('shows what was taken out before what was put in its place', () => {
    expect(diff('a b c', 'a x c')).toEqual([' a', '-b', '+x', ' c']);
  });

  it('keeps the longest common lines', () => {
    expect(diff('a b c d e', 'a c x e')).toEqual([' a', '-b', ' c', '-d', '+x', ' e']);
  });

  it('finds a line that was put between two equal ones', () => {
    expect(diff('a a', 'a b a')).toEqual([' a', '+b', ' a']);
  });

  it('of a text that shrank by one of its equal lines loses just one', () => {
    expect(diff('a a a', 'a a')).toEqual([' a', ' a', '-a']);
  });

  it('leads from the first text to the second, whatever they are', () => {
    const words = ['a', 'b', 'c'];
    let seed = 1;
    const random = (most: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % most;
    };
    const text = () => Array.from({ length: random(9) }, () => words[random(3)] ?? '');
    for (let round = 0; round < 300; round += 1) {
      const [before, after] = [text(), text()];
      const lines = diffLines(before, after);
      expect(lines.filter(({ type }) => type !== 'added').map((line) => line.text)).toEqual(before);
      expect(lines.filter(({ type }) => type !== 'removed').map((line) => line.text)).toEqual(after);
    }
  });

  it('of texts too long to compare each line with each takes the middle out and puts the other in', () => {
    const many = (mark: string) => ['first', ...Array.from({ length: 2_100 }, (_, line) => `${mark}${line}`), 'last'];
    const lines = diffLines(many('a'), [...many('b').slice(0, 50), 'a7', ...many('b').slice(50)]);
    expect(lines.filter(({ type }) => type === 'same').map(({ text }) => text)).toEqual(['first', 'last']);
  });
});

describe('the changed parts of a diff', () => {
  const before =
    'kind: Split\nspec:\n  a: 1\n  b: 1\n  backends:\n  - service: v1\n    weight: 100\n  - service: v2\n    weight: 0';

  it('have two lines around them, and the keys that lead there above', () => {
    expect(shown(before, before.replace('weight: 0', 'weight: 50'))).toEqual([
      '@spec.backends',
      '     weight: 100',
      '   - service: v2',
      '-    weight: 0',
      '+    weight: 50',
    ]);
  });

  it('that are near each other are one', () => {
    const after = before.replace('weight: 100', 'weight: 50').replace('weight: 0', 'weight: 50');
    expect(shown(before, after).filter((line) => line.startsWith('@'))).toEqual(['@spec']);
  });

  it('at the beginning need no keys above', () => {
    expect(shown('a: 1\nb: 2', 'a: 3\nb: 2')).toEqual(['-a: 1', '+a: 3', ' b: 2']);
  });

  it('of equal texts are none', () => {
    expect(shown(before, before)).toEqual([]);
  });
});
