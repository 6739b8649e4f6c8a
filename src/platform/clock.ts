/** The only source of time. Timers never keep the process alive by themselves. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fire` once after `ms`; the returned function cancels it. */
  after(ms: number, fire: () => void): () => void;
}

/** Node's timers reach not quite 25 days, and fire at once where they are asked for more. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fire) {
    let left = ms;
    const start = (): NodeJS.Timeout => {
      const part = Math.min(left, longestTimerMs);
      left -= part;
      return setTimeout(left > 0 ? again : fire, part);
    };
    const again = () => {
      timer = start();
    };
    let timer = start();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves after `ms`, or as soon as the signal aborts: for whoever looks at the signal next anyway. */
export function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  // A sleep rejects for nothing but the abort.
  return sleep(clock, ms, signal).catch(() => {});
}

/** A clock that tests step by hand. */
export class SteppedClock implements Clock {
  #now: number;
  #timers: { due: number; order: number; fire: () => void }[] = [];
  #order = 0;

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, ms), order: this.#order++, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** The machine sleeps: it is later, and no timer has come nearer. */
  sleep(ms: number): void {
    this.#now += ms;
    this.#timers = this.#timers.map((timer) => Object.assign(timer, { due: timer.due + ms }));
  }

  /** Moves time on, firing what falls due in order and letting promises settle between timers. */
  async step(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#timers
        .filter((timer) => timer.due <= end)
        .sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.due);
      next.fire();
    }
    this.#now = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
