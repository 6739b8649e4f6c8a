import type { Question } from '../../lesson/lesson.ts';
import type { RecallQuestion } from '../../session/recall.ts';
import { asksNow, type Review } from '../../session/review.ts';
import type { Words } from '../../words/en.ts';
import { type CardInk, questionCard } from './card.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';

/** A review as a list of rows: where the question is from, why it is asked again, and the question itself. Pure. */
export interface ReviewText {
  title: string;
  lines: Line[];
  /** What Enter does. */
  enter: string;
}

export function reviewText(review: Review, ink: CardInk): ReviewText {
  const { review: words } = ink.words;
  const asked = asksNow(review);
  const { index, questions, given, marked } = review;
  if (!asked) return { title: words.over, lines: endLines(review, ink), enter: words.finish };
  const isLast = index + 1 === questions.length;
  const card = questionCard(
    {
      question: spelledOut(asked, ink.words),
      given: given === undefined ? undefined : { choice: given, shown: true },
      marked,
      due: given === undefined,
    },
    ink,
  );
  const onward = isLast ? words.finish : words.next;
  return {
    title: words.title(index + 1, questions.length),
    lines: [
      ...wrap([span(words.where(asked.lessonTitle, asked.taskTitle), 'dim')], ink.width),
      ...wrap([span(words.because[asked.because], 'info')], ink.width),
      emptyLine,
      ...card,
    ],
    enter: given !== undefined ? onward : marked === undefined ? words.passOver : ink.words.availability.label.answer,
  };
}

/** As a question of a lesson; one about a command is put into words here. */
export function spelledOut({ asks, task, taskTitle }: RecallQuestion, { review }: Words): Question {
  if (asks.type === 'question') return { ...asks.question, mode: 'quiz' };
  const { choices, answer, what } = asks;
  const question = review.whichCommand(what);
  return { id: task, mode: 'quiz', question, choices, answer, explain: review.ranIn(taskTitle) };
}

export function endSentences({ rights, questions }: Review, { review }: Words): string[] {
  return [review.rights(rights, questions.length), rights === questions.length ? review.all : review.some];
}

const endLines = (review: Review, { width, words }: CardInk): Line[] => {
  const [first = '', second = ''] = endSentences(review, words);
  return [...wrap([span(first, 'strong')], width), emptyLine, ...wrap([span(second)], width)];
};
