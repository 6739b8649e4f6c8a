import { Fault } from '../fault.ts';
import type { ScreenHost } from './app-port.ts';
import { type Explained, type ExplainSubject, subjectKey } from './view/explain-screen.ts';

/** Answers to what the learner wants explained, as they come in. What was asked before is dropped with a new question. */
export class Explaining {
  readonly #onChange: () => void;
  #answers: ReadonlyMap<string, Explained> = new Map();
  #abort = new AbortController();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** By subject; the same map until something changes. */
  get answers(): ReadonlyMap<string, Explained> {
    return this.#answers;
  }

  look(host: ScreenHost, subjects: readonly ExplainSubject[]): void {
    this.stop();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#answers = new Map(subjects.map((subject) => [subjectKey(subject), { status: 'looking' }]));
    for (const subject of subjects) void this.#look(host, subject, signal);
  }

  stop(): void {
    this.#abort.abort(new Error('stopped'));
  }

  async #look(host: ScreenHost, subject: ExplainSubject, signal: AbortSignal): Promise<void> {
    const answer = await answered(host, subject, signal);
    if (signal.aborted) return;
    this.#answers = new Map([...this.#answers, [subjectKey(subject), answer]]);
    this.#onChange();
  }
}

export async function answered(host: ScreenHost, subject: ExplainSubject, signal: AbortSignal): Promise<Explained> {
  try {
    const explained = await host.explain?.(subject, signal);
    return explained ? { status: 'found', explained } : { status: 'no-call' };
  } catch (error) {
    return { status: 'trouble', why: error instanceof Fault ? error.what : String(error) };
  }
}
