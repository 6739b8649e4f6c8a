import { spawnSync } from 'node:child_process';
import { program } from '../lab.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const pairs = 30;

function run(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return performance.now() - start;
}

/** Interleaved with an empty Node, so that both meet the same machine. */
export const version: Row = {
  name: 'version',
  title: 'meshwalk --version over node -e 0',
  async run() {
    const [bare, ours] = [new Samples(), new Samples()];
    for (let pair = -2; pair < pairs; pair++) {
      const [bareMs, oursMs] = [run(['-e', '0']), run([program, '--version'])];
      // The first two fill the caches of the disk.
      if (pair < 0) continue;
      bare.add(bareMs);
      ours.add(oursMs);
    }
    const how = `ms: ${ours.summary()}; node -e 0: ${bare.summary()}`;
    return measured({
      what: 'median over median',
      value: ours.median / bare.median,
      unit: '×',
      budget: { atMost: 1.3 },
      how,
    });
  },
};
