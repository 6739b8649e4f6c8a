import { type Clock, sleep } from '../../platform/clock.ts';

/**
 * Where the lessons' cluster answers, as Azure says it: a context of its name in the learner's kubeconfig may be left from
 * an earlier cluster, or be one of another subscription. Knows no kubeconfig but by what tells one from another.
 */
export interface ServerSaid {
  /** Undefined where Azure has no such cluster. */
  server: string | undefined;
}

/** A cluster keeps its API server for as long as it exists; one that is not there yet is asked for sooner again. */
const knownMs = 300_000;
const soonMs = 5_000;
/** Nobody waits longer for Azure than this; what it says then counts from the next time on. */
const patienceMs = 5_000;

export class KnownServer {
  readonly #clock: Clock;
  readonly #ask: () => Promise<string | undefined>;
  #asked: { fingerprint: string; until: number; answer: Promise<ServerSaid | undefined> } | undefined;

  constructor(clock: Clock, ask: () => Promise<string | undefined>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Asks anew after a while, and once the kubeconfig is another. Undefined while Azure does not say. */
  async look(fingerprint: string): Promise<ServerSaid | undefined> {
    const waited = new AbortController();
    const enough = sleep(this.#clock, patienceMs, waited.signal).catch(() => undefined);
    const said = await Promise.race([this.#answerFor(fingerprint), enough]);
    waited.abort();
    return said ?? undefined;
  }

  #answerFor(fingerprint: string): Promise<ServerSaid | undefined> {
    if (this.#asked?.fingerprint === fingerprint && this.#clock.now() < this.#asked.until) return this.#asked.answer;
    const answer = this.#ask().then(
      (server) => ({ server }),
      // Whoever asks the cluster meets the same trouble and tells it.
      () => undefined,
    );
    const asked = { fingerprint, until: Infinity, answer };
    this.#asked = asked;
    void answer.then((said) => {
      asked.until = this.#clock.now() + (said?.server === undefined ? soonMs : knownMs);
    });
    return answer;
  }
}
