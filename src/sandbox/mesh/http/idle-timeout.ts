import type { Clock } from '../../../platform/clock.ts';

/** Envoy: stream_idle_timeout of a connection manager, which OSM leaves at its default. */
const limitMs = 300_000;

/** Tells when nothing has moved on a stream for the limit. One timer for all of it, so that a touch costs next to nothing. */
export class IdleTimeout {
  readonly #clock: Clock;
  readonly #onIdle: () => void;
  #touchedMs: number;
  #cancel: () => void;

  constructor(clock: Clock, onIdle: () => void) {
    this.#clock = clock;
    this.#onIdle = onIdle;
    this.#touchedMs = clock.now();
    this.#cancel = this.#wait(limitMs);
  }

  touch(): void {
    this.#touchedMs = this.#clock.now();
  }

  stop(): void {
    this.#cancel();
  }

  #wait(ms: number): () => void {
    return this.#clock.after(ms, () => {
      const leftMs = this.#touchedMs + limitMs - this.#clock.now();
      if (leftMs > 0) this.#cancel = this.#wait(leftMs);
      else this.#onIdle();
    });
  }
}
