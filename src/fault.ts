import { faultTexts } from './words/en/fault-texts.ts';

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
  /** What the texts of the catalogue were told with. They go over a pipe as they are, and come in through `faultFrom`. */
  facts?: readonly Fact[];
}

export type Fact = string | number | readonly string[];
export type FaultTexts = typeof faultTexts;

export class Fault extends Error {
  override readonly name = 'Fault';
  /** Dotted, stable, recognised by code and tests: `journal.damaged`. */
  readonly code: string;
  readonly what: string;
  readonly why: string | undefined;
  readonly next: readonly string[];
  readonly facts: readonly Fact[] | undefined;

  constructor(code: string, text: FaultText) {
    super(
      text.why ? `${text.what} ${text.why}` : text.what,
      text.cause === undefined ? undefined : { cause: text.cause },
    );
    this.code = code;
    this.what = text.what;
    this.why = text.why;
    this.next = text.next ?? [];
    this.facts = text.facts;
  }

  /** The error behind it. */
  because(cause: unknown): this {
    this.cause = cause;
    return this;
  }
}

/** A Fault of the catalogue; it speaks English, as the log does, until a reader's words are at hand. */
export function faultOf<C extends keyof FaultTexts>(code: C, ...facts: Parameters<FaultTexts[C]>): Fault {
  return new Fault(code, { ...tell(faultTexts, code, facts), facts });
}

/**
 * A Fault that another process told. Its facts are kept where they tell the same here; those of another version may be
 * fewer or of other kinds, and then the Fault stays as it was said.
 */
export function faultFrom(code: string, said: Omit<FaultText, 'facts'>, facts: readonly Fact[]): Fault {
  return new Fault(code, isKnown(code) && tellsSame(code, facts, said) ? { ...said, facts } : said);
}

/** The same Fault in a reader's words. One that the catalogue does not know (what a server said) stays as it is. */
export function inWords(fault: Fault, texts: FaultTexts): Fault {
  if (!fault.facts || !isKnown(fault.code)) return fault;
  const { cause, facts } = fault;
  return new Fault(fault.code, { ...tell(texts, fault.code, facts), facts, ...(cause !== undefined && { cause }) });
}

const isKnown = (code: string): code is keyof FaultTexts => Object.hasOwn(faultTexts, code);

function tellsSame(code: keyof FaultTexts, facts: readonly Fact[], said: FaultText): boolean {
  try {
    const { what, why, next = [] } = tell(faultTexts, code, facts);
    return what === said.what && why === said.why && next.join('\n') === (said.next ?? []).join('\n');
  } catch (error) {
    // What is a list here was a word there.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

// Which facts a code has is checked where they are given, and where they come in from another process.
const tell = (texts: FaultTexts, code: keyof FaultTexts, facts: readonly Fact[]): FaultText =>
  (texts[code] as (...given: readonly Fact[]) => FaultText)(...facts);
