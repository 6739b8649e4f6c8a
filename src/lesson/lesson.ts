import type { WorldKind } from '../world/world.ts';

/** What an author wrote, parsed and valid. Plain data: no functions, no files, no world. */
export type CommandEffect = 'reads' | 'changes' | 'deletes' | 'cloud';

export interface Command {
  /** Unique in its lesson. */
  name: string;
  /** Exactly what runs, one or more lines of shell. */
  script: string;
  /** The same for PowerShell 7, where an author wrote it: shown on Windows, and never run. */
  twin?: string;
  effect: CommandEffect;
  timeoutMs: number;
  /** Goes on while the learner reads (port-forward); supervised. */
  background: boolean;
  /** Needs the terminal for itself (an editor). */
  interactive: boolean;
  /** The task can be done without it. */
  optional: boolean;
  worlds: readonly WorldKind[];
  line: number;
}

export interface Condition {
  /** Unique in its check. */
  id: string;
  /** Ids of conditions that must hold before this one is looked at. */
  needs: readonly string[];
  /** What it means for the learner when it does not hold. */
  why: string;
  /** A word of check/registry. */
  kind: string;
  /** The kind's own parsed spec. */
  spec: unknown;
  line: number;
}

export interface Check {
  id: string;
  title: string;
  conditions: readonly Condition[];
}

/** A question. `predict` never blocks; `quiz` wants the right answer. */
export interface Question {
  id: string;
  mode: 'predict' | 'quiz';
  question: string;
  choices: readonly { id: string; text: string }[];
  answer: string;
  /** Shown after the answer (quiz) or after the next command (predict). */
  explain: string;
  /** The condition of the task's check that shows what really happened. */
  shownBy?: string;
}

/** Pieces of a task in the order of the file. */
export type Block =
  | { type: 'prose'; markdown: string }
  | { type: 'command'; command: string }
  | { type: 'question'; question: string }
  | { type: 'check' };

export interface Task {
  /** Unique in its lesson, stable. */
  id: string;
  title: string;
  blocks: readonly Block[];
  commands: readonly Command[];
  questions: readonly Question[];
  check: Check | undefined;
  /** Staged; the last one is the solution. */
  hints: readonly { title: string; markdown: string }[];
  /** Shell lines that reach the task's end from its start: the non-optional commands unless the author wrote one. */
  solution: readonly Command[];
  presenter: readonly string[];
  line: number;
}

export interface Lesson {
  id: string;
  formerly: readonly string[];
  step: number;
  title: string;
  minutes: number;
  needs: readonly string[];
  worlds: readonly WorldKind[];
  /** Markdown between the title and the first task. */
  intro: string;
  tasks: readonly Task[];
  presenter: readonly string[];
  /** Path relative to the lessons folder. */
  file: string;
  /** What its text is written in: `en`, or what stands before `.md` in its name. */
  language: string;
  /** sha256 of the file. */
  hash: string;
}

/** One mistake of an author. */
export interface LessonProblem {
  file: string;
  line: number;
  message: string;
}
