import type { JournalEntry } from './events.ts';
import { timelineOf } from './timeline.ts';

/** What the journal says about a learner, folded; pure. Does not know which lessons exist now. */
export interface TaskSummary {
  /** Lesson commands that ended with code 0, by name. */
  done: readonly string[];
  hints: number;
  answers: Readonly<Record<string, string>>;
  startedAt: number;
}

export interface Summary {
  /** `<lesson>/<task>` of every task that was passed. */
  finished: ReadonlySet<string>;
  /** By `<lesson>/<task>`. */
  tasks: ReadonlyMap<string, TaskSummary>;
  /** Where the learner was last, or undefined at the very beginning. Without a task: the lesson is to be done again. */
  last: { lesson: string; task: string | undefined } | undefined;
  /** Time of the latest record, or undefined for an empty journal. */
  lastAt: number | undefined;
}

const untouched: TaskSummary = { done: [], hints: 0, answers: {}, startedAt: 0 };

/** `renamed` leads from an id that a lesson had (`formerly`) to the one it has now. */
export function summarize(entries: readonly JournalEntry[], renamed: ReadonlyMap<string, string> = new Map()): Summary {
  const finished = new Set<string>();
  const tasks = new Map<string, TaskSummary>();
  let last: Summary['last'];
  let lastAt: number | undefined;
  const current = (lesson: string) => renamed.get(lesson) ?? lesson;

  for (const { record, at } of timelineOf(entries).standing) {
    lastAt = at;
    if (record.type === 'reset') {
      const gone = record.lesson === undefined ? undefined : `${current(record.lesson)}/`;
      for (const key of [...finished]) if (gone === undefined || key.startsWith(gone)) finished.delete(key);
      for (const key of [...tasks.keys()]) if (gone === undefined || key.startsWith(gone)) tasks.delete(key);
      last = record.lesson === undefined ? undefined : { lesson: current(record.lesson), task: undefined };
      continue;
    }
    // A review looks back; the learner is where they were.
    if (record.type === 'lesson-passed' || record.type === 'recalled') continue;
    const lesson = current(record.lesson);
    const key = `${lesson}/${record.task}`;
    const before = tasks.get(key) ?? { ...untouched, startedAt: at };
    last = { lesson, task: record.task };
    if (record.type === 'task-undone' || record.type === 'task-redone') continue;
    switch (record.type) {
      case 'task-started':
        tasks.set(key, before);
        break;
      case 'command-ended':
        if (record.end.type === 'exited' && record.end.code === 0 && !before.done.includes(record.command)) {
          tasks.set(key, { ...before, done: [...before.done, record.command] });
        }
        break;
      case 'hint-opened':
        tasks.set(key, { ...before, hints: Math.max(before.hints, record.hint) });
        break;
      case 'answered':
        tasks.set(key, { ...before, answers: { ...before.answers, [record.question]: record.choice } });
        break;
      case 'task-passed':
        finished.add(key);
        break;
      case 'command-skipped':
      case 'condition-changed':
      case 'check-failed':
        break;
    }
  }
  return { finished, tasks, last, lastAt };
}
