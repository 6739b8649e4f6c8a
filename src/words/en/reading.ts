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

/** Fields of manifests, explained from the cluster's own schemas. */
export const fields = {
  title: 'Fields of manifests',
  reading: 'Reading the manifests of this text.',
  asking: 'Asking the cluster for its schema.',
  noManifest: 'This text shows no manifest, and no command of it applies one.',
  noField: 'There is no field on this line.',
  noKindSaid: 'This block does not say of which kind it is, so no schema belongs to it.',
  noCluster: 'There is no cluster to ask yet. Its schemas come with it.',
  noKind: (kind: string, apiVersion: string) =>
    `This cluster serves no kind ${kind} in ${apiVersion}, so it has no schema of it.`,
  unknownField: (inside: string, name: string, known: readonly string[]) =>
    `${inside} has no field ${name}.${known.length > 0 ? ` It has: ${known.join(', ')}.` : ''}`,
  trouble: (why: string) => `The cluster could not be asked: ${why}`,
  noDescription: "The cluster's schema has no description of this field.",
  type: 'Type:',
  required: 'required',
  allowed: 'One of:',
  limits: 'Limits:',
  default: 'Default:',
  fieldsInside: 'Holds:',
  alsoWord: (word: string) => `${word} is a word of the field too; i explains it in the lesson.`,
  ofManifests: (number: number, count: number) => `manifest ${number} of ${count}`,
  howToSpeak: 'f and a field explains it, for example: f spec.backends.weight',
  spokenField: (field: string) => `Field ${field}.`,
  nowhere: (path: string) => `No manifest of this text has a field ${path}.`,
};
