import type { search as shape } from '../en/reading.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');
const places = (count: number) => counted(count, { one: 'Stelle', other: 'Stellen' });

export const search: typeof shape = {
  title: 'Suche',
  counts: (here, lesson, all) => `${here} hier, ${lesson} in dieser Lektion, ${all} in allen`,
  standing: (words, match, count) => `„${words}“: ${match} von ${count} in diesem Text.`,
  keys: 'n nächste, N vorige, / sucht auch in allen Lektionen, Esc beendet.',
  notHere: (words) => `„${words}“ steht nicht in diesem Text.`,
  nowhere: (words) => `„${words}“ steht in keiner Lektion und bei keinem Fachwort.`,
  nothingMarked: 'Nichts ist markiert. / sucht.',
  tooShort: 'Mindestens zwei Buchstaben.',
  noLibrary: 'Hier gibt es keine anderen Lektionen zum Durchsuchen.',
  found: (words, count) => `„${words}“ in allen Lektionen: ${places(count)}`,
  term: 'Fachwort',
  position: (place, count) => `${place} von ${count}`,
  reading: (title) => `Zum Lesen: ${title}`,
  task: (number, title) => `Aufgabe ${number}: ${title}`,
  spoken: (words, count) => `„${words}“ steht an ${places(count)}.`,
  spokenMore: (count) => `${places(count)} mehr sind ausgelassen; mehr Wörter finden weniger Stellen.`,
  howToSpeak: '/ und Wörter durchsucht alle Lektionen, zum Beispiel: / Gewicht',
};
