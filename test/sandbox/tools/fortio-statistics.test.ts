import { expect, it } from 'vitest';
import { Counter, goFloat, printHistogram } from '../../../src/sandbox/node/tools/fortio/statistics.ts';

it('writes numbers as Go does with %g', () => {
  expect([goFloat(0.026068422, 8), goFloat(0.05104, 4), goFloat(114.114, 5), goFloat(8, 6), goFloat(0, 6)]).toEqual([
    '0.026068422',
    '0.05104',
    '114.11',
    '8',
    '0',
  ]);
  expect([goFloat(0.00001234, 3), goFloat(1_234_567, 4)]).toEqual(['1.23e-05', '1.235e+06']);
});

it('puts times in fortio’s buckets, the ends of which are the least and the greatest, and reads percentiles within them', () => {
  const counter = new Counter(0.001);
  for (const value of [0.0012575, ...Array(6).fill(0.0015), 0.0121, 0.013, 0.0135401]) counter.record(value);
  expect(printHistogram('Aggregated Function Time', counter, [50, 75, 99.9])).toBe(
    'Aggregated Function Time : count 10 avg 0.00488976 +/- 0.005241 min 0.0012575 max 0.0135401 sum 0.0488976\n' +
      '# range, mid point, percentile, count\n' +
      '>= 0.0012575 <= 0.002 , 0.00162875 , 70.00, 7\n' +
      '> 0.012 <= 0.0135401 , 0.01277 , 100.00, 3\n' +
      '# target 50% 0.0017525\n# target 75% 0.0122567\n# target 99.9% 0.013535\n',
  );
  expect(printHistogram('Error cases', new Counter(0.001), [50])).toBe('Error cases : no data\n');
});

it('counts a hundred thousand calls without keeping them, in time that grows no faster than they do', () => {
  const counter = new Counter(0.001);
  for (let call = 0; call < 100_000; call += 1) counter.record(1 + (call % 2) * 0.002);
  expect(counter.deviation).toBeCloseTo(0.001, 9);
  expect(counter.print('Many')).toBe('Many : count 100000 avg 1.001 +/- 0.001 min 1 max 1.002 sum 100100\n');
});
