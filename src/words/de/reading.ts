import type { fields as fieldsShape, search as shape } from '../en/reading.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');
const places = (count: number) => counted(count, { one: 'Stelle', other: 'Stellen' });

export const search: typeof shape = {
  title: 'Suche',
  counts: (here, lesson, all) => `${here} hier, ${lesson} in dieser Lektion, ${all} in allen`,
  standing: (words, match, count) => `„${words}“: ${match} von ${count} in diesem Text.`,
  keys: 'n nächste, N vorige, / überall, Esc beendet.',
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

export const fields: typeof fieldsShape = {
  title: 'Felder der Manifeste',
  reading: 'Die Manifeste dieses Textes werden gelesen.',
  asking: 'Der Cluster wird nach seinem Schema gefragt.',
  noManifest: 'Dieser Text zeigt kein Manifest, und keiner seiner Befehle wendet eines an.',
  noField: 'In dieser Zeile steht kein Feld.',
  noKindSaid: 'Dieser Block sagt nicht, von welcher Art er ist; also gehört kein Schema zu ihm.',
  noCluster: 'Es gibt noch keinen Cluster, den man fragen könnte. Seine Schemas kommen mit ihm.',
  noKind: (kind, apiVersion) =>
    `Dieser Cluster kennt die Art ${kind} in ${apiVersion} nicht und hat also kein Schema davon.`,
  unknownField: (inside, name, known) =>
    `${inside} hat kein Feld ${name}.${known.length > 0 ? ` Es hat: ${known.join(', ')}.` : ''}`,
  trouble: (why) => `Der Cluster konnte nicht gefragt werden: ${why}`,
  noDescription: 'Das Schema des Clusters beschreibt dieses Feld nicht.',
  type: 'Typ:',
  required: 'erforderlich',
  allowed: 'Eines von:',
  limits: 'Grenzen:',
  default: 'Vorgabe:',
  fieldsInside: 'Enthält:',
  alsoWord: (word) => `${word} ist auch ein Fachwort; i erklärt es in der Lektion.`,
  ofManifests: (number, count) => `Manifest ${number} von ${count}`,
  howToSpeak: 'f und ein Feld erklärt es, zum Beispiel: f spec.backends.weight',
  spokenField: (field) => `Feld ${field}.`,
  nowhere: (path) => `Kein Manifest dieses Textes hat ein Feld ${path}.`,
};
