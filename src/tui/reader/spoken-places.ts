import { leastLength } from '../../lesson/search.ts';
import type { Words } from '../../words/en.ts';
import type { ScreenHost } from '../app-port.ts';
import { bare } from '../view/foreign-text.ts';
import { placeTitle } from '../view/found-screen.ts';

/** What a search found, in sentences: each place with its whole paragraph, so that nothing needs to be opened. */
const mostPlaces = 12;

export function spokenPlaces(phrase: string, host: Pick<ScreenHost, 'library' | 'course'>, words: Words): string[] {
  const library = host.library?.();
  if (!library) return [words.search.noLibrary];
  if (phrase.length < leastLength) return [words.search.tooShort];
  const found = library.search(phrase);
  if (found.length === 0) return [words.search.nowhere(phrase)];
  const course = host.course();
  const places = found.slice(0, mostPlaces).map((place, index) => {
    return `${index + 1}. ${placeTitle(place, course, words)}, ${bare(place.heading)}: ${bare(place.text)}`;
  });
  const left = found.length - places.length;
  return [words.search.spoken(phrase, found.length), ...places, ...(left > 0 ? [words.search.spokenMore(left)] : [])];
}
