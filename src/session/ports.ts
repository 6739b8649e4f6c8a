import type { CheckResult, CommandBeside } from '../check/check.ts';
import type { Check, Lesson } from '../lesson/lesson.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { ProgressRecord } from '../progress/events.ts';
import type { Foresight } from '../world/foresight/foresight.ts';
import type { WorldDescription } from '../world/world.ts';

/** What the driver is given by cli/compose, so that it never learns the name of a world, a check or a shell. */

export interface RunRequest {
  script: string;
  timeoutMs: number;
  /** A script of several lines ends as its first failing line did, and not as its last. */
  firstFailure: boolean;
}

/** A command on its way. `ended` never rejects. */
export interface RunningCommand {
  ended: Promise<RunEnd>;
  /** SIGINT to the command and all that it started. */
  interrupt(): void;
  /** SIGTERM, and SIGKILL to what is left shortly after. */
  kill(): void;
}

export interface CommandRunner {
  /** `onText` gets stdout and stderr in the order they were written, as they arrive, uncleaned. */
  run(request: RunRequest, onText: (text: string) => void): RunningCommand;
  /** Like `run`, but leaves the learner's variables alone; for commands that go on beside others. */
  runBeside(request: RunRequest, onText: (text: string) => void): RunningCommand;
  /** Gives the terminal to the command until it ends; `not-started` where there is none. */
  runInteractive(request: RunRequest): Promise<RunEnd>;
}

export interface LookRequest {
  lesson: Lesson;
  task: string;
  check: Check;
  /** When the learner began the task, in ms of the clock. */
  since: number;
  answers: Readonly<Record<string, string>>;
  /** Kept between looks of one task. */
  memory: Map<string, unknown>;
  /** Somebody waits for the answer: what needs only a moment is waited for. */
  patient: boolean;
  /** Commands that are kept going beside the lesson, asked anew each time. */
  beside(): readonly CommandBeside[];
  /** Calls back when the world changes during the look, which is worth another glance; returns how to stop. */
  onWorldChange(listener: () => void): () => void;
  signal: AbortSignal;
}

/** A command that goes on beside the lesson. */
export interface BackgroundScript {
  command: string;
  script: string;
}

/** A task that is entered, before anything is done in it. */
export interface TaskEntry {
  lesson: string;
  task: string;
  background: readonly BackgroundScript[];
}

/** A lesson as it is to be opened: where to go on, and what is known about it. */
export interface LessonOpening {
  lesson: Lesson;
  taskIndex: number;
  finished: ReadonlySet<string>;
  hints: number;
  done: readonly string[];
  answers: Readonly<Record<string, string>>;
  following?: string;
  titles: Readonly<Record<string, string>>;
  /** What is to go on in the background, as it did when a task was begun that was now undone. */
  background?: readonly BackgroundScript[];
  /** Told to the learner at once: a drift since the last time, for example. */
  notice?: string;
}

export interface DriverPorts {
  clock: Clock;
  runner: CommandRunner;
  describeWorld(): Promise<WorldDescription>;
  /** Calls back when something in the cluster changed; undefined while there is none to watch. */
  watchWorld(onChange: () => void): Promise<(() => void) | undefined>;
  /**
   * What a script would change, without changing anything; left out where nobody reads cards. Rejects with a Fault, or
   * when it is stopped.
   */
  foresee?(script: string, signal: AbortSignal): Promise<Foresight>;
  /** Resolves when all that could be looked at was reported. Rejects only with a Fault or when aborted. */
  look(request: LookRequest, report: (condition: string, result: CheckResult) => void): Promise<void>;
  /** Durable when it returns. Throws a Fault when it is not; the record is then kept and tried again. */
  record(record: ProgressRecord): void;
  openLesson(id: string): Promise<LessonOpening>;
  /**
   * Called when a task begins, and before every command: whoever keeps a way back needs a moment. Commands wait for it;
   * it rejects only with a Fault, which is told, and stops nothing. Left out where there is no way back.
   */
  enter?(entry: TaskEntry): Promise<void>;
  /** How often the world went away by itself (it ended, or the way to it broke); left out where it never does. */
  worldAbsences?(): number;
  /** It does not answer at the moment, and is asked again until it does. */
  isWorldAway?(): boolean;
  /** Calls back whenever it answers again; returns how to stop. */
  onWorldBack?(listener: () => void): () => void;
  /** Somebody waits: it is asked now, however long the pause between two tries has become. */
  askWorldNow?(): void;
  /** An error that is nobody's but ours. */
  onBug(error: unknown): void;
}
