import type { storeFaults as shape } from '../en/store-faults.ts';

const postgresSays: Readonly<Record<string, string>> = {
  '': 'Es hat nicht rechtzeitig geantwortet, oder nicht wie PostgreSQL.',
  ECONNREFUSED: 'Dort lauscht niemand.',
  ENOENT: 'Diesen Socket gibt es nicht.',
  ENOTFOUND: 'Der Name ist nicht bekannt.',
  EAI_AGAIN: 'Der Name lässt sich nicht nachschlagen.',
  '28P01': 'Es nimmt das Passwort nicht an.',
  '28000': 'Es lässt diesen Benutzer nicht ein.',
  '3D000': 'Diese Datenbank gibt es dort nicht.',
  '42501': 'Dieser Benutzer darf dort keine Tabellen anlegen.',
  '53300': 'Es hat zu viele Verbindungen.',
  '57P03': 'Es startet gerade oder wird beendet.',
};
const saying = (code: string) => postgresSays[code] ?? `Es meldet ${code}.`;

export const storeFaults: typeof shape = {
  'class.store-address': () => ({
    what: 'Die Adresse der Datenbank des Kurses ist nicht zu lesen.',
    next: ['meshwalk class host --store postgres://meshwalk@db.example.com/classes'],
  }),
  'class.store-password': () => ({
    what: 'Ein Passwort auf der Befehlszeile sehen alle auf diesem Rechner.',
    next: ['Setz die ganze Adresse in MESHWALK_CLASS_STORE, oder in eine Datei, die MESHWALK_CLASS_STORE_FILE nennt.'],
  }),
  'class.store-file': (file) => ({
    what: `Die Datei ${file}, die MESHWALK_CLASS_STORE_FILE nennt, gibt es nicht.`,
    next: ['Schreib die Adresse der Datenbank hinein: postgres://benutzer:passwort@rechner/datenbank'],
  }),
  'class.store-unreachable': (place, code) => ({
    what: `Der Kurs lässt sich nicht in PostgreSQL unter ${place} festhalten.`,
    why: saying(code),
    next: ['Probier dieselbe Adresse mit: psql'],
  }),
  'class.store-lost': (place) => ({
    what: `PostgreSQL unter ${place} antwortet nicht mehr.`,
    why: 'Die Verbindung ging verloren.',
    next: [
      'Die Lernenden behalten, was sie tun, und schicken es noch einmal; der Gastgeber verbindet sich von selbst.',
    ],
  }),
  'class.store-refused': (place, code) => ({
    what: `PostgreSQL unter ${place} hat nicht getan, was der Kurs braucht.`,
    why: saying(code),
    next: ['Sieh ins Log des Servers.'],
  }),
  'class.store-version': (place, found, known) => ({
    what: `Die Tabellen des Kurses unter ${place} haben Version ${found}.`,
    why: `Dieses Programm kennt Version ${known}.`,
    next: ['Nimm das neuere meshwalk, das sie angelegt hat.'],
  }),
  'class.store-gone': () => ({
    what: 'Der Kurs wurde aus seiner Datenbank gelöscht.',
    next: ['Starte den Gastgeber noch einmal: Er beginnt einen neuen.'],
  }),
};
