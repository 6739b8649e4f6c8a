import type { CheckResult } from './check.ts';

/**
 * How long somebody who has done all that there is to do goes on waiting for conditions: not for a fixed time, but as long
 * as evidence moves, and not long once only somebody could mend what is seen. Pure: moments are given, in ms awake.
 */
export interface PatienceLimits {
  /** Nothing that was not seen before. */
  quietMs: number;
  /** What is open is wrong, or stuck, and stays so. */
  obstacleMs: number;
  /** The world does not answer. */
  awayMs: number;
  /** In all, whatever moves. */
  longestMs: number;
}

/** Images of the demo take minutes on a slow line, and every step of theirs is seen; a cluster that stopped comes back or not. */
export const usualPatience: PatienceLimits = {
  quietMs: 120_000,
  obstacleMs: 45_000,
  awayMs: 15 * 60_000,
  longestMs: 45 * 60_000,
};

export class Patience {
  readonly #limits: PatienceLimits;
  #beganAt: number;
  #movedAt: number;
  #awaySince: number | undefined;
  #obstacle: { what: string; since: number } | undefined;
  /** What was seen already: a container that crashes and starts in turns does not get anywhere. */
  readonly #seen = new Set<string>();

  constructor(at: number, limits: PatienceLimits = usualPatience) {
    this.#limits = limits;
    this.#beganAt = at;
    this.#movedAt = at;
  }

  /** Something was done: what comes of it is waited for from here. */
  restart(at: number): void {
    this.#beganAt = at;
    this.#movedAt = at;
    this.#obstacle = undefined;
    this.#seen.clear();
  }

  /** Whether it is over. `open`: the results of conditions that were looked at and do not hold. */
  isOver(open: readonly CheckResult[], isAway: boolean, at: number): boolean {
    if (isAway) return this.#isAwayTooLong(at);
    if (this.#awaySince !== undefined) {
      // What was cut short says nothing: all waiting begins anew.
      this.#awaySince = undefined;
      this.restart(at);
    }
    if (this.#sawNews(open)) this.#movedAt = at;
    const { quietMs, obstacleMs, longestMs } = this.#limits;
    const obstacle = obstacleIn(open);
    if (obstacle !== this.#obstacle?.what)
      this.#obstacle = obstacle === undefined ? undefined : { what: obstacle, since: at };
    if (this.#obstacle && at - this.#obstacle.since > obstacleMs) return true;
    return at - this.#movedAt > quietMs || at - this.#beganAt > longestMs;
  }

  #isAwayTooLong(at: number): boolean {
    this.#awaySince ??= at;
    return at - this.#awaySince > this.#limits.awayMs;
  }

  #sawNews(open: readonly CheckResult[]): boolean {
    const before = this.#seen.size;
    for (const result of open) if (result.status === 'not-yet') this.#seen.add(result.saw);
    return this.#seen.size > before;
  }
}

/** What is in the way, where every open condition has something that only somebody could take away; numbers in it may change. */
function obstacleIn(open: readonly CheckResult[]): string | undefined {
  const obstacles = open.map((result) => {
    if (result.status === 'wrong') return result.on ?? result.saw;
    return result.status === 'not-yet' && result.isStuck ? result.expected : undefined;
  });
  return obstacles.length > 0 && obstacles.every((one) => one !== undefined) ? obstacles.join('\n') : undefined;
}
