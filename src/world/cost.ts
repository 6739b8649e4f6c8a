import type { WorldDescription } from './world.ts';

/** What something costs while it exists: an estimate between two prices an hour, in US dollars. */
export type RunningCost = NonNullable<WorldDescription['cost']>;

export interface CostSoFar {
  /** Whole ones. */
  minutes: number;
  /** By the middle of the estimate. */
  dollars: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A clock of this machine that runs behind Azure's counts as nothing, never as less. */
export function costSoFar({ perHour, since }: Pick<RunningCost, 'perHour' | 'since'>, now: number): CostSoFar {
  const ms = Math.max(0, now - since);
  return { minutes: Math.floor(ms / minuteMs), dollars: ((perHour.low + perHour.high) / 2) * (ms / hourMs) };
}

/** When the minute that is shown turns. */
export const untilNextMinute = ({ since }: RunningCost, now: number): number =>
  minuteMs - (Math.max(0, now - since) % minuteMs);
