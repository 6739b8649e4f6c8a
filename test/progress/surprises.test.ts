import { describe, expect, it } from 'vitest';
import type { JournalEntry, ProgressRecord } from '../../src/progress/events.ts';
import { readEntry } from '../../src/progress/record-shape.ts';
import { summarize } from '../../src/progress/summary.ts';
import { surprisesIn } from '../../src/progress/surprises.ts';

const at = { lesson: 'split', task: 'half' };
const answered = (question: string, right: boolean): ProgressRecord => ({
  type: 'answered',
  ...at,
  question,
  choice: right ? 'yes' : 'no',
  right,
});
const journal = (...records: ProgressRecord[]): JournalEntry[] =>
  records.map((record, index) => ({ version: 1, number: index + 1, at: index, record }));

describe('surprises', () => {
  it('are wrong answers, counted, and right ones are none', () => {
    const found = surprisesIn(
      journal(answered('q', false), answered('p', true), answered('q', false), answered('q', true)),
    );
    expect(found).toEqual([{ type: 'answer', ...at, question: 'q', times: 2, at: 2 }]);
  });

  it('are checks that failed and hints, one for each task', () => {
    const found = surprisesIn(
      journal(
        { type: 'hint-opened', ...at, hint: 1 },
        { type: 'check-failed', ...at, condition: 'weights' },
        { type: 'hint-opened', ...at, hint: 2 },
      ),
    );
    expect(found).toEqual([{ type: 'task', ...at, failures: 1, hints: 2, at: 2 }]);
  });

  it('go when a review is answered right, and weigh more when it is answered wrong', () => {
    const wrong = answered('q', false);
    expect(surprisesIn(journal(wrong, { type: 'recalled', ...at, question: 'q', right: true }))).toEqual([]);
    const again = surprisesIn(journal(wrong, { type: 'recalled', ...at, question: 'q', right: false }));
    expect(again).toMatchObject([{ question: 'q', times: 2 }]);
    const failed: ProgressRecord = { type: 'check-failed', ...at, condition: 'weights' };
    expect(surprisesIn(journal(failed, { type: 'recalled', ...at, right: true }))).toEqual([]);
    expect(surprisesIn(journal(failed, wrong, { type: 'recalled', ...at, right: true }))).toMatchObject([
      { type: 'answer' },
    ]);
  });

  it('stay when a task is undone, and go when its lesson is reset', () => {
    const wrong = answered('q', false);
    expect(surprisesIn(journal(wrong, { type: 'task-undone', ...at, back: 0 }))).toHaveLength(1);
    expect(surprisesIn(journal(wrong, { type: 'reset', lesson: 'split' }))).toEqual([]);
    expect(surprisesIn(journal(wrong, { type: 'reset', lesson: 'other' }))).toHaveLength(1);
    expect(surprisesIn(journal(wrong, { type: 'reset' }))).toEqual([]);
  });

  it('follow a lesson to its new id', () => {
    const found = surprisesIn(journal(answered('q', false)), new Map([['split', 'split-traffic']]));
    expect(found).toMatchObject([{ lesson: 'split-traffic' }]);
  });
});

describe('a review in the journal', () => {
  const recalled = (more: object) => ({ version: 1, number: 3, at: 3, record: { type: 'recalled', ...at, ...more } });

  it('is read with and without a question, and not when it is something else', () => {
    expect(readEntry(recalled({ question: 'q', right: true }))?.kind).toBe('known');
    expect(readEntry(recalled({ right: false }))?.kind).toBe('known');
    expect(readEntry(recalled({ question: 7, right: false }))?.kind).toBe('later');
    expect(readEntry(recalled({ right: 'yes' }))?.kind).toBe('later');
  });

  it('does not move the learner', () => {
    const entries = journal(
      { type: 'task-started', lesson: 'allow', task: 'first' },
      { type: 'recalled', ...at, right: true },
    );
    expect(summarize(entries).last).toEqual({ lesson: 'allow', task: 'first' });
    expect([...summarize(entries).tasks.keys()]).toEqual(['allow/first']);
  });
});
