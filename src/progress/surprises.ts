import type { JournalEntry } from './events.ts';

/**
 * What went otherwise than the learner thought, folded from the journal: wrong answers and predictions, checks that failed
 * when the task seemed done, hints. A surprise stays one when its task is undone: it is about the learner, not the
 * world. It goes when a review is answered right. Pure; does not know which lessons exist now.
 */
export type Surprise = (
  | { type: 'answer'; question: string; times: number }
  | { type: 'task'; failures: number; hints: number }
) & {
  lesson: string;
  task: string;
  /** Of the latest record that made it one, in ms since the epoch. */
  at: number;
};

type Kept = Map<string, Surprise>;

/** `renamed` leads from an id that a lesson had (`formerly`) to the one it has now. */
export function surprisesIn(
  entries: readonly JournalEntry[],
  renamed: ReadonlyMap<string, string> = new Map(),
): Surprise[] {
  const kept: Kept = new Map();
  const current = (lesson: string) => renamed.get(lesson) ?? lesson;
  for (const { record, at } of entries) {
    switch (record.type) {
      case 'answered':
        if (!record.right) addAnswer(kept, current(record.lesson), record.task, record.question, at);
        break;
      case 'check-failed':
        addTask(kept, current(record.lesson), record.task, at, { failures: 1 });
        break;
      case 'hint-opened':
        addTask(kept, current(record.lesson), record.task, at, { hints: record.hint });
        break;
      case 'recalled': {
        const { lesson, task, question } = { ...record, lesson: current(record.lesson) };
        if (record.right) kept.delete(keyOf(lesson, task, question));
        else if (question !== undefined) addAnswer(kept, lesson, task, question, at);
        else addTask(kept, lesson, task, at, { failures: 1 });
        break;
      }
      case 'reset':
        for (const [key, { lesson }] of [...kept])
          if (record.lesson === undefined || lesson === current(record.lesson)) kept.delete(key);
        break;
      default:
        break;
    }
  }
  return [...kept.values()];
}

const keyOf = (lesson: string, task: string, question = ''): string => `${lesson}/${task}/${question}`;

function addAnswer(kept: Kept, lesson: string, task: string, question: string, at: number): void {
  const key = keyOf(lesson, task, question);
  const before = kept.get(key);
  const times = before?.type === 'answer' ? before.times : 0;
  kept.set(key, { type: 'answer', lesson, task, question, times: times + 1, at });
}

function addTask(
  kept: Kept,
  lesson: string,
  task: string,
  at: number,
  { failures = 0, hints = 0 }: { failures?: number; hints?: number },
): void {
  const key = keyOf(lesson, task);
  const before = kept.get(key);
  const was = before?.type === 'task' ? before : { failures: 0, hints: 0 };
  const all = { failures: was.failures + failures, hints: Math.max(was.hints, hints) };
  kept.set(key, { type: 'task', lesson, task, ...all, at });
}
