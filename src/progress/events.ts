import type { RunEnd } from '../platform/run-end.ts';

/** One thing a learner did that is worth keeping; the journal adds version, number and time. */
export type ProgressRecord =
  | { type: 'task-started'; lesson: string; task: string }
  | { type: 'command-ended'; lesson: string; task: string; command: string; end: RunEnd }
  | { type: 'command-skipped'; lesson: string; task: string; command: string }
  | { type: 'hint-opened'; lesson: string; task: string; hint: number }
  | { type: 'answered'; lesson: string; task: string; question: string; choice: string; right: boolean }
  | {
      type: 'condition-changed';
      lesson: string;
      task: string;
      condition: string;
      status: 'passed' | 'not-yet' | 'wrong' | 'unknown';
    }
  /** The learner thought the task was done, and this condition was wrong: the first of them. */
  | { type: 'check-failed'; lesson: string; task: string; condition: string }
  /** A review asked again: a question of the task, or how the task was done where none is named. */
  | { type: 'recalled'; lesson: string; task: string; question?: string; right: boolean }
  | { type: 'task-passed'; lesson: string; task: string }
  | { type: 'lesson-passed'; lesson: string }
  /** World and progress are as they were after the entry of number `back`: what came since counts no longer. */
  | { type: 'task-undone'; lesson: string; task: string; back: number }
  /** They are as they were after the entry of number `to`, before the task was undone. */
  | { type: 'task-redone'; lesson: string; task: string; to: number }
  /** What was done before counts no more: in one lesson, or in all where none is named. */
  | { type: 'reset'; lesson?: string };

/** One line of the journal. `version` is of the line's format; a line of a later one is kept and not understood. */
export interface JournalEntry {
  version: number;
  /** Grows by one; never used twice, so that a class can acknowledge it. */
  number: number;
  /** Milliseconds since the epoch. */
  at: number;
  record: ProgressRecord;
}

export const journalVersion = 1;
