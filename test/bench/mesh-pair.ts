import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Pod } from '../../src/kube/objects.ts';
import * as resources from '../../src/kube/resources.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { type RunningCluster, startCluster } from '../../src/sandbox/cluster.ts';
import type { ContainerContext, ImageProgram } from '../../src/sandbox/node/program.ts';
import { spec } from '../sandbox/test-cluster.ts';
import { pause } from './lab.ts';

const port = 14001;

/** Two pods of the mesh in a real cluster, each with its sidecar: a caller, and an app that answers from `app`. */
export interface MeshPair {
  /** A connection from the caller's program to the app's Service, by its name. */
  connect(): Promise<Socket>;
  close(): Promise<void>;
}

const untilStopped = ({ signal }: ContainerContext) =>
  new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(0), { once: true }));

const image = (name: string, run: ImageProgram['run']): ImageProgram => ({
  repositories: [`bench/${name}`],
  sizeBytes: 1,
  entrypoint: [`/${name}`],
  run,
});

async function create(cluster: RunningCluster, name: string): Promise<void> {
  const { api } = cluster;
  const inMesh = {
    labels: { 'openservicemesh.io/monitored-by': 'osm' },
    annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
  };
  await api.create(resources.namespaces, { metadata: { name, ...inMesh } });
  await api.create(resources.serviceAccounts, { metadata: { name, namespace: name } });
  await api.create(resources.services, {
    metadata: { name, namespace: name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port, targetPort: port, protocol: 'TCP' }] },
  });
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: name, labels: { app: name } },
    spec: {
      serviceAccountName: name,
      containers: [{ name: 'app', image: `bench/${name}`, ports: [{ containerPort: port }] }],
    },
  };
  await api.create(resources.pods, pod);
}

async function untilReady({ api }: RunningCluster, namespace: string): Promise<void> {
  const isReady = (pod: Pod) =>
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  for (;;) {
    const found = api.list(resources.pods, { namespace });
    if (found.length > 0 && found.every(isReady)) return;
    await pause(20);
  }
}

/** A sidecar listens once it has its configuration. */
async function untilConnected(connect: () => Promise<Socket>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      (await connect()).destroy();
      return;
    } catch (error) {
      if (attempt > 300) throw error;
      await pause(50);
    }
  }
}

export async function startMeshPair(folder: string, app: Server): Promise<MeshPair> {
  const calling = Promise.withResolvers<ContainerContext>();
  const answering = image('app', async (context) => {
    const listener = await context.sockets.listen(port, ({ socket }) => void app.emit('connection', socket));
    const code = await untilStopped(context);
    listener.close();
    return code;
  });
  const caller = image('caller', (context) => {
    calling.resolve(context);
    return untilStopped(context);
  });
  const cluster = await startCluster({
    spec: { ...spec, openServiceMesh: true },
    folder,
    pace: 'instant',
    clock: systemClock,
    random: seededRandom(1),
    images: [answering, caller],
  });
  await untilReady(cluster, 'kube-system');
  for (const name of ['app', 'caller']) {
    await create(cluster, name);
    await untilReady(cluster, name);
  }
  const bare = cluster.api.list(resources.pods).filter(({ metadata, spec: { containers } }) => {
    const isOurs = metadata.name === 'app' || metadata.name === 'caller';
    return isOurs && !containers.some(({ name }) => name === 'envoy');
  });
  if (bare.length > 0) throw new Error('a pod has no sidecar');
  const { sockets } = await calling.promise;
  const connect = () => sockets.connect('app.app.svc.cluster.local', port);
  await untilConnected(connect);
  return { connect, close: () => cluster.close() };
}
