import type { ExplainedCall } from '../check/explain/subject.ts';
import type { TrafficWatch } from '../check/traffic/history.ts';
import type { Evidence } from '../classroom/protocol.ts';
import type { FieldDesk } from '../lesson/fields/field-desk.ts';
import type { Term } from '../lesson/glossary.ts';
import type { Library } from '../lesson/library.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { Intent } from '../session/events.ts';
import type { RecallQuestion } from '../session/recall.ts';
import type { Recalled } from '../session/review.ts';
import type { SessionState } from '../session/state.ts';
import type { Words } from '../words/en.ts';
import type { Changes } from '../world/changes/change.ts';
import type { Completion } from '../world/completion/complete.ts';
import type { ExplainSubject } from './view/explain-screen.ts';

/**
 * What the screen needs from whoever hosts it, and what it offers in return; types only.
 * The screen does not know the driver, the journal, a world or a process: it draws `content` and calls these.
 */
export interface ScreenHost {
  /** What to draw now. The same object as long as nothing changed. */
  content(): ScreenContent;
  /** Called after every change of `content()`, as often as it likes: the screen limits its own frames. */
  subscribe(onChange: () => void): () => void;
  /** Keys that mean something to the session. Never throws; what went wrong comes back as content. */
  send(intent: Intent): void;
  /** The lessons in their order. */
  course(): readonly CourseEntry[];
  /** The words of the field, explained. */
  glossary(): readonly Term[];
  /** All lessons, to search and to read beside the walk; absent where there are none. */
  library?(): Library;
  /** The manifests of the open text, and what the cluster's schemas say of their fields; absent where nobody can look. */
  fields?(onChange: () => void): FieldDesk;
  /** Leaves the lesson for another one; `content()` turns to `preparing` while its start state is built. */
  openLesson(lesson: string, task?: string): void;
  /** Opens what was open before the lesson that `content()` says is stopped, just as it was. */
  back?(): void;
  /** The learner's shell with the world's environment, started in the world's folder. */
  shell(): TerminalProgram;
  /** The learner came back from the shell: variables and folder may have changed. */
  shellEnded(end: RunEnd): void;
  /** Scripts that the learner typed in earlier sessions, oldest first. */
  commandHistory(): readonly string[];
  /** What a review would ask now, from what surprised the learner; the same array as long as nothing changed. */
  recall?(): readonly RecallQuestion[];
  /** A question of a review was answered. */
  recalled?(answer: Recalled): void;
  /** Begins to find out what undoing, redoing or the last task is about; `backCard` tells, and changes are told as ever. */
  lookBack?(way: Way): void;
  backCard?(): BackCard | undefined;
  /** Does what the card says; `content()` turns to `preparing` meanwhile. */
  goBack?(): void;
  /** Looks at the mesh from here on, until it is stopped; absent where nobody can look. */
  watchTraffic?(onChange: () => void): TrafficWatch;
  /**
   * Why a request ends as it ends, link by link; undefined for a condition that is about no traffic. Rejects with a Fault,
   * or when it is stopped. Absent where nobody can look.
   */
  explain?(subject: ExplainSubject, signal: AbortSignal): Promise<ExplainedCall | undefined>;
  /** What could stand at the cursor of a command line; absent where nobody knows. Never rejects for what the world does. */
  complete?(text: string, cursor: number): Promise<Completion>;
  /** Opens a page in the learner's browser; absent where there is none. */
  openPage?(url: string): void;
  /** The learner's seat in a class; absent for who learns alone. */
  readonly classDesk?: ClassDesk;
  /** The screen lends its terminal to commands with `interactive`; called once, before anything is sent. */
  lendTerminal?(lend: LendTerminal): void;
}

/** What a class is to its learner. Changes are told as those of the content are. */
export interface ClassDesk {
  readonly now: ClassNow;
  /** The class is at another lesson than this one. */
  readonly canCatchUp: boolean;
  /** Up, or down again. */
  turnHand(): void;
  /** What would be shared of the current task; undefined where there is none. */
  evidence(): Evidence | undefined;
  /** The state of the sandbox, which may go with the evidence. */
  readonly packed: PackedNow;
  /** Begins to pack it, as it is now. */
  packState(): void;
  share(evidence: Evidence, withState: boolean): void;
  catchUp(): void;
}

export type PackedNow =
  | { status: 'unasked' | 'packing' }
  | { status: 'packed'; kilobytes: number; facts: StateFacts }
  /** A sentence for the learner. */
  | { status: 'impossible'; why: string };

