import type { CheckResult } from '../check/check.ts';
import type { Command, Lesson, Task } from '../lesson/lesson.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { Foresight } from '../world/foresight/foresight.ts';
import type { WorldDescription } from '../world/world.ts';
import type { Notice } from './notice.ts';

// Changed since the first version, all additions: TaskProgress.skipped; CommandRun.interrupts; Always.others, runId,
// verifyId, following, titles. `answers[…].choice` is '' when a `predict` question was passed over with Enter.

/**
 * One learner in one lesson, as plain data. The rules are in transition.ts; the screen draws this and nothing else.
 * Knows no clock, no process, no file.
 */
export interface OutputLine {
  /** Cleaned: colour (SGR) at most. */
  text: string;
  stream: 'out' | 'note';
}

/** The last lines of a run, bounded; `dropped` counts what fell out at the front. */
export interface Output {
  lines: readonly OutputLine[];
  dropped: number;
}

export interface CommandRun {
  /** Grows by one with each run; events of older runs are dropped. */
  runId: number;
  script: string;
  /** Name in the lesson, or undefined for the learner's own command. */
  command: string | undefined;
  startedAt: number;
  output: Output;
  /** How often Ctrl-C was pressed: the first asks the command to stop, the second kills it. */
  interrupts: number;
}

export interface FinishedRun extends CommandRun {
  end: RunEnd;
  tookMs: number;
}

export interface BackgroundCommand {
  command: string;
  script: string;
  status: 'starting' | 'running' | 'restarting' | 'ended';
  restarts: number;
  lastLines: readonly string[];
  end?: RunEnd;
}

export interface ConditionReport {
  id: string;
  /** What is wanted, in words. */
  title: string;
  why: string;
  /** Undefined while it was not looked at: another condition must hold first. */
  result: CheckResult | undefined;
  /** A result from before the latest change; a newer look is under way. */
  stale: boolean;
}

export interface TaskProgress {
  /** Commands of the task that ended with code 0, by name. */
  done: readonly string[];
  /** Optional commands that the learner left out, by name. */
  skipped: readonly string[];
  /** How many hints are open. */
  hints: number;
  /** By question id; `shown` once the explanation is due. */
  answers: Readonly<Record<string, { choice: string; shown: boolean }>>;
  conditions: readonly ConditionReport[];
  attempts: number;
  startedAt: number;
}

/** The command under the card: the lesson's, as edited, or the learner's own. */
export interface Proposal {
  script: string;
  command: Command | undefined;
  edited: boolean;
}

/** What the command on the card would change, found out beside everything else. */
export type CardForesight = {
  /** Grows by one with each that is asked for; answers to older ones are dropped. */
  foresightId: number;
  /** What it is about; a card that differs in it wants another one. */
  card: string;
} /** The card is new; who presses Enter at once shall not wait. */ & (
  | { status: 'waiting' }
  | { status: 'looking' }
  | { status: 'foreseen'; foresight: Foresight }
  /** The cluster could not be asked, for this reason, or there was no answer in time. */
  | { status: 'unknown'; why: string | undefined }
);

export interface Always {
  lesson: Lesson;
  /** -1 while the introduction of the lesson is shown. */
  taskIndex: number;
  progress: TaskProgress;
  /** Progress in the other tasks that were opened since the lesson was, by task id. */
  others: Readonly<Record<string, TaskProgress>>;
  world: WorldDescription;
  /** Ids of finished tasks of the whole course, `<lesson>/<task>`. */
  finished: ReadonlySet<string>;
  background: readonly BackgroundCommand[];
  /** Undefined while no card is there whose effect can be asked about. */
  foresight: CardForesight | undefined;
  /** The latest that was asked for. */
  foresightId: number;
  lastRun: FinishedRun | undefined;
  /** One sentence for the learner (a drift after resume, a port that is taken); goes with the next key. */
  notice: Notice | undefined;
  /** The latest run and the latest look that were asked for; reports of older ones are dropped. */
  runId: number;
  verifyId: number;
  /** Id of the lesson after this one. */
  following: string | undefined;
  /** What each condition of the lesson wants, in words, by `<task>/<condition>`. */
  titles: Readonly<Record<string, string>>;
}

/** What Enter would do, decided by transition: run this, answer first, or nothing left but the check. */
export type NextStep =
  | { type: 'begin' }
  | { type: 'answer'; question: string }
  | { type: 'run'; proposal: Proposal }
  | { type: 'verify' }
  | { type: 'continue' };

export type SessionState = Always &
  (
    | { status: 'reading'; next: NextStep }
    /** The card waits for a yes: commands that delete or cost money, edited and own commands. */
    | { status: 'confirming'; proposal: Proposal }
    | { status: 'running'; run: CommandRun; proposal: Proposal }
    | { status: 'verifying'; byLearner: boolean; next: NextStep }
    | { status: 'passed'; next: NextStep }
    /** At least one condition is `wrong` or `not-yet`; it is looked at again by itself. */
    | { status: 'failed'; next: NextStep }
    /** Something outside the lesson stops it: world gone, lesson's needs not met. */
    | { status: 'blocked'; what: string; why: string; tryThis: readonly string[] }
    /** The last task of the lesson passed; `following` is the next lesson's id. */
    | { status: 'finished'; following: string | undefined }
  );

export type SessionStatus = SessionState['status'];

export function currentTask(state: SessionState): Task | undefined {
  return state.lesson.tasks[state.taskIndex];
}
