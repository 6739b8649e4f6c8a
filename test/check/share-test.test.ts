import { describe, expect, it } from 'vitest';
import { judgeShares, type ShareTest } from '../../src/check/share-test.ts';
import { type Random, seededRandom } from '../../src/platform/random.ts';

const half: ShareTest = { shares: [0.5, 0.5], tolerance: 0.15, error: 1e-6, miss: 0.05 };

/** Requests one by one, looking after each few of them, until there is a verdict or patience ends. */
function play(
  test: ShareTest,
  truth: readonly number[],
  random: Random,
  most = 2000,
): { type: string; requests: number } {
  const counts = truth.map(() => 0);
  for (let request = 1; request <= most; request++) {
    let draw = random.next();
    const backend = truth.findIndex((share) => {
      draw -= share;
      return draw < 0;
    });
    const index = backend < 0 ? truth.length - 1 : backend;
    counts[index] = (counts[index] ?? 0) + 1;
    if (request % 4 !== 0) continue;
    const verdict = judgeShares(test, counts);
    if (verdict.type !== 'undecided') return { type: verdict.type, requests: request };
  }
  return { type: 'undecided', requests: most };
}

function playMany(test: ShareTest, truth: readonly number[], runs = 1000) {
  const results = Array.from({ length: runs }, (_, seed) => play(test, truth, seededRandom(seed + 1)));
  const count = (type: string) => results.filter((result) => result.type === type).length;
  const requests = results.map((result) => result.requests).sort((a, b) => a - b);
  return {
    within: count('within'),
    outside: count('outside'),
    undecided: count('undecided'),
    median: requests[runs / 2] ?? 0,
  };
}

describe('right splits', () => {
  it.each([
    ['50/50', half, [0.5, 0.5]],
    ['90/10', { ...half, shares: [0.9, 0.1], tolerance: 0.1 }, [0.9, 0.1]],
    ['100/0', { ...half, shares: [1, 0] }, [1, 0]],
    ['three ways', { ...half, shares: [0.2, 0.3, 0.5] }, [0.2, 0.3, 0.5]],
    ['a tight tolerance', { ...half, tolerance: 0.1 }, [0.5, 0.5]],
  ] as const)('%s: none of 1,000 seeded runs is rejected, all are decided', (_name, test, truth) => {
    expect(playMany(test, truth)).toMatchObject({ within: 1000, outside: 0, undecided: 0 });
  });

  it('are decided with few requests', () => {
    expect(playMany(half, [0.5, 0.5]).median).toBeLessThan(120);
    expect(playMany({ ...half, shares: [1, 0] }, [1, 0]).median).toBeLessThan(40);
  });

  it('are not rejected at the very border of the tolerance, however often one looks', () => {
    const border = playMany({ ...half, error: 0.05 }, [0.65, 0.35]);
    // Bound 0.05 of 1,000; the mixture is cautious, so far fewer are rejected.
    expect(border.outside).toBeLessThanOrEqual(50);
  });
});

describe('wrong splits', () => {
  it.each([
    ['nothing to the second', half, [1, 0]],
    ['80/20 instead of 50/50', half, [0.8, 0.2]],
    ['50/50 instead of 100/0', { ...half, shares: [1, 0] }, [0.5, 0.5]],
    ['swapped', { ...half, shares: [0.9, 0.1] }, [0.1, 0.9]],
  ] as const)(
    '%s: all of 1,000 seeded runs are rejected or left undecided, almost all rejected',
    (_name, test, truth) => {
      const played = playMany(test, truth);
      expect(played.within).toBeLessThanOrEqual(1000 * test.miss);
      expect(played.outside).toBeGreaterThanOrEqual(950);
    },
  );

  it('at the border pass with the stated probability at most', () => {
    expect(playMany({ ...half, miss: 0.05 }, [0.65, 0.35]).within).toBeLessThanOrEqual(50);
  });

  it('names the backend that is off', () => {
    expect(judgeShares(half, [60, 0])).toEqual({ type: 'outside', backend: 0 });
  });
});

describe('a backend with a share that gets nothing', () => {
  const canary: ShareTest = { ...half, shares: [0.9, 0.1], tolerance: 0.2 };

  it('keeps the split from passing, however well the others do', () => {
    expect(judgeShares(canary, [120, 0])).toEqual({ type: 'undecided', unseen: 1 });
    expect(judgeShares(canary, [120, 10])).toEqual({ type: 'within' });
  });

  it('is named once chance can be ruled out', () => {
    expect(judgeShares(canary, [400, 0])).toEqual({ type: 'outside', backend: 1 });
  });

  it('is called missing no oftener than stated while it has its right share, 1 of 100', () => {
    const rare: ShareTest = { ...half, shares: [0.99, 0.01], tolerance: 0.2, error: 1e-3 };
    const missing = Array.from({ length: 3000 }, (_, seed) => play(rare, [0.99, 0.01], seededRandom(seed + 1), 1200));
    // Stated: at most one in 1,000.
    expect(missing.filter(({ type }) => type === 'outside').length).toBeLessThanOrEqual(3);
  });
});

it('no request decides nothing', () => {
  expect(judgeShares(half, [0, 0])).toEqual({ type: 'undecided' });
});
