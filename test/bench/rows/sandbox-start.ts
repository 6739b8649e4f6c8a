import type { Lab } from '../lab.ts';
import { type Measure, measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const starts = 40;

async function startOften(lab: Lab, what: string, folder: () => Promise<string>): Promise<Measure> {
  const samples = new Samples();
  for (let start = 0; start < starts; start++) {
    const sandbox = await lab.startSandbox(await folder(), 'brisk');
    samples.add(sandbox.readyMs);
    await sandbox.kill();
  }
  const how = `ms: ${samples.summary()}`;
  return { what, value: samples.percentile(95), unit: 'ms', budget: { atMost: 500 }, how };
}

export const sandboxStart: Row = {
  name: 'sandbox-start',
  title: 'Sandbox process start to API ready, p95',
  async run(lab) {
    const played = await lab.playedHome();
    return measured(
      await startOften(lab, 'a new folder', async () => lab.newFolder()),
      await startOften(lab, 'a cluster with the whole bookstore', async () => lab.sandboxFolder(played)),
    );
  },
};
