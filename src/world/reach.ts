import { Fault } from '../fault.ts';
import type { ClusterReach } from '../kube/client.ts';
import { StatusError } from '../kube/status.ts';
import type { Clock } from '../platform/clock.ts';
import { type Random, systemRandom } from '../platform/random.ts';

const firstDelayMs = 250;
const longestDelayMs = 15_000;
/** Servers may ask for more than that, but nobody waits for a number that is a mistake. */
const longestWishMs = 60_000;

/**
 * Whether one cluster answers, as everybody's requests to it found. While it does not, requests are spaced by a capped
 * exponential back-off with jitter, one for all who ask; in between they are answered with the trouble that is known.
 * Knows no HTTP.
 */
export class Reach implements ClusterReach {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #listeners = new Set<() => void>();
  #trouble: Fault | StatusError | undefined;
  #absences = 0;
  #failures = 0;
  #dueAt = 0;
  #lastAnswer = 0;
  #lastFailure = 0;

  constructor(clock: Clock, random: Random = systemRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  get trouble(): Fault | StatusError | undefined {
    return this.#trouble;
  }

  get absences(): number {
    return this.#absences;
  }

  /** How long it is too early to ask. */
  get restMs(): number {
    return this.#trouble ? Math.max(0, this.#dueAt - this.#clock.now()) : 0;
  }

  /** Throws what is known while it is too early to ask again. */
  mayAsk(): void {
    if (this.#trouble && this.restMs > 0) throw this.#trouble;
  }

  askNow(): void {
    this.#dueAt = 0;
  }

  onBack(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  answered(): void {
    this.#lastAnswer = this.#clock.now();
    if (!this.#trouble) return;
    this.#trouble = undefined;
    this.#failures = 0;
    for (const listener of [...this.#listeners]) listener();
  }

  /** `startedAt`: when the request that failed was sent. Only what tells of the whole cluster counts. */
  failed(error: unknown, startedAt: number): void {
    if (!isAway(error)) return;
    // Others were answered while this one waited: its connection broke, not the cluster.
    if (startedAt < this.#lastAnswer) return;
    if (!this.#trouble) this.#absences += 1;
    this.#trouble = error;
    const now = this.#clock.now();
    // Requests that were sent together fail together, which is one failure.
    if (startedAt >= this.#lastFailure) this.#failures += 1;
    this.#lastFailure = now;
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#failures - 1));
    this.#dueAt = now + Math.max(delay * (0.5 + this.#random.next() / 2), wishOf(error));
  }
}

/** No answer, a login that is not accepted (any more), or a server that is overloaded or not itself. */
function isAway(error: unknown): error is Fault | StatusError {
  if (error instanceof StatusError) return error.code === 401 || error.code === 429 || error.code >= 500;
  return error instanceof Fault;
}

/** Retry-After, as Kubernetes repeats it in the Status. */
function wishOf(error: Fault | StatusError): number {
  const seconds = error instanceof StatusError ? (error.status.details?.retryAfterSeconds ?? 0) : 0;
  return Math.min(longestWishMs, Math.max(0, seconds) * 1000);
}
