/** A token bucket: so much at once, and so much a second in the long run. Times are given; it reads no clock. */
export class Bucket {
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(most: number, perSecond: number, now: number) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
    this.#at = now;
  }

  /** False, and nothing taken, when there is not enough. */
  take(amount: number, now: number): boolean {
    this.#fill(now);
    if (this.#left < amount) return false;
    this.#left -= amount;
    return true;
  }

  /** Milliseconds until one is there. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#left >= 1 ? 0 : Math.ceil(((1 - this.#left) / this.#perSecond) * 1000);
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#left >= this.#most;
  }

  #fill(now: number): void {
    // A clock that was set back fills nothing and takes nothing away.
    const passed = Math.max(0, now - this.#at);
    this.#left = Math.min(this.#most, this.#left + (passed / 1000) * this.#perSecond);
    this.#at = now;
  }
}
