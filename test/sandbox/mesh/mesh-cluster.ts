import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { vi } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { StatusError } from '../../../src/kube/status.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { createApi } from '../../../src/sandbox/apiserver/create-api.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import { startControllers } from '../../../src/sandbox/controllers/start-controllers.ts';
import { installOpenServiceMesh } from '../../../src/sandbox/mesh/osm/install.ts';
import * as kinds from '../../../src/sandbox/mesh/osm/kinds.ts';
import { addOn, meshConfigName } from '../../../src/sandbox/mesh/osm/names.ts';
import { createPodNetwork } from '../../../src/sandbox/network/create-pod-network.ts';
import type { PodNetwork } from '../../../src/sandbox/network/pod-network.ts';
import { azureNodeNames, registerNodes } from '../../../src/sandbox/node/azure-nodes.ts';
import { catalogOfImages } from '../../../src/sandbox/node/image-catalog.ts';
import { createImageRegistry } from '../../../src/sandbox/node/image-registry.ts';
import { Kubelets } from '../../../src/sandbox/node/kubelet.ts';
import type { ContainerContext, ImageProgram } from '../../../src/sandbox/node/program.ts';
import { OutsideWorld } from '../../../src/sandbox/outside/outside-world.ts';
import { Store } from '../../../src/sandbox/store/store.ts';
import { spec } from '../test-cluster.ts';

/** What a client program saw: an answer, or how its connection failed, in curl's words. */
export type Seen =
  | { type: 'answer'; status: number; headers: IncomingHttpHeaders; body: string }
  | { type: 'refused' | 'reset' | 'empty' | 'no-such-name' };

export interface CallOptions {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  /** Connects there instead of to the host of the Host header. */
  to?: string;
}

export const untilStopped = ({ signal }: ContainerContext) =>
  new Promise<number>((resolve) => {
    if (signal.aborted) resolve(0);
    signal.addEventListener('abort', () => resolve(0), { once: true });
  });

/** Echoes what reached it: its own name, the request line and the headers. */
const echo: ImageProgram = {
  repositories: ['test/echo'],
  sizeBytes: 1,
  entrypoint: ['/echo'],
  async run(context) {
    const server = createServer((request, response) => {
      response.setHeader('Identity', context.pod.name);
      response.end(
        JSON.stringify({ pod: context.pod.name, method: request.method, url: request.url, headers: request.headers }),
      );
    });
    const port = Number(context.env['PORT'] ?? 14001);
    const listener = await context.sockets.listen(port, ({ socket }) => server.emit('connection', socket));
    await untilStopped(context);
    listener.close();
    server.closeAllConnections();
    return 0;
  },
};

/** Sends back every byte, over TCP. */
const tcpEcho: ImageProgram = {
  repositories: ['test/tcp-echo'],
  sizeBytes: 1,
  entrypoint: ['/tcp-echo'],
  async run(context) {
    const listener = await context.sockets.listen(9000, ({ socket }) => void socket.pipe(socket));
    await untilStopped(context);
    listener.close();
    return 0;
  },
};

export interface MeshCluster {
  api: ClusterApi;
  network: PodNetwork;
  outside: OutsideWorld;
  errors: unknown[];
  namespace(name: string, inMesh?: boolean): Promise<void>;
  /** A pod with its service account, ready. */
  pod(
    namespace: string,
    name: string,
    options?: {
      account?: string;
      image?: string;
      labels?: Record<string, string>;
      port?: number;
      annotations?: Record<string, string>;
      env?: Record<string, string>;
      hostname?: string;
      subdomain?: string;
      /** Runs with a readiness probe that no port of it answers. */
      neverReady?: boolean;
      /** Volume sources by where they are mounted. */
      mounts?: Record<string, object>;
    },
  ): Promise<Pod>;
  service(namespace: string, name: string, port: object, selector?: Record<string, string> | null): Promise<void>;
  apply<T extends KubeObject>(ref: resources.ResourceRef<T>, object: T): Promise<void>;
  traffic(change: NonNullable<kinds.MeshConfigSpec['traffic']>): Promise<void>;
  sidecars(change: NonNullable<kinds.MeshConfigSpec['sidecar']>): Promise<void>;
  meshConfig(change: (spec: kinds.MeshConfigSpec) => void): Promise<void>;
  /** The app container of a pod, as its own program would use it. */
  inside(pod: string): ContainerContext;
  call(pod: string, host: string, options?: CallOptions): Promise<Seen>;
  admin(pod: string, path: string, method?: string): Promise<{ status: number; body: string }>;
  stat(pod: string, name: string): Promise<number>;
  /** The access log of a pod's sidecar. */
  envoyLog(pod: string): Record<string, unknown>[];
  /** All that a container of OSM's wrote to its standard output. */
  log(pod: string, container: string): string;
  /** What `kubectl logs` prints, of any container. */
  kubeletLog(namespace: string, pod: string, container: string): Promise<string>;
  close(): Promise<void>;
}

