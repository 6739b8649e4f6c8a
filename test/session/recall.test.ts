import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/platform/random.ts';
import type { Surprise } from '../../src/progress/surprises.ts';
import { mostQuestions, type RecallQuestion, recallQuestions } from '../../src/session/recall.ts';
import { answerOf, asksNow, choicesOf, marked, proceeded, reviewOf } from '../../src/session/review.ts';
import { sampleLesson } from '../tui/sample-lesson.ts';

const lesson = sampleLesson();
const wrongAnswer: Surprise = {
  type: 'answer',
  lesson: lesson.id,
  task: 'split-half',
  question: 'weights',
  times: 1,
  at: 1,
};
const failedTask = (task: string, failures = 1, hints = 0): Surprise => ({
  type: 'task',
  lesson: lesson.id,
  task,
  failures,
  hints,
  at: 2,
});

/** Lessons that differ in nothing but their ids, and one wrong answer in each. */
const many = Array.from({ length: 9 }, (_, index) => ({ ...lesson, id: `lesson-${index}` }));
const manySurprises = many.map(({ id }, index): Surprise => ({ ...wrongAnswer, lesson: id, times: index + 1 }));
const ask = (surprises: readonly Surprise[], seed = 1, lessons = [lesson]) =>
  recallQuestions(surprises, lessons, seededRandom(seed));

describe('a review', () => {
  it('asks again what was answered wrong, and says why', () => {
    const [question] = ask([wrongAnswer]);
    expect(question).toMatchObject({
      task: 'split-half',
      because: 'expected',
      taskTitle: 'Send half of the requests to v2',
    });
    expect(question && answerOf(question)).toBe('refused');
    expect(
      question &&
        choicesOf(question)
          .map(({ id }) => id)
          .toSorted(),
    ).toEqual(['half', 'refused']);
  });

  it('asks which command it was where a check failed or a hint was opened', () => {
    const [question] = ask([failedTask('split-half')]);
    expect(question?.because).toBe('failed');
    expect(question?.asks).toMatchObject({ what: 'half of the books come from v2' });
    expect(question && answerOf(question)).toBe('kubectl apply -f manifests/split/50-50.yaml');
    expect(question && choicesOf(question).map(({ text }) => text)).toContain(
      'kubectl delete trafficsplit bookstore-split -n bookstore',
    );
    expect(ask([failedTask('delete-split', 0, 2)])[0]?.because).toBe('hint');
  });

  it('leaves out what the lessons no longer have, and tasks that can be asked nothing', () => {
    expect(ask([{ ...wrongAnswer, question: 'gone' }])).toEqual([]);
    expect(ask([{ ...wrongAnswer, lesson: 'gone' }])).toEqual([]);
    const [first] = lesson.tasks;
    expect(ask([failedTask('split-half')], 1, [{ ...lesson, tasks: first ? [first] : [] }])).toEqual([]);
  });

  it('has five questions at most, those that were wrong most often', () => {
    const asked = ask(manySurprises, 1, many);
    expect(asked).toHaveLength(mostQuestions);
    expect(asked.map((one) => one.lesson).toSorted()).toEqual([4, 5, 6, 7, 8].map((index) => `lesson-${index}`));
  });

  it('is the same for the same seed, and comes in another order and with other places of its choices for others', () => {
    const words = (questions: readonly RecallQuestion[]) =>
      questions.map((one) => `${one.lesson}:${choicesOf(one).map(({ id }) => id)}`).join();
    expect(words(ask(manySurprises, 5, many))).toBe(words(ask(manySurprises, 5, many)));
    const seen = new Set(Array.from({ length: 20 }, (_, seed) => words(ask(manySurprises, seed, many))));
    expect(seen.size).toBeGreaterThan(15);
    const firstChoices = new Set(
      Array.from(
        { length: 20 },
        (_, seed) => ask([wrongAnswer], seed).flatMap((one) => choicesOf(one)[0]?.id ?? [])[0],
      ),
    );
    expect(firstChoices).toEqual(new Set(['half', 'refused']));
  });
});

describe('answering a review', () => {
  const start = () => reviewOf(ask([wrongAnswer, failedTask('delete-split')]));
  const rightOf = (review: ReturnType<typeof start>) => {
    const asked = asksNow(review);
    return asked && answerOf(asked);
  };

  it('records what was answered and goes on with Enter', () => {
    let review = start();
    const first = proceeded(marked(review, rightOf(review)));
    expect(first.recalled).toMatchObject({ type: 'recalled', lesson: lesson.id, right: true });
    expect(first.review).toMatchObject({ index: 0, rights: 1 });
    review = proceeded(first.review).review;
    expect(review).toMatchObject({ index: 1, given: undefined, marked: undefined });
    const asked = asksNow(review);
    const other = asked && choicesOf(asked).find(({ id }) => id !== answerOf(asked))?.id;
    expect(proceeded(marked(review, other)).recalled?.right).toBe(false);
  });

  it('never blocks: Enter without a mark passes over and records nothing', () => {
    let review = start();
    for (const _ of review.questions) {
      const next = proceeded(review);
      expect(next.recalled).toBeUndefined();
      review = next.review;
    }
    expect(asksNow(review)).toBeUndefined();
    expect(proceeded(review).review).toEqual(review);
  });

  it('does not change an answer that was given', () => {
    const review = start();
    const given = proceeded(marked(review, rightOf(review))).review;
    expect(marked(given, 'half')).toBe(given);
  });
});
