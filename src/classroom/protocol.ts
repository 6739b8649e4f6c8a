import type { JournalEntry } from '../progress/events.ts';

/**
 * What learner, server and instructor's page say to each other. Types and limits only; parse.ts reads what comes in.
 *
 * JSON, one message a WebSocket text frame. Whoever connects says `hello` first, within ten seconds, with the version it
 * speaks. Tokens are in that message and never in an address, since addresses are logged.
 *
 *   ws(s)://HOST/v1/learner      hello -> welcome (or refused, and the end). The server asks for the time (`ping`), the
 *                                learner answers (`pong`) and sends `entries` after the number that `welcome` acknowledges;
 *                                each is answered with `acknowledged` once it is durable. `class` comes whenever
 *                                something changed for this learner, always as a whole.
 *   ws(s)://HOST/v1/instructor   hello -> roster (all there is) -> changes, a few times a second at most: cards of the learners
 *                                that changed, and `state` where the class did; empty ones every quarter of a minute say
 *                                that the connection is there. `control` changes the class and is
 *                                answered with `done`, or `refused-control`.
 *   GET /v1/export.csv, .json    with `Authorization: Bearer <instructor's token>`
 *
 * Everything that is sent again after a lost connection is counted once: journal entries by learner and number, controls
 * by the page's `source` and number. Times are milliseconds of the class's clock, which is the server's; learners' clocks
 * are corrected by the offset that the server measures. What learners type as names and instructors as messages is data:
 * cleaned of control characters when it comes in, and still never markup.
 */
export const protocolVersion = 1;

export const limits = {
  nameLength: 40,
  messageLength: 500,
  labelLength: 80,
  idLength: 120,
  entriesAtOnce: 100,
  /** Of the evidence that a learner shares. */
  evidenceBytes: 32_768,
  /** Of the sandbox's state that may go with it; a whole course makes half of that. */
  stateBytes: 98_304,
  frameBytes: 229_376,
  learners: 5_000,
  helloMs: 10_000,
  countdownMs: 4 * 60 * 60 * 1000,
} as const;

/** What a learner's program says. */
export type LearnerMessage =
  | {
      type: 'hello';
      version: number;
      /** 256 random bits that the learner made, and keeps: who knows it is this learner. */
      token: string;
      name: string;
      /** The join code; needed until the class knows the token. */
      code?: string;
      /** The learner's clock. */
      now: number;
      /** Number of the journal's last entry. */
      last: number;
    }
  | { type: 'pong'; id: number; now: number }
  /** In the order of their numbers, each above the last acknowledged one; at most `limits.entriesAtOnce`. */
  | { type: 'entries'; entries: readonly JournalEntry[] }
  | { type: 'hand'; raised: boolean }
  /** `state`: of the learner's sandbox, packed for `meshwalk state open`; base64. */
  | { type: 'evidence'; evidence: Evidence; state?: string };

/** What a learner showed the instructor of the current task, after seeing it. The only way in which output leaves a machine. */
export interface Evidence {
  lesson: string;
  task: string;
  conditions: readonly { id: string; status: string; text: string }[];
  /** The command as it was run, and the last lines of what it said. */
  command: string;
  output: readonly string[];
}

/** What the server says to a learner. */
export type ServerMessage =
  | { type: 'welcome'; version: number; class: string; learner: string; name: string; acknowledged: number }
  | { type: 'refused'; reason: Refusal; retryMs?: number }
  | { type: 'ping'; id: number }
  | { type: 'acknowledged'; number: number }
  | { type: 'class'; class: ClassForLearner }
  /** What was shared is durable, and the instructor has it. */
  | { type: 'shared' };

/**
 * `code`: wrong join code. `token`: nobody has it. `slow-down`: too many wrong codes, or too much at once. `version`: another
 * program is needed. `full`: no more learners. `malformed`: not the protocol. `journal`: the learner's journal ends before
 * what the class has of it.
 */
export type Refusal = 'code' | 'token' | 'slow-down' | 'version' | 'full' | 'malformed' | 'journal';

export interface ClassForLearner {
  name: string;
  /** Ids; what the class is about. */
  lessons: readonly string[];
  /** Nobody goes beyond this lesson. */
  hold?: string;
  /** Where the class is. */
  lead?: string;
  countdown?: { leftMs: number; label: string };
  /** Place in the line of raised hands, from 1. */
  hand?: number;
  /** The latest message to this learner or to all. Its id grows. */
  message?: { id: number; text: string };
}

