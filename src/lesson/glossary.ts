/** The words of the field with what they mean, as authors write them in `lessons/GLOSSARY.md`: a heading each; `GLOSSARY.de.md` says them in German. Pure. */
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

/** Terms that stand in the text, in any of their forms, first; the others after them. Both by the alphabet. */
export function termsFor(glossary: readonly Term[], text: string): { here: Term[]; others: Term[] } {
  const sorted = glossary.toSorted((a, b) => a.word.localeCompare(b.word));
  const here = sorted.filter(({ word }) => stands(word, text));
  return { here, others: sorted.filter((term) => !here.includes(term)) };
}

function stands(word: string, text: string): boolean {
  // Short forms in capitals are words of their own only as they are written.
  const flags = word === word.toUpperCase() ? 'u' : 'iu';
  return new RegExp(`(?<![\\p{L}\\p{N}_-])${formsOf(word)}(?![\\p{L}\\p{N}_-])`, flags).test(text);
}

/** With the endings of English and German nouns; in German the adjective before one bends too: "im permissiven Modus". */
function formsOf(word: string): string {
  const parts = word.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&').split(' ');
  const noun = parts.pop() ?? '';
  const adjectives = parts.map((part) => part.replace(/e[rs]$/, 'e[mnrs]?'));
  return [...adjectives, `${noun}(?:e?[ns]|e)?`].join('\\s+');
}
