import type { Lab } from '../lab.ts';
import { nginxVersion } from '../nginx-pair.ts';
import { measured, type Outcome, type Row } from '../row.ts';
import { Samples } from '../samples.ts';
import { startThreePaths } from '../three-paths.ts';

const rounds = 40;
const requestsEach = 150;

async function measure(lab: Lab, version: string): Promise<Outcome> {
  const ways = await startThreePaths(lab, version);
  const paths = [
    { connection: await ways.direct(), us: new Samples() },
    { connection: await ways.throughNginx(), us: new Samples() },
    { connection: await ways.throughMesh(), us: new Samples() },
  ] as const;
  try {
    // The first round warms connections and code; then all three meet the same machine in turns.
    for (let round = -3; round < rounds; round++) {
      for (const { connection, us } of paths) {
        for (let count = 0; count < requestsEach; count++) {
          const start = performance.now();
          await connection.ask();
          if (round >= 0) us.add((performance.now() - start) * 1000);
        }
      }
    }
  } finally {
    for (const { connection } of paths) connection.close();
    await ways.close();
  }
  const [direct, throughNginx, throughMesh] = paths.map(({ us }) => us);
  if (!direct || !throughNginx || !throughMesh) return measured();
  const added = [throughNginx.median - direct.median, throughMesh.median - direct.median] as const;
  return measured(
    {
      what: 'added by two sidecars over added by nginx',
      value: added[1] / added[0],
      unit: '×',
      budget: { atMost: 3 },
      how: `medians; nginx ${version}`,
    },
    {
      what: 'two sidecars add',
      value: added[1],
      unit: 'µs',
      how: `µs: ${throughMesh.summary()}, p99 ${throughMesh.percentile(99).toFixed(0)}`,
    },
    {
      what: 'nginx twice adds',
      value: added[0],
      unit: 'µs',
      how: `µs: ${throughNginx.summary()}; direct: ${direct.summary()}`,
    },
  );
}

/** Caller, app and both sidecars share one process and one core, as in the sandbox; nginx has a process for its two hops. */
export const sidecars: Row = {
  name: 'sidecars',
  title: 'Two sidecars, added latency at one connection',
  async run(lab) {
    const version = nginxVersion();
    if (!version)
      return { status: 'skipped', reason: 'there is no nginx here to compare with (apt-get install nginx)' };
    return measure(lab, version);
  },
};
