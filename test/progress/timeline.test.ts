import { describe, expect, it } from 'vitest';
import type { JournalEntry, ProgressRecord } from '../../src/progress/events.ts';
import { summarize } from '../../src/progress/summary.ts';
import { timelineOf } from '../../src/progress/timeline.ts';

const task = (name: string) => ({ lesson: 'split', task: name });
const begin = (name: string): ProgressRecord => ({ type: 'task-started', ...task(name) });
const passed = (name: string): ProgressRecord => ({ type: 'task-passed', ...task(name) });
const undone = (name: string, back: number): ProgressRecord => ({ type: 'task-undone', ...task(name), back });
const redone = (name: string, to: number): ProgressRecord => ({ type: 'task-redone', ...task(name), to });

const journal = (...records: readonly ProgressRecord[]): JournalEntry[] =>
  records.map((record, index) => ({ version: 1, number: index + 1, at: 1_000 + index, record }));
const standing = (...records: readonly ProgressRecord[]) =>
  timelineOf(journal(...records)).standing.map(({ number }) => number);
const progress = (...records: readonly ProgressRecord[]) => {
  const { finished, tasks } = summarize(journal(...records));
  return { finished, tasks };
};

const walk = [begin('a'), passed('a'), begin('b'), passed('b')];

describe('a journal with undone tasks', () => {
  it('stands whole while nothing was undone', () => {
    expect(standing(...walk)).toEqual([1, 2, 3, 4]);
    expect(timelineOf(journal(...walk)).redo).toEqual([]);
  });

  it('counts nothing between the beginning of the task and its undoing', () => {
    expect(standing(...walk, undone('b', 3))).toEqual([1, 2, 3, 5]);
    expect(progress(...walk, undone('b', 3))).toEqual(progress(...walk.slice(0, 3)));
  });

  it('brings progress back exactly when the task is redone', () => {
    const redoing = [...walk, undone('b', 3), redone('b', 4)];
    expect(progress(...redoing)).toEqual(progress(...walk));
    expect(timelineOf(journal(...redoing)).redo).toEqual([]);
  });

  it('undoes one task after the other, and redoes them in the opposite order', () => {
    const twice = [...walk, undone('b', 3), undone('a', 1)];
    expect(progress(...twice).finished.size).toBe(0);
    expect(timelineOf(journal(...twice)).redo).toEqual([
      { ...task('a'), to: 5 },
      { ...task('b'), to: 4 },
    ]);
    const once = [...twice, redone('a', 5)];
    expect(progress(...once)).toEqual(progress(...walk.slice(0, 3)));
    expect(timelineOf(journal(...once)).redo).toEqual([{ ...task('b'), to: 4 }]);
    expect(progress(...once, redone('b', 4))).toEqual(progress(...walk));
  });

  it('undoes again what was redone', () => {
    const again = [...walk, undone('b', 3), redone('b', 4), undone('b', 3)];
    expect(progress(...again)).toEqual(progress(...walk.slice(0, 3)));
    expect(timelineOf(journal(...again)).redo).toEqual([{ ...task('b'), to: 6 }]);
  });

  it('redoes nothing over what was done since, and still over what was only looked at', () => {
    const back = [...walk, undone('b', 3)];
    const looked: ProgressRecord = { type: 'condition-changed', ...task('b'), condition: 'c', status: 'wrong' };
    const hinted: ProgressRecord = { type: 'hint-opened', ...task('b'), hint: 1 };
    expect(timelineOf(journal(...back, begin('b'), looked, hinted)).redo).toHaveLength(1);
    const ran: ProgressRecord = { type: 'command-ended', ...task('b'), command: 'x', end: { type: 'exited', code: 1 } };
    expect(timelineOf(journal(...back, ran)).redo).toEqual([]);
  });

  it('goes on after an undoing', () => {
    const onwards = [...walk, undone('b', 3), passed('b')];
    expect(progress(...onwards).finished).toEqual(new Set(['split/a', 'split/b']));
  });

  it('remembers where the learner is', () => {
    expect(summarize(journal(...walk, undone('a', 1))).last).toEqual(task('a'));
  });

  it('goes back before everything where that is what was kept', () => {
    expect(progress(...walk, undone('a', 0)).finished.size).toBe(0);
  });

  it('goes back to the entry before, where the one named cannot be read', () => {
    const entries = journal(...walk, undone('b', 3)).filter(({ number }) => number !== 3);
    expect(timelineOf(entries).standing.map(({ number }) => number)).toEqual([1, 2, 5]);
  });
});
