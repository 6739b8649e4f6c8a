/** The words of the field with what they mean, as authors write them in `lessons/GLOSSARY.md`: a heading each. Pure. */
export interface Term {
  word: string;
  markdown: string;
}

export const glossaryFile = 'GLOSSARY.md';

/** In the order of the file. Text before the first second-level heading is for readers of the file. */
export function parseGlossary(text: string): Term[] {
  return text
    .split(/^## +/m)
    .slice(1)
    .flatMap((part) => {
      const [word = '', ...rest] = part.split('\n');
      const markdown = rest.join('\n').trim();
      return word.trim() === '' || markdown === '' ? [] : [{ word: word.trim(), markdown }];
    });
}

/** Terms that stand in the text, in singular or plural, first; the others after them. Both by the alphabet. */
export function termsFor(glossary: readonly Term[], text: string): { here: Term[]; others: Term[] } {
  const sorted = glossary.toSorted((a, b) => a.word.localeCompare(b.word));
  const here = sorted.filter(({ word }) => stands(word, text));
  return { here, others: sorted.filter((term) => !here.includes(term)) };
}

function stands(word: string, text: string): boolean {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+');
  // Short forms in capitals are words of their own only as they are written.
  const flags = word === word.toUpperCase() ? '' : 'i';
  return new RegExp(`(?<![\\w-])${escaped}(?:e?s)?(?![\\w-])`, flags).test(text);
}
