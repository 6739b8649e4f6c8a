import type { Random } from '../../platform/random.ts';

/** How long to wait before connecting again: soon at first, never longer than keeps a learner back within five seconds. */
const leastMs = 200;
const mostMs = 3_000;

/** `tries` from 0. Spread, so that a room does not come back at one moment. */
export function backOffMs(tries: number, random: Random): number {
  const longest = Math.min(mostMs, leastMs * 2 ** Math.min(tries, 10));
  return longest * (0.5 + random.next() / 2);
}
