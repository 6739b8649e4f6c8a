/**
 * One sentence for the learner that goes with the next key, as data: which one it is and what it speaks of. Its words are
 * the screen's, in the learner's language. `said` is a whole sentence of somebody below who has words of their own.
 */
export type Notice =
  | { type: 'still-running' }
  | { type: 'needs-a-yes' }
  | { type: 'nothing-to-verify' }
  | { type: 'no-hints' }
  | { type: 'last-hint' }
  | { type: 'not-it' }
  | { type: 'choose-first' }
  | { type: 'not-optional' }
  | { type: 'no-such-task' }
  /** A command failed, and all that the task wants is there nevertheless. */
  | { type: 'there-anyway' }
  /** A command that creates failed only because its objects are there already, so the task goes on. */
  | { type: 'made-before' }
  | { type: 'could-not-tell'; reason: string | undefined }
  | { type: 'background-ended'; command: string; lastLine: string | undefined }
  | { type: 'not-saved'; what: string; next: readonly string[] }
  /** The way back from the task could not be kept. */
  | { type: 'no-way-back'; what: string }
  | { type: 'said'; sentence: string }
  /** How far a command is that says nothing itself; of no use once it has ended. */
  | { type: 'under-way'; sentence: string };

export const saying = (sentence: string): Notice => ({ type: 'said', sentence });
