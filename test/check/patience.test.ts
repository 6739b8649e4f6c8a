import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/check/check.ts';
import { Patience } from '../../src/check/patience.ts';

const limits = { quietMs: 100, obstacleMs: 40, awayMs: 500, longestMs: 1_000 };
const notYet = (saw: string, isStuck = false): CheckResult => ({
  status: 'not-yet',
  expected: 'pods',
  saw,
  ...(isStuck && { isStuck }),
});
const wrong = (saw: string, on = 'Service store'): CheckResult => ({ status: 'wrong', expected: 'pods', saw, on });

/** The first moment at which it is over; `see` says what is seen at each. */
function endOf(see: (at: number) => { open: CheckResult[]; isAway?: boolean }): number {
  const patience = new Patience(0, limits);
  for (let at = 0; at < 3_000; at += 10) {
    const { open, isAway = false } = see(at);
    if (patience.isOver(open, isAway, at)) return at;
  }
  return Infinity;
}

describe('patience', () => {
  it('lasts for a while when nothing moves', () => {
    expect(endOf(() => ({ open: [notYet('0 of 1')] }))).toBe(110);
  });

  it('goes on as long as something new is seen, up to a limit', () => {
    expect(endOf((at) => ({ open: [notYet(`${Math.min(5, Math.floor(at / 80))} pods`)] }))).toBe(510);
    expect(endOf((at) => ({ open: [notYet(`${at} requests`)] }))).toBe(1_010);
  });

  it('is not renewed by what comes back again and again', () => {
    expect(endOf((at) => ({ open: [notYet(at % 20 === 0 ? 'running' : 'crashed')] }))).toBe(120);
  });

  it('is cut short by what only somebody could mend, and not while something beside it moves', () => {
    expect(endOf((at) => ({ open: [wrong(`${at} requests succeeded`)] }))).toBe(50);
    expect(endOf(() => ({ open: [notYet('no Node has room', true)] }))).toBe(50);
    expect(endOf(() => ({ open: [wrong('nothing'), notYet('0 of 1')] }))).toBe(110);
    expect(endOf((at) => ({ open: [at < 30 ? wrong('a', 'Service a') : wrong('b', 'Service b')] }))).toBe(80);
  });

  it('does not run while the world is away, and begins anew when it is back', () => {
    const isAway = (at: number) => at >= 50 && at < 400;
    expect(endOf((at) => ({ open: [wrong('nothing')], isAway: isAway(at) }))).toBe(450);
    expect(endOf((at) => ({ open: [notYet('0 of 1')], isAway: isAway(at) }))).toBe(510);
    expect(endOf(() => ({ open: [], isAway: true }))).toBe(510);
  });
});
