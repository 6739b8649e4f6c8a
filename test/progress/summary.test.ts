import { describe, expect, it } from 'vitest';
import type { ProgressRecord } from '../../src/progress/events.ts';
import { summarize } from '../../src/progress/summary.ts';

const fold = (records: readonly ProgressRecord[], renamed?: ReadonlyMap<string, string>) =>
  summarize(
    records.map((record, index) => ({ version: 1, number: index + 1, at: 1_000 + index, record })),
    renamed,
  );

const a = { lesson: 'split', task: 'half' };
const walk: ProgressRecord[] = [
  { type: 'task-started', ...a },
  { type: 'command-ended', ...a, command: 'apply', end: { type: 'exited', code: 1 } },
  { type: 'command-ended', ...a, command: 'apply', end: { type: 'exited', code: 0 } },
  { type: 'command-ended', ...a, command: 'apply', end: { type: 'exited', code: 0 } },
  { type: 'hint-opened', ...a, hint: 2 },
  { type: 'answered', ...a, question: 'q', choice: 'no', right: false },
  { type: 'answered', ...a, question: 'q', choice: 'yes', right: true },
];

describe('the summary of a journal', () => {
  it('knows what was done in a task that is not finished, and when it began', () => {
    expect(fold(walk).tasks.get('split/half')).toEqual({
      done: ['apply'],
      hints: 2,
      answers: { q: 'yes' },
      startedAt: 1_000,
    });
    expect(fold(walk).finished.size).toBe(0);
    expect(fold(walk).last).toEqual(a);
  });

  it('knows finished tasks and where the learner was last', () => {
    const summary = fold([
      ...walk,
      { type: 'task-passed', ...a },
      { type: 'lesson-passed', lesson: 'split' },
      { type: 'task-started', lesson: 'next', task: 'one' },
    ]);
    expect([...summary.finished]).toEqual(['split/half']);
    expect(summary.last).toEqual({ lesson: 'next', task: 'one' });
  });

  it('follows a lesson to its new id', () => {
    const summary = fold([{ type: 'task-passed', ...a }], new Map([['split', 'split-traffic']]));
    expect([...summary.finished]).toEqual(['split-traffic/half']);
    expect(summary.last?.lesson).toBe('split-traffic');
  });

  it('forgets one lesson on a reset of that lesson, and all on a reset of all', () => {
    const records: ProgressRecord[] = [
      { type: 'task-passed', ...a },
      { type: 'task-passed', lesson: 'splitter', task: 'one' },
    ];
    expect([...fold([...records, { type: 'reset', lesson: 'split' }]).finished]).toEqual(['splitter/one']);
    const all = fold([...records, { type: 'reset' }]);
    expect([all.finished.size, all.tasks.size, all.last]).toEqual([0, 0, undefined]);
  });

  it('of an empty journal is the very beginning', () => {
    expect(fold([])).toMatchObject({ last: undefined, lastAt: undefined });
  });
});
