import type {
  availability as availabilityShape,
  card as cardShape,
  check as checkShape,
  lesson as lessonShape,
  output as outputShape,
  session as sessionShape,
  text as textShape,
} from '../en/lesson.ts';
import { grammarOf } from '../grammar.ts';

const { counted, decimal } = grammarOf('de');

export const session: typeof sessionShape = {
  effects: {
    reads: { word: 'liest', does: 'liest nur und ändert nichts' },
    changes: { word: 'ändert', does: 'ändert etwas' },
    deletes: { word: 'löscht', does: 'löscht etwas' },
    cloud: { word: 'Cloud', does: 'legt Cloud-Ressourcen an oder entfernt sie' },
  },
  places: { sandbox: 'in der Sandbox', aks: 'auf AKS', cluster: 'in deinem Cluster' },
  worlds: { sandbox: 'Sandbox auf diesem Rechner', aks: 'AKS in deiner Subscription', cluster: 'dein eigener Cluster' },
  placesInFull: {
    sandbox: 'in der Sandbox auf diesem Rechner',
    aks: 'auf AKS in deiner Subscription',
    cluster: 'in deinem eigenen Cluster',
  },
  results: { passed: 'erfüllt', notYet: 'noch nicht', wrong: 'falsch', unknown: 'nicht feststellbar', open: 'offen' },
  ends: {
    done: 'fertig, Exit-Code 0',
    exited: (code) => `Exit-Code ${code}`,
    signalled: (signal) => `durch ${signal} beendet`,
    timedOut: (after) => `nach ${after} abgebrochen: zu lange`,
    cancelled: 'abgebrochen',
    notStarted: 'nicht gestartet',
  },
  seconds: (seconds, digits) => `${decimal(seconds, digits)} s`,
  minutes: (minutes, seconds) => `${minutes} min ${seconds} s`,
};

export const card: typeof cardShape = {
  enterRuns: 'Enter führt ihn aus',
  enterAsks: 'Enter fragt zuerst',
  runIt: 'ausführen?',
  running: 'läuft',
  done: 'fertig',
  leftOut: 'ausgelassen',
  later: 'später',
  optional: 'nicht nötig',
  background: 'läuft im Hintergrund weiter',
  interactive: 'bekommt das Terminal',
  edited: 'geändert',
  twin: 'In einer eigenen PowerShell:',
  right: 'Richtig.',
  notQuite: 'Nicht ganz.',
  yourTurn: 'du bist dran',
  isRight: 'richtig',
  answered: 'beantwortet',
  youWillSee: 'du wirst sehen',
  passedOver: 'übergangen',
  expectation: 'Was erwartest du?',
  question: 'Frage',
  happened: (condition, saw) => `Was geschah: ${condition} – ${saw}`,
  choose: (first, last) => `${first}–${last} wählt, Enter antwortet`,
};

export const lesson: typeof lessonShape = {
  hint: (number) => `Tipp ${number}`,
  solution: 'Lösung',
  ofCount: (number, count) => `${number} von ${count}`,
  done: 'fertig',
  tasks: (count) => counted(count, { one: 'Aufgabe', other: 'Aufgaben' }),
  about: (minutes) => `etwa ${minutes} min`,
  next: 'Weiter mit:',
  lessonDone: (title) => `Lektion geschafft: ${title}`,
  goesOn:
    'Enter öffnet die nächste Lektion. Du kannst auch hier aufhören: was du getan hast, ist gespeichert, und der Cluster bleibt, wie er ist.',
  review: (count) =>
    `Ein kurzer Rückblick ist bereit: ${counted(count, { one: 'Frage', other: 'Fragen' })} aus dem, was dich überrascht hat. r beginnt ihn.`,
  wholeCourse: 'Das war der ganze Kurs. m zeigt alle Lektionen, falls du eine noch einmal ansehen willst; q beendet.',
  othersOpen: 'Das war die letzte Lektion, aber andere sind noch offen: m zeigt sie, q beendet.',
  tryThis: 'Versuch das',
  blocked: 'Etwas ist im Weg',
  finished: 'Geschafft',
  intro: 'Worum es in dieser Lektion geht',
  onlyOriginal: 'Diese Lektion gibt es bisher nur auf Englisch.',
  taskTitle: (number, count, title) => `Aufgabe ${number} von ${count}: ${title}`,
  taskDone: ' (fertig)',
};

