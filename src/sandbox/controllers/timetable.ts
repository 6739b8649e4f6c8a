import type { Clock } from '../../platform/clock.ts';

/**
 * Any number of due moments on one timer of the clock. Knows nothing of what falls due.
 * A key has at most one entry; an earlier moment wins.
 */
export class Timetable {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { due: number; fire: () => void }>();
  #cancel: (() => void) | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Fires once after `ms`, unless the key already falls due earlier. */
  after(key: string, ms: number, fire: () => void): void {
    const due = this.#clock.now() + Math.max(0, ms);
    const present = this.#entries.get(key);
    if (present && present.due <= due) return;
    this.#entries.set(key, { due, fire });
    if (due < this.#armedFor) this.#arm(due);
  }

  cancel(key: string): void {
    this.#entries.delete(key);
    if (this.#entries.size === 0) this.#disarm();
  }

  close(): void {
    this.#entries.clear();
    this.#disarm();
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #arm(due: number): void {
    this.#disarm();
    this.#armedFor = due;
    this.#cancel = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#fireDue());
  }

  #fireDue(): void {
    this.#disarm();
    const now = this.#clock.now();
    const due = [...this.#entries].filter(([, entry]) => entry.due <= now).sort(([, a], [, b]) => a.due - b.due);
    for (const [key, entry] of due) {
      if (this.#entries.get(key) !== entry) continue;
      this.#entries.delete(key);
      entry.fire();
    }
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) next = Math.min(next, entry.due);
    if (next < this.#armedFor && next !== Number.POSITIVE_INFINITY) this.#arm(next);
  }
}