export interface ClassNow {
  name: string;
  connection: 'joining' | 'online' | 'offline' | 'refused';
  /** Records that the class does not have yet. */
  unsent: number;
  /** Title of the lesson at which everybody waits. */
  hold?: string;
  /** Place in the line of raised hands, from 1. */
  hand?: number;
  /** A countdown: when it ends, by this machine's clock, and what it is about. */
  until?: number;
  label?: string;
}

/** Undo a task, redo it, only look at what the last one changed, or put back what was lost of finished ones. */
export type Way = 'undo' | 'redo' | 'look' | 'replay';

export type BackCard =
  | { status: 'looking'; way: Way }
  /** Titles of lesson and task. */
  | { status: 'ready'; way: Exclude<Way, 'replay'>; lesson: string; task: string; changes: Changes }
  /** What was lost, in sentences, and titles of the tasks that bring it back; of `costly` ones only by the learner's hand. */
  | {
      status: 'drifted';
      way: 'replay';
      sentences: readonly string[];
      tasks: readonly string[];
      costly: readonly string[];
    }
  | { status: 'nothing'; way: Way }
  | { status: 'failed'; way: Way; what: string; why: string; tryThis: readonly string[] };

export type ScreenContent =
  /** The world comes up, or solutions are replayed for a jump. `done` sentences, then the one under way. */
  | { phase: 'preparing'; title: string; done: readonly string[]; doing: string }
  | { phase: 'lesson'; session: SessionState }
  | Stopped;

/** A lesson cannot be opened, or not without a word of the learner. Enter calls `openLesson(lesson)` again. */
export interface Stopped {
  phase: 'stopped';
  /** Set where it is a question and nothing failed: what Enter does, for the key line. */
  asks?: string;
  what: string;
  why: string;
  tryThis: readonly string[];
  lesson: string;
  /** Title of the lesson that was open before; Esc calls `back()`. */
  back?: string;
}

export interface CourseEntry {
  id: string;
  title: string;
  minutes: number;
  /** The title of its course; the first one has none. */
  course?: string;
  /** Its number in the course, from 1; the welcome and the clean-up have none. */
  number: number | undefined;
  tasks: readonly { id: string; title: string }[];
  /** Why it cannot be opened, or undefined: `needs lesson 7 first` or `not on a real cluster`. */
  locked?: string;
}

/** A program that gets the terminal for itself. */
export interface TerminalProgram {
  file: string;
  args: readonly string[];
  /** The whole environment; nothing of ours is added. */
  environment: Readonly<Record<string, string>>;
  folder: string;
  /** One line printed before it starts: `Shell in the sandbox. Type exit to come back.` */
  greeting: string;
}

/** Leaves the full screen, runs the program on the terminal, comes back. Blocks this process while it runs. */
export type LendTerminal = (program: TerminalProgram) => Promise<RunEnd>;

/** `auto` asks the terminal for its background; `none` shows no colour and no style. */
export type ThemeChoice = 'auto' | 'dark' | 'light' | 'high-contrast' | 'none';

export interface ScreenOptions {
  /**
   * Called once, after the first frame; until there is a host the screen says that it gets ready. What this rejects with,
   * `runScreen` rejects with, after the terminal is restored. A learner who quits does not wait for it.
   */
  openHost(): Promise<ScreenHost>;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** Read for TERM, COLORTERM, COLORFGBG, NO_COLOR, FORCE_COLOR, LANG, LC_ALL, LC_CTYPE, TMUX, STY and our own. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Undefined leaves it to MESHWALK_THEME. */
  theme?: ThemeChoice | undefined;
  /** Borders and marks of ASCII, whatever the locale says. */
  ascii?: boolean | undefined;
  /** Undefined leaves it to MESHWALK_REDUCED_MOTION. */
  reducedMotion?: boolean | undefined;
  /** Commands are shown as PowerShell takes them, too. */
  isWindows?: boolean | undefined;
  /** The words of the interface, in the learner's language. */
  words: Words;
}

/** How the learner left. A crash rejects instead, after the terminal is restored. */
export type ScreenExit = { type: 'quit' } | { type: 'signalled'; signal: 'SIGTERM' | 'SIGHUP' | 'SIGINT' };

/** `tui/terminal.tsx` exports `runScreen` of this type; import it lazily. Rejects with a Fault where there is no terminal. */
export type RunScreen = (options: ScreenOptions) => Promise<ScreenExit>;

import type { StateFacts } from './view/state-facts.ts';
