import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** A class, as its learner sees it: in the header, in notices, on the card of what is shared. */
export const classroom = {
  inClass: (name: string) => (name === '' ? 'class' : `class ${name}`),
  connection: { joining: 'joining', offline: 'offline', refused: 'not in class' },
  unsent: (records: number) => `${records} not sent yet`,
  onHold: 'held',
  hand: (place: number) => `hand up, number ${place}`,
  left: (clock: string, label: string) => (label === '' ? `${clock} left` : `${label}: ${clock} left`),
  held: (lesson: string) => `The class waits at the end of “${lesson}” until the instructor goes on.`,
  released: 'The class goes on.',
  message: (text: string) => `From the instructor: ${text}`,
  handLater: 'Your hand goes up when the class is there again.',
  sharing: 'On its way to the instructor.',
  shared: 'The instructor has it.',
  notInClass: 'You are in no class. meshwalk class join ADDRESS joins one.',
  nothingToShare: 'Nothing is under way that could be shared.',
  nowhereToCatchUp: 'The class is at this lesson, or nowhere yet.',
  mayCatchUp: (lesson: string) => `The class is at “${lesson}”; C takes you to its start.`,
  caughtUp: 'This is where the class is, and what it needs is there. What you passed over waits in the map (m).',
  share: {
    title: 'Share with the instructor',
    about: 'Enter sends this to the instructor, and nothing else. Look whether anything in it is nobody’s business.',
    conditions: 'What the check saw:',
    command: 'The last command:',
    output: 'The end of what it said:',
    state: 'The state of your sandbox:',
    offerState: 's sends the state of your sandbox with it, for the instructor to open.',
    packing: 'is being packed.',
    size: (kilobytes: number) => `${kilobytes} KB, in all`,
    tooLarge: (file: string) => `It is too large to go along. This writes it to a file: ${file}`,
    noState: 'There is none to hand over here: what the instructor can open is a sandbox.',
    enter: 'Enter sends it, n does not.',
  },
};

/** Where a learner stands, handed to somebody else: in a file, or to the instructor of a class. */
export const sharedState = {
  written: (file: string, kilobytes: number) => `${file} (${kilobytes} KB) holds where you stand:`,
  sandbox: (objects: number, namespaces: number) =>
    `your sandbox: ${counted(objects, { one: 'object', other: 'objects' })} in ${counted(namespaces, { one: 'namespace', other: 'namespaces' })}, and its Azure`,
  progress: 'your progress: tasks, commands of the lessons and how they ended, answers, hints',
  without: 'not in it: private keys, tokens, command lines, output',
  emptied: (what: string) => `emptied: ${what}`,
  openedBy: (line: string) => `Who is to help opens it with: ${line}`,
  opened: (profile: string, line: string) => `It is kept in the profile ${profile}. To open it again: ${line}`,
};
