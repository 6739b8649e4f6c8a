import { splitRuns } from '../../check/split-runs/split-run.ts';
import { splitRow } from '../../check/split-runs/split-table.ts';
import { type Measure, measured, type Row } from '../row.ts';

const runs = 1_000;

/** The table of the split check: for each right and wrong split, how many requests it takes, and that it never errs. */
export const splitVerdicts: Row = {
  name: 'split-verdicts',
  title: `Right and wrong splits, each played ${runs.toLocaleString('en')} times with seeds`,
  async run() {
    const measures: Measure[] = [];
    for (const run of splitRuns()) {
      const { falseVerdicts, undecided, requests } = await splitRow(run, runs);
      const needed = requests
        ? `requests: min ${requests.min}, median ${requests.median}, p95 ${requests.p95}, max ${requests.max}`
        : 'no request to count';
      const how = `${needed}${undecided > 0 ? `; ${undecided} undecided` : ''}`;
      measures.push({
        what: `false verdicts, ${run.name}`,
        value: falseVerdicts,
        unit: '',
        budget: { atMost: 0 },
        how,
      });
    }
    return measured(...measures);
  },
};