/** `host:port` apart. */
function target(host: string): { name: string; port: number } {
  const [name = '', port = '80'] = host.split(':');
  return { name, port: Number(port) };
}

export async function fetchOver(socket: Socket, host: string, options: CallOptions = {}): Promise<Seen> {
  let failed = false;
  socket.once('error', () => {
    failed = true;
  });
  return new Promise((resolve) => {
    const request = httpRequest({
      method: options.method ?? 'GET',
      path: options.path ?? '/',
      headers: { host, ...options.headers },
      createConnection: () => socket,
    });
    request.on('error', () => resolve({ type: failed ? 'reset' : 'empty' }));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          type: 'answer',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', () => resolve({ type: 'reset' }));
    });
    request.end();
  });
}

export async function startMeshCluster(
  options: {
    withMesh?: boolean;
    programs?: readonly ImageProgram[];
    /** What is in the cluster before the mesh is installed. */
    prepare?: (api: ClusterApi) => Promise<void>;
    /** Of osm-controller alone. */
    controlPlaneClock?: Clock;
  } = {},
): Promise<MeshCluster> {
  const [clock, random] = [systemClock, seededRandom(11)];
  const store = new Store({ clock });
  const contexts = new Map<string, ContainerContext>();
  const errors: unknown[] = [];
  const network: { current: PodNetwork | undefined } = { current: undefined };
  const { cluster: api, requests } = createApi({
    store,
    clock,
    random,
    connectToService: (namespace, name, port) =>
      network.current?.connectToService(namespace, name, port) ?? Promise.reject(new Error('no network yet')),
  });
  const outside = new OutsideWorld(clock);
  const podNetwork = createPodNetwork({ api, clock, random, beyond: outside });
  network.current = podNetwork;
  const remembered = (program: ImageProgram): ImageProgram => ({
    ...program,
    run(context) {
      contexts.set(context.pod.name, context);
      return program.run(context);
    },
  });
  const idle: ImageProgram = {
    repositories: ['test/client'],
    sizeBytes: 1,
    entrypoint: ['/client'],
    run: untilStopped,
  };
  const logs = new Map<string, string>();
  const controls = ({ repositories }: ImageProgram) => repositories.some((name) => name.endsWith('osm-controller'));
  const logged = (program: ImageProgram): ImageProgram => ({
    ...program,
    run: (context) =>
      program.run({
        ...context,
        clock: controls(program) ? (options.controlPlaneClock ?? context.clock) : context.clock,
        stdout(text) {
          const key = `${context.pod.name}/${context.containerName}`;
          logs.set(key, (logs.get(key) ?? '') + text);
          context.stdout(text);
        },
      }),
  });
  for (const name of ['default', 'kube-system']) {
    if (!api.get(resources.namespaces, name)) await api.create(resources.namespaces, { metadata: { name } });
  }
  await options.prepare?.(api);
  await registerNodes(api, spec, clock.now());
  const onError = (error: unknown) => errors.push(error);
  const controllers = startControllers({
    cluster: api,
    requests,
    clock,
    random,
    caPem: 'x',
    onError: (_, error) => onError(error),
  });
  const kubelets = new Kubelets({
    cluster: api,
    network: podNetwork,
    images: createImageRegistry(
      [echo, tcpEcho, idle, ...(options.programs ?? [])]
        .map(remembered)
        .concat(catalogOfImages({ api, pace: 'instant', outside }).map(logged)),
    ),
    events: controllers.events,
    clock,
    random,
    pace: 'instant',
    kubernetesVersion: spec.kubernetesVersion,
    nodes: azureNodeNames(spec),
    issueToken: async () => 'token',
    onError,
  });
  const isReady = (pod: Pod | undefined) =>
    pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const waiting = { timeout: 30_000, interval: 10 };
  if (options.withMesh !== false) {
    await installOpenServiceMesh(api);
    await vi.waitFor(() => {
      const ready = api.list(resources.pods, { namespace: addOn.namespace }).filter(isReady);
      if (ready.length < 5)
        throw new Error(
          `${ready.length} of 5 control plane pods are ready: ${JSON.stringify(errors.map(String))} ${JSON.stringify(
            api.list(resources.pods).map((pod) => pod.status),
            null,
            1,
          )}`,
        );
    }, waiting);
  }
  const uidOf = (pod: string) =>
    api.list(resources.pods).find(({ metadata }) => metadata.name === pod)?.metadata.uid ?? '';

  const mesh: MeshCluster = {
    api,
    network: podNetwork,
    outside,
    errors,
    async namespace(name, inMesh = true) {
      await api.create(resources.namespaces, {
        metadata: {
          name,
          ...(inMesh && {
            labels: { 'openservicemesh.io/monitored-by': 'osm' },
            annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
          }),
        },
      });
    },
    async pod(
      namespace,
      name,
      {
        account = name,
        image = 'test/client',
        labels = { app: name },
        port,
        annotations = {},
        env: variables = {},
        neverReady = false,
        mounts = {},
        ...naming
      } = {},
    ) {
      if (!api.get(resources.serviceAccounts, account, namespace)) {
        // Pods of one account may be asked for at once.
        await api.create(resources.serviceAccounts, { metadata: { name: account, namespace } }).catch((error) => {
          if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
        });
      }
      const env = Object.entries({ ...variables, ...(port !== undefined && { PORT: String(port) }) }).map(
        ([variable, value]) => ({ name: variable, value }),
      );
      await api.create(resources.pods, {
        metadata: { name, namespace, labels, annotations },
        spec: {
          ...naming,
          volumes: Object.entries(mounts).map(([, source], at) => ({ name: `volume-${at}`, ...source })),
          serviceAccountName: account,
          containers: [
            {
              name: 'app',
              image,
              env,
              volumeMounts: Object.keys(mounts).map((mountPath, at) => ({ name: `volume-${at}`, mountPath })),
              ...(neverReady && { readinessProbe: { httpGet: { path: '/', port: 7 }, periodSeconds: 1 } }),
            },
          ],
          terminationGracePeriodSeconds: 0,
        },
      } as Pod);
      await vi.waitFor(() => {
        const pod = api.get(resources.pods, name, namespace);
        if (neverReady ? pod?.status?.phase !== 'Running' : !isReady(pod))
          throw new Error(`${name} is not ready: ${JSON.stringify(pod?.status, null, 1)}`);
      }, waiting);
      const created = api.get(resources.pods, name, namespace);
      if (!created) throw new Error(`${name} is gone`);
      if (created.metadata.labels?.['osm-proxy-uuid']) {
        await vi.waitFor(async () => {
          if ((await mesh.admin(name, '/ready')).status !== 200)
            throw new Error(`the sidecar of ${name} has no configuration`);
        }, waiting);
      }
      return created;
    },
    async service(namespace, name, port, selector = { app: name }) {
      await api.create(resources.services, {
        metadata: { name, namespace },
        spec: { ...(selector && { selector }), ports: [port as { port: number }] },
      });
    },
    async apply(ref, object) {
      const { name = '', namespace } = object.metadata;
      const { metadata, ...rest } = object;
      if (await api.modify(ref, name, namespace, (draft) => void Object.assign(draft, rest))) return;
      await api.create(ref, { apiVersion: resources.apiVersionOf(ref), kind: ref.kind, ...object });
    },
    traffic: (change) =>
      mesh.meshConfig((draft) => {
        draft.traffic = { ...draft.traffic, ...change };
      }),
    sidecars: (change) =>
      mesh.meshConfig((draft) => {
        draft.sidecar = { ...draft.sidecar, ...change };
      }),
    async meshConfig(change) {
      await api.modify(kinds.meshConfigs, meshConfigName, addOn.namespace, (draft) => {
        draft.spec ??= {};
        change(draft.spec);
      });
    },
    inside(pod) {
      const context = contexts.get(pod);
      if (!context) throw new Error(`no program runs in ${pod}`);
      return context;
    },
    async call(pod, host, callOptions = {}) {
      const { name, port } = target(callOptions.to ?? host);
      try {
        const socket = await mesh.inside(pod).sockets.connect(name, port);
        return await fetchOver(socket, host, {
          ...callOptions,
          headers: { connection: 'close', ...callOptions.headers },
        });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOTFOUND') return { type: 'no-such-name' };
        if (code === 'ECONNREFUSED') return { type: 'refused' };
        throw error;
      }
    },
    async admin(pod, path, method = 'GET') {
      const socket = await podNetwork.connectInside(uidOf(pod), 15000);
      const seen = await fetchOver(socket, '127.0.0.1', { path, method, headers: { connection: 'close' } });
      return seen.type === 'answer' ? seen : { status: 0, body: seen.type };
    },
    async stat(pod, name) {
      const { body } = await mesh.admin(pod, '/stats?format=json');
      const { stats } = JSON.parse(body) as { stats: { name: string; value: number }[] };
      return stats.find((stat) => stat.name === name)?.value ?? 0;
    },
    envoyLog(pod) {
      const lines = (logs.get(`${pod}/envoy`) ?? '').split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async kubeletLog(namespace, pod, container) {
      const pieces: string[] = [];
      for await (const piece of kubelets.api.logs(namespace, pod, { container }, new AbortController().signal)) {
        pieces.push(piece);
      }
      return pieces.join('');
    },
    log: (pod, container) => logs.get(`${pod}/${container}`) ?? '',
    async close() {
      await kubelets.close();
      await controllers.close();
      await podNetwork.close();
      store.close();
    },
  };
  return mesh;
}

/** Waits until a call sees this: a number for a status, a word for a failed connection. */
export async function eventually(
  call: () => Promise<Seen>,
  wanted: number | Exclude<Seen['type'], 'answer'>,
): Promise<Seen> {
  return vi.waitFor(
    async () => {
      const seen = await call();
      const got = seen.type === 'answer' ? seen.status : seen.type;
      if (got !== wanted) throw new Error(`saw ${JSON.stringify(seen)}, wanted ${wanted}`);
      return seen;
    },
    { timeout: 30_000, interval: 20 },
  );
}
