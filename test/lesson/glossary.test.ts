import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGlossary, termsFor } from '../../src/lesson/glossary.ts';

const read = (file: string) => parseGlossary(readFileSync(join(import.meta.dirname, '../../lessons', file), 'utf8'));
const [ours, german] = [read('GLOSSARY.md'), read('GLOSSARY.de.md')];
const named = (...names: string[]) => names.map((word) => ({ word, markdown: 'x' }));
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
    const { here, others } = termsFor(named('Webhook', 'Pod', 'SMI', 'Service mesh', 'Node'), text);
    expect(words(here)).toEqual(['Pod', 'Service mesh', 'Webhook']);
    expect(words(others)).toEqual(['Node', 'SMI']);
  });

  it('knows the words of a German text as it bends them, and takes no part of a word for one', () => {
    const text = 'Im permissiven Modus zeigen die Identitäten Zertifikate. Manche Manifeste überpodeten die Rootä.';
    const glossary = named('Permissiver Modus', 'Identität', 'Zertifikat', 'Manifest', 'Pod', 'Root', 'Permissive Art');
    expect(words(termsFor(glossary, text).here)).toEqual(['Identität', 'Manifest', 'Permissiver Modus', 'Zertifikat']);
    expect(words(termsFor(named('Permissiver Modus'), 'Ein permissiver Modus').here)).toHaveLength(1);
  });

  it.each([
    ['English', ours],
    ['German', german],
  ])('explains no word twice in %s, and in few words', (_, glossary) => {
    expect(new Set(words(glossary)).size).toBe(glossary.length);
    expect(glossary.length).toBeGreaterThan(25);
    for (const { word, markdown } of glossary) expect(markdown.split(/\s+/).length, word).toBeLessThanOrEqual(45);
  });

  it('explains as many words in German, and every kind of object under its own name', () => {
    expect(german).toHaveLength(ours.length);
    const kinds = words(ours).filter((word) => /^[A-Z]+[a-z]+[A-Z]/.test(word));
    expect(kinds).toContain('TrafficSplit');
    expect(words(german)).toEqual(expect.arrayContaining([...kinds, 'Deployment', 'Namespace', 'Pod', 'Service']));
  });
});
