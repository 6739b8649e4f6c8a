// Tells English that has no business on a screen in another language.
import { expect } from 'vitest';
import { classPage as deClassPage } from '../../src/words/de/class-page.ts';
import { findings as deFindings } from '../../src/words/de/findings.ts';
import { de } from '../../src/words/de.ts';
import { classPage as enClassPage } from '../../src/words/en/class-page.ts';
import { findings as enFindings } from '../../src/words/en/findings.ts';
import { en } from '../../src/words/en.ts';
import { entriesOf } from './entries.ts';

/** All that is said in a language, whichever part of the catalogue it is loaded with. */
export const everything = {
  en: { ...en, ...enFindings, classPage: enClassPage },
  de: { ...de, ...deFindings, classPage: deClassPage },
};

interface Fragment {
  path: string;
  words: string;
}

/** What only an English screen says: parts of sentences of two words or more. */
function englishOnly(english: object, german: object): Fragment[] {
  const also = new Set([...entriesOf(german).values()].flat().map((part) => part.trim()));
  return [...entriesOf(english)]
    .flatMap(([path, fragments]) => fragments.map((fragment) => ({ path, words: fragment.trim() })))
    .filter(({ words }) => /[A-Za-z]{2,}[,.:;]? +[A-Za-z]{2,}/.test(words) && !also.has(words));
}

/** Of the screen's own words: what a lesson or a test says in English is not their business. */
export const englishOfTheScreen = englishOnly(en, de);
const englishOfAnything = englishOnly(everything.en, everything.de);

/** Borders and line breaks may stand between the words of a sentence. */
export const flat = (text: string): string => text.replaceAll(/[│╭╮╰╯─\s]+/g, ' ');

export function expectNoEnglish(text: string, where: string, english: readonly Fragment[] = englishOfAnything): void {
  const shown = flat(text);
  const found = english.filter(({ words }) => shown.includes(words)).map(({ path, words }) => `${path}: ${words}`);
  expect(found, `${where}\n${text}`).toEqual([]);
}
