import type { review as reviewShape } from '../en/review.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');

export const review: typeof reviewShape = {
  title: (number, count) => `Rückblick: ${number} von ${count}`,
  over: 'Rückblick',
  where: (lesson, task) => `Aus „${lesson}“, Aufgabe „${task}“.`,
  because: {
    expected: 'Du hattest hier etwas anderes erwartet.',
    answered: 'Deine erste Antwort war eine andere.',
    failed: 'Deine Prüfung schlug hier einmal fehl.',
    hint: 'Du hast hier einen Tipp geöffnet.',
  },
  whichCommand: (what) => `Welcher Befehl hat das bewirkt: ${what}?`,
  ranIn: (task) => `Ihn führt die Aufgabe „${task}“ aus.`,
  next: 'nächste Frage',
  finish: 'fertig',
  passOver: 'übergehen',
  rights: (rights, count) => `${rights} von ${counted(count, { one: 'Antwort', other: 'Antworten' })} richtig.`,
  all: 'Nichts davon wird noch einmal gefragt.',
  some: 'Was nicht richtig war, kommt im nächsten Rückblick wieder.',
  nothing: 'Bisher hat dich nichts überrascht, also gibt es nichts zurückzublicken.',
  ready: (count) =>
    `Ein kurzer Rückblick ist bereit: ${counted(count, { one: 'Frage', other: 'Fragen' })} aus dem, was dich überrascht hat. r: beginnen.`,
  typed: 'Ein Buchstabe antwortet, eine leere Zeile übergeht, q verlässt den Rückblick.',
  chooseOne: (last) =>
    `Gib einen Buchstaben von a bis ${last} ein, eine leere Zeile zum Übergehen oder q zum Verlassen.`,
  left: 'Der Rückblick ist verlassen; er wird wieder fragen.',
};
