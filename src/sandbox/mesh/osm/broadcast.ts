import type { Clock } from '../../../platform/clock.ts';

/** OSM: pkg/messaging/broker.go, proxyUpdateSlidingWindow and proxyUpdateMaxWindow. */
const slidingWindowMs = 2000;
const longestWindowMs = 10_000;

/**
 * Gathers bursts of changes into one push: it waits until nothing happened for two seconds, but never longer than ten.
 * `factor` shortens both.
 */
export class Broadcast {
  readonly #clock: Clock;
  readonly #factor: number;
  readonly #push: () => void;
  #since: number | undefined;
  #cancel = () => {};

  constructor(clock: Clock, factor: number, push: () => void) {
    this.#clock = clock;
    this.#factor = factor;
    this.#push = push;
  }

  request(): void {
    const now = this.#clock.now();
    this.#since ??= now;
    const latest = this.#since + longestWindowMs * this.#factor;
    const waitMs = Math.max(0, Math.min(slidingWindowMs * this.#factor, latest - now));
    this.#cancel();
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#since = undefined;
      this.#push();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
