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
  | { type: 'task-passed'; lesson: string; task: string }
  | { type: 'lesson-passed'; lesson: string };
