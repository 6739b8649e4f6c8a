import { connect } from '../cluster-access.ts';
import { cpuMs, pause, type RunningSandbox, residentMb } from '../lab.ts';
import { measured, type Row } from '../row.ts';

const settleMs = 20_000;
const watchedMs = 30_000;
const clients = ['bookbuyer', 'bookthief'];

async function coreShare(pid: number): Promise<number> {
  const [cpu, at] = [cpuMs(pid), performance.now()];
  await pause(watchedMs);
  return ((cpuMs(pid) - cpu) / (performance.now() - at)) * 100;
}

async function watchBookstore(sandbox: RunningSandbox) {
  const cluster = await connect(sandbox.folder);
  try {
    await cluster.untilReady([
      'bookbuyer/bookbuyer',
      'bookthief/bookthief',
      'bookstore/bookstore',
      'bookstore/bookstore-v2',
    ]);
    await pause(settleMs);
    const busy = await coreShare(sandbox.pid);
    const rss = residentMb(sandbox.pid);
    for (const name of clients)
      await cluster.patch(`/apis/apps/v1/namespaces/${name}/deployments/${name}`, { spec: { replicas: 0 } });
    await pause(settleMs);
    return { busy, rss, idle: await coreShare(sandbox.pid) };
  } finally {
    cluster.close();
  }
}

/** At pace brisk, as a learner has it: bookbuyer and bookthief ask the store twice a second each. */
export const bookstoreAtRest: Row = {
  name: 'bookstore-at-rest',
  title: 'Sandbox with the whole bookstore running',
  async run(lab) {
    if (process.platform !== 'linux') return { status: 'skipped', reason: 'it reads /proc, which only Linux has' };
    const sandbox = await lab.startSandbox(lab.sandboxFolder(await lab.playedHome()), 'brisk');
    try {
      const { busy, rss, idle } = await watchBookstore(sandbox);
      const how = `${watchedMs / 1000} s after ${settleMs / 1000} s of settling`;
      return measured(
        { what: 'resident memory', value: rss, unit: 'MB', budget: { atMost: 150 }, how: `at the end of ${how}` },
        { what: 'idle: both clients scaled to 0', value: idle, unit: '% of a core', budget: { atMost: 3 }, how },
        { what: 'with the traffic', value: busy, unit: '% of a core', how },
      );
    } finally {
      await sandbox.end();
    }
  },
};