export const check: typeof checkShape = {
  title: (title) => `Prüfung: ${title}`,
  passedOf: (passed, count) => `${passed} von ${count}`,
  because: 'Grund',
  tryThis: 'versuch',
  expected: 'erwartet',
  saw: 'gesehen',
  on: 'an',
  lookingAgain: ', wird neu geprüft',
};

export const output: typeof outputShape = {
  title: (command) => `Ausgabe: ${command}`,
  isRunning: 'läuft',
  isStopping: 'wird beendet',
  stopping: (since) => `wird beendet, ${since}`,
  running: (since) => `läuft ${since}`,
  ended: (end, took) => `${end}, ${took}`,
  none: '(keine Ausgabe)',
};

export const text: typeof textShape = {
  alerts: { NOTE: 'Hinweis', TIP: 'Tipp', IMPORTANT: 'Wichtig', WARNING: 'Warnung', CAUTION: 'Vorsicht' },
};

export const availability: typeof availabilityShape = {
  label: {
    tryAgain: 'noch einmal',
    nextLesson: 'nächste Lektion',
    begin: 'beginnen',
    readOn: 'weiterlesen',
    answer: 'antworten',
    passOver: 'übergehen',
    run: 'ausführen',
    runAsking: 'ausführen …',
    verify: 'prüfen',
    nextTask: 'nächste Aufgabe',
    goOn: 'weiter',
    hint: 'Tipp',
    solution: 'Lösung',
    interrupt: 'abbrechen',
    stopLooking: 'nicht weiter nachsehen',
  },
  isRunning: 'Ein Befehl läuft. Strg-C bricht ihn ab.',
  isLooking: 'Die Prüfung läuft. Strg-C bricht sie ab.',
  lastLesson: 'Das war die letzte Lektion. m zeigt die Karte, q beendet.',
  grave: 'Nicht rückgängig zu machen, darum reicht Enter nicht: y führt es aus, n nicht.',
  chooseFirst: 'Wähl zuerst eine Antwort: a, b, …',
  nothingToEdit: 'Hier gibt es keinen Befehl zu ändern. : nimmt einen eigenen.',
  noHints: 'Diese Aufgabe hat keine Tipps.',
  allHints: 'Alle Tipps sind offen. Der letzte ist die Lösung.',
  nothingToVerify: 'Hier gibt es nichts zu prüfen.',
  passedAlready: 'Die Aufgabe ist schon gelöst.',
  notNow: 'Gerade nicht.',
  nothingToSkip: 'Hier gibt es keinen Befehl auszulassen.',
  notOptional: 'Dieser Befehl gehört zur Aufgabe; auslassen geht nur, was nicht nötig ist.',
  lessonStart: 'Das ist der Anfang der Lektion. m zeigt die anderen Lektionen.',
  lessonEnd: 'Das ist die letzte Aufgabe. m zeigt die anderen Lektionen.',
  noBrowser: 'Von hier aus lässt sich kein Browser öffnen.',
  noPage: 'In dieser Aufgabe geht es um keine Seite.',
  tryAgainFirst: 'Erst mit Enter noch einmal versuchen.',
  noBackground: 'Im Hintergrund läuft nichts.',
  reviewAtEnd: 'Der Rückblick kommt am Ende einer Lektion; jederzeit: meshwalk review.',
  nothingToRecall: 'Hier hat dich nichts überrascht, also gibt es nichts zurückzublicken.',
  noPicture: 'Ein echter Cluster hat kein Bild davon, wie er vorher war, zum Vergleichen oder Zurückgehen.',
  nothingToCopy: 'Hier gibt es keinen Befehl zu kopieren.',
  copied: 'An die Zwischenablage geschickt, falls das Terminal es zulässt.',
};
