import type { ProgressRecord } from '../progress/events.ts';
import type { RecallQuestion } from './recall.ts';

/** One review on its way: which question, what was answered. Pure, the same for the screen, the reader and the command line. */
export interface Review {
  questions: readonly RecallQuestion[];
  /** Beyond the last one the review is over. */
  index: number;
  /** Marked and not sent. */
  marked: string | undefined;
  /** The answer to this question, once it was given. */
  given: string | undefined;
  rights: number;
}

export type Recalled = Extract<ProgressRecord, { type: 'recalled' }>;

export const reviewOf = (questions: readonly RecallQuestion[]): Review => ({
  questions,
  index: 0,
  marked: undefined,
  given: undefined,
  rights: 0,
});

export const asksNow = ({ questions, index }: Review): RecallQuestion | undefined => questions[index];

export const choicesOf = ({ asks }: RecallQuestion) =>
  asks.type === 'question' ? asks.question.choices : asks.choices;

export const answerOf = ({ asks }: RecallQuestion): string =>
  asks.type === 'question' ? asks.question.answer : asks.answer;

/** Marks a choice of the question that is open; another one once it was answered changes nothing. */
export function marked(review: Review, choice: string | undefined): Review {
  return choice === undefined || review.given !== undefined ? review : { ...review, marked: choice };
}

/** What Enter does: answers with what is marked, else goes on to the next question; a question may be passed over. */
export function proceeded(review: Review): { review: Review; recalled: Recalled | undefined } {
  const asked = asksNow(review);
  if (!asked) return { review, recalled: undefined };
  const { marked: choice, given } = review;
  if (given !== undefined || choice === undefined) {
    return { review: { ...review, index: review.index + 1, marked: undefined, given: undefined }, recalled: undefined };
  }
  const right = choice === answerOf(asked);
  const question = asked.asks.type === 'question' ? { question: asked.asks.question.id } : {};
  return {
    review: { ...review, given: choice, rights: review.rights + (right ? 1 : 0) },
    recalled: { type: 'recalled', lesson: asked.lesson, task: asked.task, ...question, right },
  };
}
