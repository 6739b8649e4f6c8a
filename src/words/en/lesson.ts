import { grammarOf } from '../grammar.ts';

const { counted, decimal } = grammarOf('en');

/** What commands do, where they run, and how conditions and runs end. */
export const session = {
  /** `does` completes "It …" and "the command …". */
  effects: {
    reads: { word: 'reads', does: 'only looks, changes nothing' },
    changes: { word: 'changes', does: 'changes things' },
    deletes: { word: 'deletes', does: 'deletes things' },
    cloud: { word: 'cloud', does: 'creates or removes cloud resources' },
  },
  /** Where a command runs, for its card; the header and the card that asks say it in full. */
  places: { sandbox: 'in the sandbox', aks: 'on AKS', cluster: 'in your cluster' },
  worlds: { sandbox: 'sandbox on this machine', aks: 'AKS in your subscription', cluster: 'your own cluster' },
  placesInFull: {
    sandbox: 'in the sandbox on this machine',
    aks: 'on AKS in your subscription',
    cluster: 'in your own cluster',
  },
  results: { passed: 'passed', notYet: 'not yet', wrong: 'wrong', unknown: 'could not tell', open: 'to do' },
  ends: {
    done: 'done, exit code 0',
    exited: (code: number) => `exit code ${code}`,
    signalled: (signal: string) => `ended by ${signal}`,
    timedOut: (after: string) => `stopped after ${after}: too long`,
    cancelled: 'interrupted',
    notStarted: 'did not start',
  },
  seconds: (seconds: number, digits: number) => `${decimal(seconds, digits)} s`,
  minutes: (minutes: number, seconds: number) => `${minutes} min ${seconds} s`,
};

/** Boxes in the text: commands and questions. */
export const card = {
  enterRuns: 'Enter runs it',
  enterAsks: 'Enter asks first',
  runIt: 'run it?',
  running: 'running',
  done: 'done',
  leftOut: 'left out',
  later: 'later',
  optional: 'optional',
  background: 'goes on in the background',
  interactive: 'takes the terminal',
  edited: 'edited',
  /** Above what PowerShell takes in place of the command. */
  twin: 'In a PowerShell of your own:',
  right: 'Right.',
  notQuite: 'Not quite.',
  yourTurn: 'your turn',
  isRight: 'right',
  answered: 'answered',
  youWillSee: 'you will see',
  passedOver: 'passed over',
  expectation: 'What do you expect?',
  question: 'Question',
  /** Under the explanation of a prediction. */
  happened: (condition: string, saw: string) => `What happened: ${condition} – ${saw}`,
  choose: (first: string, last: string) => `${first}–${last} choose, Enter answers`,
};

export const lesson = {
  hint: (number: number) => `Hint ${number}`,
  solution: 'Solution',
  ofCount: (number: number, count: number) => `${number} of ${count}`,
  done: 'done',
  tasks: (count: number) => counted(count, { one: 'task', other: 'tasks' }),
  about: (minutes: number) => `about ${minutes} min`,
  next: 'Next:',
  lessonDone: (title: string) => `Lesson done: ${title}`,
  goesOn:
    'Enter goes on to the next lesson. You can also stop here: what you did is saved, and the cluster stays as it is.',
  review: (count: number) =>
    `A short review is ready: ${counted(count, { one: 'question', other: 'questions' })} from what surprised you. r begins it.`,
  wholeCourse: 'That was the whole course. m shows all lessons, to look at any of them again; q quits.',
  othersOpen: 'That was the last lesson, but others are still open: m shows them, q quits.',
  tryThis: 'Try this',
  blocked: 'Something is in the way',
  finished: 'Done',
  intro: 'What this lesson is about',
  onlyOriginal: 'This lesson has not been written in English yet.',
  taskTitle: (number: number, count: number, title: string) => `Task ${number} of ${count}: ${title}`,
  taskDone: ' (done)',
};

export const check = {
  title: (title: string) => `Check: ${title}`,
  passedOf: (passed: number, count: number) => `${passed} of ${count}`,
  because: 'because',
  tryThis: 'try this',
  expected: 'expected',
  saw: 'saw',
  on: 'on',
  lookingAgain: ', looking again',
};

export const output = {
  title: (command: string) => `Output: ${command}`,
  isRunning: 'running',
  isStopping: 'stopping',
  stopping: (since: string) => `stopping, ${since}`,
  running: (since: string) => `running ${since}`,
  ended: (end: string, took: string) => `${end}, ${took}`,
  none: '(no output)',
};

/** Markdown's own words. */
export const text = {
  alerts: { NOTE: 'Note', TIP: 'Tip', IMPORTANT: 'Important', WARNING: 'Warning', CAUTION: 'Caution' },
};

/** Names of keys where the moment changes them, and why a key does nothing. */
export const availability = {
  label: {
    tryAgain: 'try again',
    nextLesson: 'next lesson',
    begin: 'begin',
    readOn: 'read on',
    answer: 'answer',
    passOver: 'pass over',
    run: 'run',
    runAsking: 'run …',
    verify: 'verify',
    nextTask: 'next task',
    goOn: 'go on',
    hint: 'hint',
    solution: 'solution',
    interrupt: 'interrupt',
    stopLooking: 'stop looking',
  },
  isRunning: 'A command is running. Ctrl-C interrupts it.',
  isLooking: 'The check is being looked at. Ctrl-C stops that.',
  lastLesson: 'That was the last lesson. m shows the map, q quits.',
  grave: 'This cannot be undone, so Enter is not enough: y runs it, n does not.',
  chooseFirst: 'Choose an answer first: a, b, …',
  nothingToEdit: 'There is no command to edit here. : types one of your own.',
  noHints: 'This task has no hints.',
  allHints: 'All hints are open. The last one is the solution.',
  nothingToVerify: 'There is nothing to verify here.',
  passedAlready: 'It passed already.',
  notNow: 'Not now.',
  nothingToSkip: 'There is no command to leave out.',
  notOptional: 'This command is part of the task; only optional ones can be left out.',
  lessonStart: 'This is the start of the lesson. m shows the other lessons.',
  lessonEnd: 'This is the last task. m shows the other lessons.',
  noBrowser: 'No browser can be opened from here.',
  noPage: 'This task is about no page.',
  tryAgainFirst: 'Enter tries again first.',
  noBackground: 'Nothing runs in the background.',
  reviewAtEnd: 'The review comes at the end of a lesson; at any time: meshwalk review.',
  nothingToRecall: 'Nothing here surprised you, so there is nothing to review.',
  noPicture: 'A real cluster has no picture of how it was before, to compare with or to go back to.',
  nothingToCopy: 'There is no command here to copy.',
  copied: 'Sent to the clipboard. Terminals may keep programs from it; then nothing was copied.',
};
