import { classPage as german } from '../../../words/de/class-page.ts';
import { classPage as english } from '../../../words/en/class-page.ts';
import type { Language } from '../../../words/language.ts';

/** The page's part of the catalogue. The bundle holds every language of it: the class says which one it speaks. */
export type PageWords = typeof english;

const catalogues: Readonly<Record<Language, PageWords>> = { en: english, de: german };

/** By the class's language, or a browser's before the class has spoken: `de-CH` is German, what is not spoken is English. */
export function pageWords(languages: readonly string[]): { language: Language; words: PageWords } {
  const known = Object.keys(catalogues) as Language[];
  const wanted = languages.map((language) => language.toLowerCase().split('-')[0]);
  const language = wanted.flatMap((name) => known.find((own) => own === name) ?? [])[0] ?? 'en';
  return { language, words: catalogues[language] };
}
