import { describe, expect, it } from 'vitest';
import { costSoFar, type RunningCost, untilNextMinute } from '../../src/world/cost.ts';

const cost: RunningCost = { cluster: 'own', perHour: { low: 0.4, high: 0.7 }, since: 1_000_000, currency: 'USD' };
const minute = 60_000;

describe('what was spent so far', () => {
  it('goes by the middle of the estimate, in whole minutes', () => {
    expect(costSoFar(cost, cost.since + 12 * minute + 59_999)).toEqual({
      minutes: 12,
      dollars: expect.closeTo(0.119, 3),
    });
    expect(costSoFar(cost, cost.since + 60 * minute).dollars).toBeCloseTo(0.55, 10);
  });

  it('is never less than nothing, where this clock runs behind', () => {
    expect(costSoFar(cost, cost.since - 5 * minute)).toEqual({ minutes: 0, dollars: 0 });
  });

  it('turns with the minute', () => {
    expect(untilNextMinute(cost, cost.since)).toBe(minute);
    expect(untilNextMinute(cost, cost.since + 3 * minute + 1)).toBe(minute - 1);
    expect(untilNextMinute(cost, cost.since - 5)).toBe(minute);
  });
});
