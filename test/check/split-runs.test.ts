import { describe, expect, it } from 'vitest';
import { splitRuns } from './split-runs/split-run.ts';
import { splitRow } from './split-runs/split-table.ts';

// A few seeds of each; `npm run bench -- split-verdicts` plays 1,000 and prints the requests that it took.
const runs = 8;

describe('the split check, on callers whose pods and sidecars restart, join and leave while they are counted', () => {
  it.each(splitRuns().filter(({ isRight }) => isRight))('$name: passes every time', async (run) => {
    expect(await splitRow(run, runs)).toMatchObject({ passed: runs, falseVerdicts: 0 });
  });

  it.each(splitRuns().filter(({ isRight, name }) => !isRight && !name.includes('root')))(
    '$name: never passes, and is nearly always called wrong',
    async (run) => {
      const row = await splitRow(run, runs);
      expect(row).toMatchObject({ passed: 0, falseVerdicts: 0 });
      expect(row.rejected).toBeGreaterThanOrEqual(runs - 2);
    },
  );

  it.each(splitRuns().filter(({ name }) => name.includes('root')))('$name: never passes', async (run) => {
    expect(await splitRow(run, runs)).toMatchObject({ passed: 0, falseVerdicts: 0 });
  });
});
