import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** The review of what surprised the learner, on the screen and in lines. */
export const review = {
  title: (number: number, count: number) => `Review: ${number} of ${count}`,
  over: 'Review',
  where: (lesson: string, task: string) => `From "${lesson}", task "${task}".`,
  because: {
    expected: 'You expected something else here.',
    answered: 'Your first answer was another one.',
    failed: 'Your check failed here once.',
    hint: 'You opened a hint here.',
  },
  whichCommand: (what: string) => `Which command brought this about: ${what}?`,
  ranIn: (task: string) => `The task "${task}" runs it.`,
  next: 'next question',
  finish: 'finish',
  passOver: 'pass over',
  rights: (rights: number, count: number) =>
    `${rights} of ${counted(count, { one: 'answer', other: 'answers' })} right.`,
  all: 'Nothing of this will be asked again.',
  some: 'What was not right comes up again in the next review.',
  nothing: 'Nothing surprised you yet, so there is nothing to review.',
  ready: (count: number) =>
    `A short review is ready: ${counted(count, { one: 'question', other: 'questions' })} from what surprised you. r: begin it.`,
  typed: 'A letter answers, an empty line passes over, q leaves.',
  chooseOne: (last: string) => `Type a letter from a to ${last}, an empty line to pass over, or q to leave.`,
  left: 'The review is left; it will ask again.',
};
