/**
 * An expected failure that a learner, author or instructor can mend: what happened, why, what to do next.
 * Anything else that is thrown is our own bug. Knows nothing of screens or exit codes.
 */
export interface FaultText {
  /** What happened, with the value: one sentence, present tense. */
  what: string;
  why?: string;
  /** What to do next; a line to type where there is one. */
  next?: readonly string[];
  cause?: unknown;
}

export class Fault extends Error {
  override readonly name = 'Fault';
  /** Dotted, stable, recognised by code and tests: `journal.damaged`. */
  readonly code: string;
  readonly what: string;
  readonly why: string | undefined;
  readonly next: readonly string[];

  constructor(code: string, text: FaultText) {
    super(
      text.why ? `${text.what} ${text.why}` : text.what,
      text.cause === undefined ? undefined : { cause: text.cause },
    );
    this.code = code;
    this.what = text.what;
    this.why = text.why;
    this.next = text.next ?? [];
  }
}
