import { grammarOf } from '../grammar.ts';

const { counted, decimal, listed } = grammarOf('en');

/** The bars, panes and panels around a lesson, and the screens that cover it. */
export const frame = {
  gettingReady: 'Getting ready',
  starting: 'Starting',
  cannotBeOpened: 'This lesson cannot be opened',
  beforeOpening: 'Before this lesson can be opened',
  quit: 'quit',
  back: 'back',
  tryAgain: 'try again',
  tooSmall: (least: string, size: string) =>
    `Enlarge the terminal to ${least} or more; it is ${size}. Nothing is lost.`,
  /** Where the sentence above does not fit. */
  enlargeTerminal: (least: string) => `Enlarge the terminal to ${least}.`,
  enlarge: (least: string) => `Enlarge to ${least}.`,
  /** `3–20 of 45` */
  position: (from: number, to: number, count: number) => `${from}–${to} of ${count}`,
  keysAndMarks: 'Keys and marks',
  glossary: "The field's words",
  traffic: 'Traffic, as the sidecars count it',
  lessonNumber: (number: number, count: number) => `Lesson ${number} of ${count}`,
};

export const tray = {
  title: 'Background',
  starting: 'starting',
  running: 'running',
  restarting: 'restarting',
  ended: 'ended',
  restarts: (count: number) => counted(count, { one: 'restart', other: 'restarts' }),
};

/** One row: what the moment is about. */
export const moment = {
  looking: 'Looking',
  holdSoFar: (passed: number, count: number) => `: ${passed} of ${count} conditions hold so far`,
  taskPassed: 'Task passed',
  next: (title: string) => `. Next: ${title}`,
  lastOfLesson: '. It was the last of this lesson.',
  notThere: 'Not there',
  notYet: 'Not yet',
  hold: (passed: number, count: number) => `: ${passed} of ${count} conditions hold. It keeps looking.`,
  pressEnter: 'Press Enter to begin.',
  nothingRuns: 'Nothing runs before you saw it; q leaves.',
};

/** One sentence that goes with the next key. */
export const notice = {
  stillRunning: 'The command is still running; Ctrl-C stops it.',
  needsYes: 'This needs a yes of its own: y runs it, n leaves it.',
  nothingToVerify: 'This task has nothing to verify.',
  noHints: 'This task has no hints.',
  lastHint: 'That was the last hint.',
  notIt: 'That is not it. Look again, and choose another.',
  chooseFirst: 'Choose an answer first.',
  notOptional: 'This command is part of the task and cannot be left out.',
  noSuchTask: 'There is no such task in this lesson.',
  madeBefore: 'That is there already, so the command made nothing new. The task goes on.',
  thereAnyway: 'The command failed, but all that the task wants is there. Press v to go on.',
  couldNotTell: (reason: string) => `Could not tell yet: ${reason}`,
  notLookedAt: 'the conditions were not looked at',
  ended: (command: string) => `${command} ended.`,
  endedSaying: (command: string, line: string) => `${command} ended: ${line}`,
  notSaved: (what: string) => `Not saved yet: ${what}`,
};

/** What rises from the bottom. */
export const panels = {
  context: (name: string) => `context ${name}`,
  changedByYou: 'You changed this command',
  yourOwn: 'This is your own command',
  mayDoAnything: (place: string) => `it may read, change or delete, ${place}.`,
  /** Before one of the effects' sentences. */
  itDoes: (effect: string) => `It ${effect}`,
  canCost: 'It can cost money.',
  onlyY: 'Only y runs it.',
  runChanged: 'Run the changed command?',
  runOwn: 'Run your own command?',
  runThis: 'Run this?',
  rowsAbove: (count: number) => `${counted(count, { one: 'row', other: 'rows' })} above`,
  rowsBelow: (count: number) => `${counted(count, { one: 'row', other: 'rows' })} below`,
  changeCommand: 'Change the command',
  ownCommand: 'Your own command',
  history: (entry: number, count: number) => `history ${entry} of ${count}`,
  inBackground: 'In the background',
  nothingCompletes: 'Nothing completes this.',
  pastedLines: (count: number) => `${counted(count, { one: 'line', other: 'lines' })}`,
  saidNothing: 'It has said nothing yet.',
  quit: 'Quit?',
  stillRunning: (commands: readonly string[]) =>
    `Still running: ${listed(commands)}. Quitting stops ${commands.length === 1 ? 'it' : 'them'}.`,
  nothingRunning: 'Nothing is running.',
  saved: 'What you did is saved; the cluster stays as it is.',
};

/** While something exists that costs money; always an estimate. */
export const cost = {
  elapsed: (minutes: number) =>
    minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`,
  about: (dollars: number) => `about $${decimal(dollars, 2)}`,
  reminder: (cluster: string, elapsed: string, dollars: number, low: number, high: number) =>
    `The cluster ${cluster} has cost about $${decimal(dollars, 2)} in ${elapsed} ($${decimal(low, 2)} to $${decimal(high, 2)} an hour, estimated), and goes on when you leave. To end it:`,
};

export const courseMap = {
  title: 'All lessons',
  done: 'done',
  tasksDone: (done: number, count: number) => `${done} of ${counted(count, { one: 'task', other: 'tasks' })}`,
  minutes: (minutes: number) => `${String(minutes).padStart(3)} min`,
  here: 'you are here',
  playedForYou: 'lessons before it are played for you where they are needed',
};

export const glossary = {
  none: 'This course has no list of words.',
  inText: 'In this text',
  others: 'All others',
  all: 'All words',
};

export const help = {
  commandDoes: (effect: string) => `the command ${effect}`,
  commandMarks: 'Marks of commands',
  conditionMarks: 'Marks of conditions',
  passed: 'the condition holds',
  notYet: 'it is on its way and needs only time',
  wrong: 'something is still to be done',
  unknown: 'nobody could look; it never counts against you',
};
