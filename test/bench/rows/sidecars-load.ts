import { cpuMs, type Lab, residentMb } from '../lab.ts';
import { nginxVersion } from '../nginx-pair.ts';
import { measured, type Outcome, type Row } from '../row.ts';
import { Samples } from '../samples.ts';
import { type Connection, startThreePaths, type ThreePaths } from '../three-paths.ts';

const connections = 32;
const rounds = 10;
const requestsEach = 20;

/** What one way has shown, round by round. */
class Path {
  readonly open: () => Promise<Connection>;
  readonly perSecond = new Samples();
  readonly cpuUs = new Samples();

  constructor(open: () => Promise<Connection>) {
    this.open = open;
  }
}

const ownCpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** All connections ask side by side; `nginxPid` is added where it works. */
async function round(
  path: Path,
  lanes: readonly Connection[],
  nginxPid: number | undefined,
  counts: boolean,
): Promise<void> {
  const cpuOf = () => ownCpuMs() + (nginxPid === undefined ? 0 : cpuMs(nginxPid));
  const [startMs, startCpu] = [performance.now(), cpuOf()];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let count = 0; count < requestsEach; count++) await lane.ask();
    }),
  );
  const total = lanes.length * requestsEach;
  if (!counts) return;
  path.perSecond.add((total / (performance.now() - startMs)) * 1000);
  path.cpuUs.add(((cpuOf() - startCpu) * 1000) / total);
}

async function measure(paths: ThreePaths): Promise<Outcome> {
  const [direct, nginx, mesh] = [new Path(paths.direct), new Path(paths.throughNginx), new Path(paths.throughMesh)];
  const beforeMb = residentMb(process.pid);
  const lanes = new Map<Path, Connection[]>();
  for (const path of [direct, nginx, mesh]) {
    lanes.set(path, await Promise.all(Array.from({ length: connections }, () => path.open())));
  }
  // The first rounds warm connections and code; then all three meet the same machine in turns.
  for (let count = -2; count < rounds; count++) {
    for (const [path, opened] of lanes) {
      await round(path, opened, path === nginx ? paths.nginxPid : undefined, count >= 0);
    }
  }
  const grownMb = residentMb(process.pid) - beforeMb;
  for (const connection of [...lanes.values()].flat()) connection.close();
  const added = (path: Path) => path.cpuUs.median - direct.cpuUs.median;
  const speed = (path: Path, what: string) =>
    ({ what, value: path.perSecond.median, unit: '/s', how: path.perSecond.summary() }) as const;
  return measured(
    {
      what: 'CPU added by two sidecars over added by nginx',
      value: added(mesh) / added(nginx),
      unit: '×',
      how: `medians; nginx's clock ticks in 10 ms`,
    },
    { what: 'CPU per request, two sidecars', value: added(mesh), unit: 'µs', how: mesh.cpuUs.summary() },
    { what: 'CPU per request, nginx twice', value: added(nginx), unit: 'µs', how: nginx.cpuUs.summary() },
    speed(mesh, 'requests through two sidecars'),
    speed(nginx, 'requests through nginx twice'),
    speed(direct, 'requests without a proxy'),
    {
      what: 'memory that the load adds',
      value: grownMb,
      unit: 'MB',
      how: `this process: app, clients, sandbox; nginx has ${residentMb(paths.nginxPid).toFixed(0)} MB`,
    },
  );
}

/** Clients, app and both sidecars share one core; what they use without a proxy is taken off on both sides. */
export const sidecarsLoad: Row = {
  name: 'sidecars-load',
  title: `Two sidecars at ${connections} connections`,
  async run(lab: Lab) {
    const version = nginxVersion();
    if (!version)
      return { status: 'skipped', reason: 'there is no nginx here to compare with (apt-get install nginx)' };
    const paths = await startThreePaths(lab, version);
    try {
      return await measure(paths);
    } finally {
      await paths.close();
    }
  },
};
