/** One thing about this machine, this cluster or this subscription, as it was found before a lesson needs it. */
export interface Finding {
  /** Stable, for programs. */
  id: string;
  /** What was looked at: one or two words. */
  what: string;
  status: FindingStatus;
  /** What was seen, with its value. */
  saw: string;
  /** Why it matters to the lessons; said where it is not good. */
  why?: string;
  /** Lines to type on this system. */
  next?: readonly string[];
}

/** `note` is worth knowing and stops nothing; `unknown` could not be looked at, which says nothing against the learner. */
export type FindingStatus = 'good' | 'note' | 'bad' | 'unknown';

export const isWorthAWord = ({ status }: Finding): boolean => status !== 'good';
