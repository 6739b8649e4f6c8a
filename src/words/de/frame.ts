import type {
  cost as costShape,
  courseMap as courseMapShape,
  frame as frameShape,
  glossary as glossaryShape,
  help as helpShape,
  moment as momentShape,
  notice as noticeShape,
  panels as panelsShape,
  tray as trayShape,
} from '../en/frame.ts';
import { grammarOf } from '../grammar.ts';

const { counted, decimal, form, listed } = grammarOf('de');

export const frame: typeof frameShape = {
  gettingReady: 'Wird vorbereitet',
  starting: 'Start',
  cannotBeOpened: 'Diese Lektion lässt sich nicht öffnen',
  beforeOpening: 'Bevor sich diese Lektion öffnen lässt',
  quit: 'beenden',
  back: 'zurück',
  tryAgain: 'noch einmal',
  tooSmall: (least, size) => `Vergrößere das Terminal auf ${least} oder mehr; es hat ${size}. Nichts geht verloren.`,
  enlargeTerminal: (least) => `Vergrößere das Terminal auf ${least}.`,
  enlarge: (least) => `Vergrößere auf ${least}.`,
  position: (from, to, count) => `${from}–${to} von ${count}`,
  keysAndMarks: 'Tasten und Zeichen',
  glossary: 'Fachwörter',
  traffic: 'Traffic, wie ihn die Sidecars zählen',
  lessonNumber: (number, count) => `Lektion ${number} von ${count}`,
};

export const tray: typeof trayShape = {
  title: 'Hintergrund',
  starting: 'startet',
  running: 'läuft',
  restarting: 'startet neu',
  ended: 'beendet',
  restarts: (count) => counted(count, { one: 'Neustart', other: 'Neustarts' }),
};

export const moment: typeof momentShape = {
  looking: 'Es wird nachgesehen',
  holdSoFar: (passed, count) => `: ${passed} von ${counted(count, conditions)} bisher erfüllt`,
  taskPassed: 'Aufgabe gelöst',
  next: (title) => `. Weiter mit: ${title}`,
  lastOfLesson: '. Es war die letzte dieser Lektion.',
  notThere: 'Noch zu tun',
  notYet: 'Noch nicht so weit',
  hold: (passed, count) => `: ${passed} von ${counted(count, conditions)} erfüllt. Es wird weiter nachgesehen.`,
  pressEnter: 'Enter beginnt.',
  nothingRuns: 'Nichts wird ausgeführt, bevor du es gesehen hast; q beendet.',
};

const conditions = { one: 'Bedingung', other: 'Bedingungen' };

export const notice: typeof noticeShape = {
  stillRunning: 'Der Befehl läuft noch; Strg-C bricht ihn ab.',
  needsYes: 'Das braucht ein eigenes Ja: y führt es aus, n nicht.',
  nothingToVerify: 'In dieser Aufgabe gibt es nichts zu prüfen.',
  noHints: 'Diese Aufgabe hat keine Tipps.',
  lastHint: 'Das war der letzte Tipp.',
  notIt: 'Das ist es nicht. Sieh noch einmal hin und wähl eine andere.',
  chooseFirst: 'Wähl zuerst eine Antwort.',
  notOptional: 'Dieser Befehl gehört zur Aufgabe und lässt sich nicht auslassen.',
  noSuchTask: 'In dieser Lektion gibt es diese Aufgabe nicht.',
  madeBefore: 'Das gibt es schon; der Befehl hat nichts Neues angelegt. Weiter in der Aufgabe.',
  thereAnyway: 'Der Befehl scheiterte, doch was die Aufgabe will, ist da. Weiter mit v.',
  couldNotTell: (reason) => `Noch nicht feststellbar: ${reason}`,
  notLookedAt: 'niemand hat auf die Bedingungen gesehen',
  ended: (command) => `${command} ist zu Ende.`,
  endedSaying: (command, line) => `${command} ist zu Ende: ${line}`,
  notSaved: (what) => `Noch nicht gespeichert: ${what}`,
};

export const panels: typeof panelsShape = {
  context: (name) => `Kontext ${name}`,
  changedByYou: 'Du hast diesen Befehl geändert',
  yourOwn: 'Das ist dein eigener Befehl',
  mayDoAnything: (place) => `er kann lesen, ändern oder löschen, ${place}.`,
  itDoes: (effect) => `Er ${effect}`,
  canCost: 'Das kann Geld kosten.',
  onlyY: 'Nur y führt ihn aus.',
  runChanged: 'Den geänderten Befehl ausführen?',
  runOwn: 'Deinen eigenen Befehl ausführen?',
  runThis: 'Ausführen?',
  rowsAbove: (count) => `${counted(count, { one: 'Zeile', other: 'Zeilen' })} darüber`,
  rowsBelow: (count) => `${counted(count, { one: 'Zeile', other: 'Zeilen' })} darunter`,
  changeCommand: 'Den Befehl ändern',
  ownCommand: 'Dein eigener Befehl',
  history: (entry, count) => `Verlauf ${entry} von ${count}`,
  inBackground: 'Im Hintergrund',
  nothingCompletes: 'Dazu gibt es nichts zu ergänzen.',
  pastedLines: (count) => `${counted(count, { one: 'Zeile', other: 'Zeilen' })}`,
  saidNothing: 'Es hat noch nichts gesagt.',
  quit: 'Beenden?',
  stillRunning: (commands) =>
    `Noch ${form(commands.length, { one: 'läuft', other: 'laufen' })}: ${listed(commands)}. Beim Beenden ${form(commands.length, { one: 'endet er', other: 'enden sie' })} auch.`,
  nothingRunning: 'Nichts läuft.',
  saved: 'Was du getan hast, ist gespeichert; der Cluster bleibt, wie er ist.',
};

export const cost: typeof costShape = {
  elapsed: (minutes) =>
    minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`,
  about: (dollars) => `etwa ${decimal(dollars, 2)} $`,
  reminder: (cluster, elapsed, dollars, low, high) =>
    `Der Cluster ${cluster} hat in ${elapsed} etwa ${decimal(dollars, 2)} $ gekostet (geschätzt ${decimal(low, 2)} bis ${decimal(high, 2)} $ je Stunde) und kostet weiter, auch wenn du gehst. Beenden:`,
};

export const courseMap: typeof courseMapShape = {
  title: 'Alle Lektionen',
  done: 'fertig',
  tasksDone: (done, count) => `${done} von ${counted(count, { one: 'Aufgabe', other: 'Aufgaben' })}`,
  minutes: (minutes) => `${String(minutes).padStart(3)} min`,
  here: 'hier bist du',
  playedForYou: 'was davor liegt und nötig ist, wird für dich gespielt',
};

export const glossary: typeof glossaryShape = {
  none: 'Dieser Kurs hat keine Wörterliste.',
  inText: 'In diesem Text',
  others: 'Alle anderen',
  all: 'Alle Wörter',
};

export const help: typeof helpShape = {
  commandDoes: (effect) => `der Befehl ${effect}`,
  commandMarks: 'Zeichen an Befehlen',
  conditionMarks: 'Zeichen an Bedingungen',
  passed: 'die Bedingung ist erfüllt',
  notYet: 'ist unterwegs und braucht nur Zeit',
  wrong: 'hier ist noch etwas zu tun',
  unknown: 'niemand konnte nachsehen; das zählt nie gegen dich',
};
