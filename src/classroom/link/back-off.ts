import type { Random } from '../../platform/random.ts';

/**
 * How long to wait before connecting again: soon at first, and never so long that a learner is not back within five seconds
 * of the host, with time left for shaking hands. That counts for a host that is gone: then tries are refused at once. A
 * network that answers nothing at all holds a try until it is given up.
 */
const leastMs = 200;
export const longestBackOffMs = 2_000;

/** `tries` from 0. Spread, so that a room does not come back at one moment. */
export function backOffMs(tries: number, random: Random): number {
  const longest = Math.min(longestBackOffMs, leastMs * 2 ** Math.min(tries, 10));
  return longest * (0.5 + random.next() / 2);
}
