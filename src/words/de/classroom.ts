import type * as shape from '../en/classroom.ts';
import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('de');

export const classroom: typeof shape.classroom = {
  inClass: (name) => (name === '' ? 'Kurs' : `Kurs ${name}`),
  connection: { joining: 'tritt bei', offline: 'getrennt', refused: 'nicht im Kurs' },
  unsent: (records) => `${records} noch nicht geschickt`,
  onHold: 'angehalten',
  hand: (place) => `gemeldet, ${place}.`,
  left: (clock, label) => (label === '' ? `noch ${clock}` : `${label} noch ${clock}`),
  held: (lesson) => `Der Kurs wartet am Ende von „${lesson}“, bis es weitergeht.`,
  released: 'Der Kurs geht weiter.',
  message: (text) => `Von der Kursleitung: ${text}`,
  handLater: 'Deine Meldung kommt an, sobald der Kurs wieder da ist.',
  sharing: 'Unterwegs zur Kursleitung.',
  shared: 'Die Kursleitung hat es.',
  notInClass: 'Du bist in keinem Kurs. meshwalk class join ADRESSE tritt einem bei.',
  nothingToShare: 'Es ist nichts im Gang, was man teilen könnte.',
  nowhereToCatchUp: 'Der Kurs ist bei dieser Lektion oder noch nirgends.',
  mayCatchUp: (lesson) => `Der Kurs ist bei „${lesson}“; C bringt dich an ihren Anfang.`,
  caughtUp:
    'Hier ist der Kurs, und was die Lektion braucht, ist da. Was du übersprungen hast, wartet auf der Karte (m).',
  share: {
    title: 'Mit der Kursleitung teilen',
    about: 'Enter schickt dies der Kursleitung, und sonst nichts. Sieh nach, ob etwas darin niemanden etwas angeht.',
    conditions: 'Was die Prüfung sah:',
    command: 'Der letzte Befehl:',
    output: 'Das Ende seiner Ausgabe:',
    state: 'Der Stand deiner Sandbox:',
    offerState: 's schickt den Stand deiner Sandbox mit, damit die Kursleitung ihn öffnen kann.',
    packing: 'wird gepackt.',
    size: (kilobytes) => `${kilobytes} KB, alles zusammen`,
    tooLarge: (file) => `Er ist zu groß, um mitzugehen. So kommt er in eine Datei: ${file}`,
    noState: 'Hier gibt es keinen: öffnen kann die Kursleitung nur eine Sandbox.',
    enter: 'Enter schickt es, n nicht.',
  },
};

export const sharedState: typeof shape.sharedState = {
  written: (file, kilobytes) => `${file} (${kilobytes} KB) hält fest, wo du stehst:`,
  sandbox: (objects, namespaces) =>
    `deine Sandbox: ${counted(objects, { one: 'Objekt', other: 'Objekte' })} in ${counted(namespaces, { one: 'Namespace', other: 'Namespaces' })}, und ihr Azure`,
  progress: 'dein Fortschritt: Aufgaben, Befehle der Lektionen und wie sie endeten, Antworten, Tipps',
  without: 'nicht dabei: private Schlüssel, Token, Befehlszeilen, Ausgaben',
  emptied: (what) => `geleert: ${what}`,
  openedBy: (line) => `Wer helfen soll, öffnet es mit: ${line}`,
  opened: (profile, line) => `Aufgehoben im Profil ${profile}. Noch einmal öffnen: ${line}`,
};
