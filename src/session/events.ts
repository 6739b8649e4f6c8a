import type { CheckResult } from '../check/check.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { ProgressRecord } from '../progress/events.ts';
import type { Foresight } from '../world/foresight/foresight.ts';
import type { WorldDescription } from '../world/world.ts';
import type { Notice } from './notice.ts';
import type { OutputLine, Proposal, SessionState } from './state.ts';

/** What came of asking what a card's command would do. */
export type ForesightAnswer =
  | { status: 'looking' }
  | { status: 'foreseen'; foresight: Foresight }
  | { status: 'unknown'; why: string | undefined };

/** Everything that can happen to a session. Intents come from keys (or `meshwalk run`), the rest from the driver. */
export type Intent =
  | { type: 'proceed' } // Enter: begin, run what is shown, verify, continue
  | { type: 'confirm' } // yes to the card
  | { type: 'decline' } // no to the card, back to reading
  | { type: 'verify' }
  | { type: 'hint' }
  | { type: 'answer'; question: string; choice: string }
  | { type: 'propose'; script: string; edited: boolean } // edited lesson command or own command, after the learner's Enter
  | { type: 'skip-command' } // leave an optional command
  | { type: 'interrupt' } // Ctrl-C while something runs
  | { type: 'stop-background'; command: string }
  | { type: 'restart-background'; command: string }
  | { type: 'open-task'; taskIndex: number } // read an earlier or later task of this lesson
  | { type: 'dismiss-notice' };

export type SessionEvent =
  | { type: 'intent'; intent: Intent; at: number }
  | {
      type: 'lesson-opened';
      lesson: Lesson;
      taskIndex: number;
      world: WorldDescription;
      finished: ReadonlySet<string>;
      hints: number;
      done: readonly string[];
      answers: Readonly<Record<string, string>>;
      /** Id of the lesson after this one. */
      following?: string;
      /** What each condition wants, in words, by `<task>/<condition>`. */
      titles: Readonly<Record<string, string>>;
      at: number;
    }
  | { type: 'run-started'; runId: number; at: number }
  /** The whole of what is kept now, not an addition: a progress line replaces itself. */
  | { type: 'run-output'; runId: number; lines: readonly OutputLine[]; dropped: number }
  | { type: 'run-ended'; runId: number; end: RunEnd; at: number }
  | {
      type: 'background-changed';
      command: string;
      script: string;
      status: 'starting' | 'running' | 'restarting' | 'ended';
      restarts: number;
      lastLines: readonly string[];
      end?: RunEnd;
      at: number;
    }
  | { type: 'foreseen'; foresightId: number; answer: ForesightAnswer }
  | { type: 'world-changed'; at: number }
  | { type: 'world-described'; world: WorldDescription }
  | { type: 'condition-reported'; verifyId: number; condition: string; result: CheckResult }
  | { type: 'verify-ended'; verifyId: number; at: number }
  | { type: 'world-failed'; what: string; why: string; tryThis: readonly string[] }
  | { type: 'noticed'; notice: Notice };

/** What the driver must do. Data, with the id that its answers carry. */
export type Effect =
  | { type: 'run-command'; runId: number; proposal: Proposal }
  | { type: 'start-background'; proposal: Proposal }
  | { type: 'stop-background'; command: string }
  | { type: 'restart-background'; command: string; script: string }
  | { type: 'cancel-run'; runId: number; force: boolean }
  | { type: 'verify'; verifyId: number; checkId: string; conditions: readonly string[] }
  | { type: 'foresee'; foresightId: number; script: string }
  | { type: 'watch-world' }
  | { type: 'open-lesson'; lesson: string }
  | { type: 'record'; record: ProgressRecord };

export interface Next {
  state: SessionState;
  effects: readonly Effect[];
}
