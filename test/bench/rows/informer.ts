import { join } from 'node:path';
import { churnUnderInformer } from '../../load/informer-churn.ts';
import { heapMb } from '../heap.ts';
import { residentMb } from '../lab.ts';
import { measured, type Row } from '../row.ts';

const minutes = 10;
const changesPerRound = 100;

/** A Node informer for ten minutes under churn, stopped and started again between: no gap, and no growth on either side. */
export const informer: Row = {
  name: 'informer',
  title: `A @kubernetes/client-node informer under ${minutes} minutes of churn`,
  async run(lab) {
    const home = lab.newFolder();
    await lab.play(home, ['--to', '2']);
    const folder = lab.sandboxFolder(home);
    const sandbox = await lab.startSandbox(folder, 'instant');
    const until = performance.now() + minutes * 60_000;
    const [heaps, residents]: [number[], number[]] = [[], []];
    const result = await churnUnderInformer(join(folder, 'kubeconfig'), {
      seed: 11,
      rounds: Number.POSITIVE_INFINITY,
      isOver: () => performance.now() > until,
      onRound() {
        heaps.push(heapMb());
        residents.push(residentMb(sandbox.pid));
      },
    });
    await sandbox.end();
    const how = `${result.changes} changes, ${result.restarts} restarts of the informer`;
    const gaps = result.onServer.filter((each) => !result.atEnd.includes(each)).length + result.unheard.length;
    const warm = Math.floor(heaps.length / 5);
    const growth = (samples: readonly number[]) => (samples.at(-1) ?? 0) - (samples[warm] ?? 0);
    return measured(
      { what: 'objects that the informer missed', value: gaps, unit: '', budget: { atMost: 0 }, how },
      {
        what: 'growth of its heap after the first fifth',
        value: growth(heaps),
        unit: 'MB',
        budget: { atMost: 5 },
        how,
      },
      {
        what: 'growth of the sandbox after the first fifth',
        value: growth(residents),
        unit: 'MB',
        budget: { atMost: 60 },
        how: `resident, rounds of ${changesPerRound}`,
      },
    );
  },
};
