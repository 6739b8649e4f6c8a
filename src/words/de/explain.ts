import type { explain as explainShape } from '../en/explain.ts';

export const explain: typeof explainShape = {
  title: 'Warum es so ist',
  cardTitle: 'Was der Befehl ändern würde',
  wanted: 'gewollt',
  seen: 'gesehen',
  where: 'wo',
  shownBy: 'zeigt',
  toMend: 'Abhilfe',
  request: (from, to) => `Ein Request von ${from} an ${to}`,
  seenLast: (request) => `${request}, wie der Sidecar des Aufrufers ihn zuletzt protokolliert hat`,
  notSeen: (request) => `${request}, denn im Log vom Sidecar des Aufrufers steht keiner`,
  looking: 'Objekte und Konfiguration der Sidecars werden angesehen',
  couldNotLook: (why) => `Konnte nicht nachsehen: ${why}`,
  reaches: 'Das Mesh lässt ihn durch. Was die Anwendung antwortet, ist ihre Sache.',
  sees: (what) => `Der Aufrufer sieht also: ${what}.`,
  notKnown: 'Hier enden die Belege; was der Aufrufer sieht, wird nicht vorhergesagt.',
  nothing: 'Es gibt nichts zu erklären: Keine Bedingung ist verfehlt, und kein Befehl sagt, was er ändern würde.',
  noEdge: 'Es gibt noch keinen Aufruf zu erklären.',
  chosen: (from, to) => `${from} an ${to}`,
  links: { holds: 'hält', breaks: 'bricht', 'not-known': 'nicht bekannt' },
  label: { check: 'warum', card: 'was sich ändert' },
};
