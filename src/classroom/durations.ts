import type { TaskPace } from './protocol.ts';

/** How long learners took for each task, sorted, so that the middle is at hand. Pure but for what it keeps. */
export class Durations {
  readonly #sorted = new Map<string, number[]>();

  add(key: string, ms: number): TaskPace {
    const sorted = this.#sorted.get(key) ?? [];
    this.#sorted.set(key, sorted);
    const longer = sorted.findIndex((other) => other > ms);
    sorted.splice(longer < 0 ? sorted.length : longer, 0, ms);
    const middle = (sorted.length - 1) / 2;
    const medianMs = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
    return { passed: sorted.length, medianMs };
  }
}