/** What the instructor's page, or `class watch`, says. */
export type InstructorMessage =
  | {
      type: 'hello';
      version: number;
      token: string;
      /** Random, kept as long as the page lives; controls are counted by it. */
      source: string;
    }
  /** Numbers grow by one. After a lost connection, those without an answer are sent again. */
  | { type: 'control'; number: number; control: Control }
  | { type: 'show-evidence'; learner: string }
  | { type: 'show-state'; learner: string };

export type Control =
  | { type: 'hold'; lesson: string }
  | { type: 'release' }
  /** The class goes on to this lesson: its notes and its timing are what counts. */
  | { type: 'lead'; lesson: string }
  /** To everybody where no learner is named. */
  | { type: 'message'; learner?: string; text: string }
  | { type: 'countdown'; ms: number; label: string }
  | { type: 'end-countdown' }
  | { type: 'lower-hand'; learner: string }
  /** By hand, for who is in the room without a connection, or gone with one. */
  | { type: 'mark'; learner: string; present: boolean };

/** What the server says to an instructor. */
export type InstructorNews =
  | {
      type: 'roster';
      version: number;
      now: number;
      course: CourseOutline;
      /** The lines that learners type to join, as the host printed them; absent where it has none to tell. */
      join?: readonly string[];
      state: ClassState;
      learners: readonly LearnerCard[];
    }
  | { type: 'changes'; now: number; state?: ClassState; learners: readonly LearnerCard[] }
  | { type: 'done'; number: number }
  | { type: 'refused-control'; number: number; reason: 'unknown-lesson' | 'unknown-learner' | 'malformed' }
  | { type: 'evidence'; learner: string; at: number; evidence: Evidence }
  /** Base64. */
  | { type: 'state'; learner: string; state: string }
  | { type: 'refused'; reason: Refusal; retryMs?: number };

export interface CourseOutline {
  /** Of its texts; the page speaks it too. */
  language: string;
  lessons: readonly OutlinedLesson[];
}

export interface OutlinedLesson {
  id: string;
  title: string;
  step: number;
  minutes: number;
  presenter: readonly string[];
  tasks: readonly OutlinedTask[];
}

export interface OutlinedTask {
  id: string;
  title: string;
  presenter: readonly string[];
  /** `title`: what is wanted. `why`: the author's words for what it means when it does not hold. */
  conditions: readonly { id: string; title: string; why: string }[];
}

/** All of the class that is not about one learner. */
export interface ClassState {
  name: string;
  lessons: readonly string[];
  openedAt: number;
  hold?: { lesson: string; since: number };
  lead?: { lesson: string; since: number };
  countdown?: { until: number; label: string };
  /** Latest last; `learner` where it was for one. */
  messages: readonly { id: number; at: number; text: string; learner?: string }[];
  /** By `<lesson>/<task>`: how long those who passed it in this class took. */
  pace: Readonly<Record<string, TaskPace>>;
}

export interface TaskPace {
  passed: number;
  medianMs: number;
}

export type ConditionStatus = 'passed' | 'not-yet' | 'wrong' | 'unknown';

/** One learner, as the instructor sees them. */
export interface LearnerCard {
  id: string;
  name: string;
  joinedAt: number;
  online: boolean;
  /** When the connection began, or ended. */
  onlineSince: number;
  /** As marked by hand; absent: as the connection says. */
  present?: boolean;
  /** Absent before anything was begun. */
  at?: { lesson: string; task: string; since: number; status: 'doing' | 'passed' };
  /** Of the current task, those that were looked at. */
  conditions: readonly { id: string; status: ConditionStatus; since: number }[];
  /** In the current task: how often the learner thought that it was done and it was not, and the stages of hints seen. */
  attempts: number;
  hints: number;
  /** How many tasks are passed, by lesson. */
  passed: Readonly<Record<string, number>>;
  /** When the hand was raised. */
  hand?: number;
  /** When evidence was shared last; `show-evidence` gets it. */
  evidence?: number;
  /** The state of the sandbox came with it; `show-state` gets it. */
  hasState?: boolean;
}
