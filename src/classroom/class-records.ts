import type { ProgressRecord } from '../progress/events.ts';
import type { Evidence } from './protocol.ts';

/** One thing that happened in a class and is kept; the log adds version, position and time. Its format on disk. */
export type ClassRecord =
  | { type: 'class-opened'; id: string; name: string; lessons: readonly string[] }
  /** `key` is the sha256 of the learner's token, in base64url. */
  | { type: 'joined'; learner: string; name: string; key: string }
  /** An entry of the learner's journal, its time corrected to the class's clock. */
  | { type: 'progressed'; learner: string; at: number; record: ProgressRecord }
  /** An entry that a later program wrote: its number counts, what it says is not understood here. */
  | { type: 'progressed-later'; learner: string }
  | { type: 'hand-raised'; learner: string }
  | { type: 'hand-lowered'; learner: string }
  | { type: 'evidence-shared'; learner: string; evidence: Evidence; state?: string }
  | { type: 'held'; lesson: string }
  | { type: 'released' }
  | { type: 'led'; lesson: string }
  | { type: 'told'; learner?: string; text: string }
  | { type: 'countdown-begun'; until: number; label: string }
  | { type: 'countdown-ended' }
  | { type: 'marked'; learner: string; present: boolean };

/**
 * Where an event comes from. Numbers of a source only grow, so that what is sent twice is known: a number that is not
 * above the last one is there already. A learner is a source for the journal (0 is joining); what has no number is of a
 * kind that may be said twice.
 */
export interface Origin {
  source: string;
  number: number;
}

export interface Draft {
  origin?: Origin;
  /** Milliseconds of the class's clock. */
  at: number;
  record: ClassRecord;
}

export interface ClassEvent extends Draft {
  version: number;
  /** Grows by one, from 1, the same for everybody who reads the log. */
  position: number;
}

export const classLogVersion = 1;
