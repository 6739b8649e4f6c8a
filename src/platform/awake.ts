import type { Clock } from './clock.ts';

/**
 * Time that the machine was awake. A laptop that sleeps, and a program that was stopped, read no clock: between two
 * readings no more than a limit is counted. Whether the monotonic clock of a system goes on during sleep differs from one
 * to the next, so it is not asked.
 */
export class AwakeTime {
  readonly #clock: Clock;
  readonly #longestMs: number;
  #last: number;
  #awake = 0;

  /** Whoever waits must read more often than every `longestMs`. */
  constructor(clock: Clock, longestMs = 15_000) {
    this.#clock = clock;
    this.#longestMs = longestMs;
    this.#last = clock.now();
  }

  /** Milliseconds awake since this was made. Clocks that are set back count as nothing. */
  now(): number {
    const read = this.#clock.now();
    this.#awake += Math.min(Math.max(0, read - this.#last), this.#longestMs);
    this.#last = read;
    return this.#awake;
  }
}

const beatMs = 5_000;
/** A busy machine is late, too; taking that for sleep would only renew connections that are good. */
const lateMs = 10_000;

/** Calls back after the machine slept, with how long; returns how to stop. */
export function watchSleep(clock: Clock, onWake: (sleptMs: number) => void): () => void {
  let last = clock.now();
  let cancel = () => {};
  const beat = () => {
    const passed = clock.now() - last;
    last = clock.now();
    cancel = clock.after(beatMs, beat);
    if (passed > beatMs + lateMs) onWake(passed - beatMs);
  };
  cancel = clock.after(beatMs, beat);
  return () => cancel();
}
