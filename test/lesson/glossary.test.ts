import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGlossary, termsFor } from '../../src/lesson/glossary.ts';

const ours = parseGlossary(readFileSync(join(import.meta.dirname, '../../lessons/GLOSSARY.md'), 'utf8'));
const words = (terms: readonly { word: string }[]) => terms.map(({ word }) => word);

describe('the list of words', () => {
  it('is a heading and a text each, the rest is for readers of the file', () => {
    expect(
      parseGlossary('# Words\n\nHello.\n\n## Pod\nOne or more\ncontainers.\n\n## Empty\n\n## Node\nA machine.\n'),
    ).toEqual([
      { word: 'Pod', markdown: 'One or more\ncontainers.' },
      { word: 'Node', markdown: 'A machine.' },
    ]);
  });

  it('puts the words of a text first: whole words, singular or plural, short forms as they are written', () => {
    const text = 'Pods of a service mesh; the smile of a podcast. Two webhooks.';
    const glossary = ['Webhook', 'Pod', 'SMI', 'Service mesh', 'Node'].map((word) => ({ word, markdown: 'x' }));
    const { here, others } = termsFor(glossary, text);
    expect(words(here)).toEqual(['Pod', 'Service mesh', 'Webhook']);
    expect(words(others)).toEqual(['Node', 'SMI']);
  });

  it('explains no word twice, and in few words', () => {
    expect(new Set(words(ours)).size).toBe(ours.length);
    expect(ours.length).toBeGreaterThan(25);
    for (const { word, markdown } of ours) expect(markdown.split(/\s+/).length, word).toBeLessThanOrEqual(45);
  });
});
