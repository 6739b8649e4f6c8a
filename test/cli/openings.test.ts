import { describe, expect, it } from 'vitest';
import { lessonToResume, openingOf, renamedLessons } from '../../src/cli/openings.ts';
import { Catalog } from '../../src/lesson/catalog.ts';
import type { ProgressRecord } from '../../src/progress/events.ts';
import { summarize } from '../../src/progress/summary.ts';
import { findings } from '../../src/words/en/findings.ts';
import { check, command, lesson, task } from '../session/lesson-text.ts';

const one = { ...lesson(task('a', [command('x')], check('c')), task('b', [])), id: 'one', step: 1, formerly: ['uno'] };
const two = { ...lesson(task('a', []), task('z', [])), id: 'two', step: 2 };
const catalog = new Catalog([one, two]);

const summaryOf = (...records: ProgressRecord[]) =>
  summarize(
    records.map((record, index) => ({ version: 1, number: index + 1, at: index, record })),
    renamedLessons(catalog),
  );
const passed = (id: string, ...tasks: string[]): ProgressRecord[] =>
  tasks.map((name) => ({ type: 'task-passed', lesson: id, task: name }));

describe('where a learner goes on', () => {
  it.each<[string, ProgressRecord[], string]>([
    ['the first lesson at the very beginning', [], 'one'],
    ['the lesson that is half done', passed('one', 'a'), 'one'],
    ['the next lesson when that one is done', passed('one', 'a', 'b'), 'two'],
    ['the lesson of a former id', passed('uno', 'a'), 'one'],
    ['the first open lesson when the last one is gone from the course', passed('gone', 'a'), 'one'],
    ['the last lesson when all are done', [...passed('one', 'a', 'b'), ...passed('two', 'a', 'z')], 'two'],
  ])('is %s', (_, records, id) => {
    expect(lessonToResume(catalog, summaryOf(...records))?.id).toBe(id);
  });

  it('is the introduction of a lesson that nobody began', () => {
    expect(openingOf(catalog, one, summaryOf(), [], findings).taskIndex).toBe(-1);
  });

  it('is the task that was left half done, with its hints, commands and answers', () => {
    const at = { lesson: 'one', task: 'a' };
    const opening = openingOf(
      catalog,
      one,
      summaryOf(
        { type: 'task-started', ...at },
        { type: 'hint-opened', ...at, hint: 1 },
        { type: 'command-ended', ...at, command: 'x', end: { type: 'exited', code: 0 } },
        { type: 'answered', ...at, question: 'q', choice: 'yes', right: true },
      ),
      [],
      findings,
    );
    expect(opening).toMatchObject({ taskIndex: 0, hints: 1, done: ['x'], answers: { q: 'yes' }, following: 'two' });
  });

  it('is the first open task when the last one was finished, or is gone from the lesson', () => {
    expect(openingOf(catalog, one, summaryOf(...passed('one', 'a')), [], findings).taskIndex).toBe(1);
    const gone: ProgressRecord = { type: 'task-started', lesson: 'one', task: 'gone' };
    expect(openingOf(catalog, one, summaryOf(...passed('one', 'a'), gone), [], findings).taskIndex).toBe(1);
  });

  it('is the task that was asked for', () => {
    expect(openingOf(catalog, two, summaryOf(), [], findings, 'z').taskIndex).toBe(1);
  });
});
