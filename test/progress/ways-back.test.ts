import { describe, expect, it } from 'vitest';
import type { JournalEntry, ProgressRecord } from '../../src/progress/events.ts';
import { isNewHere, type Point, stepForth, stepsBack } from '../../src/progress/ways-back.ts';

const journal = (...records: readonly ProgressRecord[]): JournalEntry[] =>
  records.map((record, index) => ({ version: 1, number: index + 1, at: index, record }));
const of = (task: string) => ({ lesson: 'split', task });
const begin = (task: string): ProgressRecord => ({ type: 'task-started', ...of(task) });
const pass = (task: string): ProgressRecord => ({ type: 'task-passed', ...of(task) });
const undo = (task: string, back: number): ProgressRecord => ({ type: 'task-undone', ...of(task), back });
const redo = (task: string, to: number): ProgressRecord => ({ type: 'task-redone', ...of(task), to });
const point = (task: string, after: number, kind: Point['kind'] = 'begun'): Point => ({
  id: `${kind}-${task}-${after}`,
  after,
  kind,
  ...of(task),
});

const walk = journal(begin('a'), pass('a'), begin('b'));
const points = [point('a', 1), point('b', 3)];
const tasks = (entries: readonly JournalEntry[], kept: readonly Point[]) =>
  stepsBack(entries, kept).map(({ task, isDone }) => `${task} ${isDone ? 'done' : 'untouched'}`);

describe('the ways back', () => {
  it('lead through the tasks, latest first, and tell which of them were touched', () => {
    expect(tasks(walk, points)).toEqual(['b untouched', 'a done']);
  });

  it('end each where the next begins', () => {
    expect(stepsBack(walk, points).map(({ before, after }) => [before.after, after?.after])).toEqual([
      [3, undefined],
      [1, 3],
    ]);
  });

  it('begin a task once, however often the learner opened it', () => {
    const again = journal(begin('a'), begin('a'), pass('a'));
    expect(stepsBack(again, [point('a', 1), point('a', 2)]).map(({ before }) => before.after)).toEqual([1]);
  });

  it('tell a task from one that was only looked at in between', () => {
    const looked = journal(begin('a'), begin('b'), pass('a'));
    const kept = [point('a', 1), point('b', 2), point('a', 2)];
    expect(tasks(looked, kept)).toEqual(['a done', 'b untouched', 'a untouched']);
  });

  it('do not lead over what was undone', () => {
    const back = journal(begin('a'), pass('a'), begin('b'), pass('b'), undo('b', 3), undo('a', 1));
    expect(tasks(back, points)).toEqual(['a untouched']);
  });

  it('lead to the beginning of everything', () => {
    expect(stepsBack(journal(begin('a')), [point('a', 0)])).toHaveLength(1);
  });

  it('are none where nothing is kept', () => {
    expect(stepsBack(walk, [])).toEqual([]);
  });
});

describe('the way forth', () => {
  const kept = [...points, point('a', 3, 'undone')];
  const undone = [begin('a'), pass('a'), begin('b'), undo('a', 1)];

  it('leads to where the task was undone', () => {
    expect(stepForth(journal(...undone), kept)).toEqual(point('a', 3, 'undone'));
  });

  it('is none before anything was undone, after it was redone, and when the snapshot is gone', () => {
    expect(stepForth(walk, kept)).toBeUndefined();
    expect(stepForth(journal(...undone, redo('a', 3)), kept)).toBeUndefined();
    expect(stepForth(journal(...undone), points)).toBeUndefined();
  });

  it('is closed by what is done after the undoing', () => {
    expect(stepForth(journal(...undone, pass('a')), kept)).toBeUndefined();
  });
});

describe('a point of its own', () => {
  it('is needed by a task that is entered, and by none that goes on', () => {
    expect(isNewHere(walk, points, of('b'))).toBe(false);
    expect(isNewHere(walk, points, of('a'))).toBe(true);
    expect(isNewHere(walk, [], of('a'))).toBe(true);
  });

  it('is not needed again where one came back to by undoing', () => {
    expect(isNewHere(journal(begin('a'), pass('a'), undo('a', 1)), [point('a', 1)], of('a'))).toBe(false);
  });
});
