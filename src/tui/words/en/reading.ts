import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** Searching, and reading beside the walk. */
export const search = {
  title: 'Search',
  counts: (here: number, lesson: number, all: number) =>
    `${here} here, ${lesson} in this lesson, ${all} in all lessons`,
  /** While matches are marked. */
  standing: (words: string, match: number, count: number) => `"${words}": ${match} of ${count} in this text.`,
  keys: 'n next, N previous, / searches all lessons too, Esc ends.',
  notHere: (words: string) => `"${words}" does not stand in this text.`,
  nowhere: (words: string) => `"${words}" stands in no lesson and in no word of the field.`,
  nothingMarked: 'Nothing is marked. / searches.',
  tooShort: 'Two letters at least.',
  noLibrary: 'There are no other lessons to search here.',
  found: (words: string, count: number) =>
    `"${words}" in all lessons: ${counted(count, { one: 'place', other: 'places' })}`,
  term: 'Word of the field',
  position: (place: number, count: number) => `${place} of ${count}`,
  reading: (title: string) => `To read: ${title}`,
  /** Of a task, in the text of its lesson. */
  task: (number: number, title: string) => `Task ${number}: ${title}`,
  spoken: (words: string, count: number) =>
    `"${words}" stands in ${counted(count, { one: 'place', other: 'places' })}.`,
  spokenMore: (count: number) =>
    `${counted(count, { one: 'place', other: 'places' })} more are left out; more words find fewer.`,
  howToSpeak: '/ and words searches all lessons, for example: / weight',
};
