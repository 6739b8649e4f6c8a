import { asksNow, choicesOf, marked, proceeded, type Recalled, type Review } from '../../session/review.ts';
import type { Words } from '../../words/en.ts';
import { choiceBy } from '../review-keys.ts';
import { choiceKeys } from '../view/card.ts';
import { endSentences, spelledOut } from '../view/review-screen.ts';
import { spokenAnswer, spokenQuestion } from './spoken-lesson.ts';

/** A review in lines, for the reader and for the command line: a line typed gives the lines to tell. Pure. */
export interface ReviewTurn {
  /** Undefined once it is over or left. */
  review: Review | undefined;
  lines: readonly string[];
  recalled?: Recalled;
}

export function beginReview(review: Review, words: Words): ReviewTurn {
  return { review, lines: [...questionLines(review, words), words.review.typed] };
}

export function typedInReview(line: string, review: Review, words: Words): ReviewTurn {
  const text = line.trim();
  if (text === 'q') return { review: undefined, lines: [words.review.left] };
  const asked = asksNow(review);
  if (!asked) return { review: undefined, lines: [] };
  if (text === '') return onward(review, words, []);
  const choice = text.length === 1 ? choiceBy(text, review) : undefined;
  if (choice === undefined) {
    const last = choiceKeys[choicesOf(asked).length - 1] ?? 'a';
    return { review, lines: [words.review.chooseOne(last)] };
  }
  const { review: answered, recalled } = proceeded(marked(review, choice));
  const turn = onward(answered, words, [spokenAnswer(spelledOut(asked, words), choice, words)]);
  return recalled ? { ...turn, recalled } : turn;
}

function onward(review: Review, words: Words, before: readonly string[]): ReviewTurn {
  const { review: next } = proceeded(review);
  if (asksNow(next)) return { review: next, lines: [...before, '', ...questionLines(next, words)] };
  return { review: undefined, lines: [...before, '', ...endSentences(next, words)] };
}

function questionLines(review: Review, words: Words): string[] {
  const asked = asksNow(review);
  if (!asked) return [];
  const { review: said } = words;
  return [
    `${said.title(review.index + 1, review.questions.length)}. ${said.where(asked.lessonTitle, asked.taskTitle)}`,
    said.because[asked.because],
    ...spokenQuestion(spelledOut(asked, words), words),
  ];
}
