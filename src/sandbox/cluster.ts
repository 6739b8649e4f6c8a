import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { ensurePrivateFolder, errorCode } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import { createApi } from './apiserver/create-api.ts';
import { clusterAdmin, tokenTable } from './apiserver/http/authentication.ts';
import { firstOf, serviceAccountTokens } from './apiserver/http/service-account-tokens.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from './apiserver/http-server.ts';
import type { ClusterAccess, ClusterSpec } from './azure/cluster-host.ts';
import type { ClusterApi } from './cluster-api.ts';
import { ClusterIdentity } from './cluster-identity.ts';
import { startWorkers, Workers } from './cluster-workers.ts';
import { ensureAddons, ensureClusterBasics } from './kube-system.ts';
import { installOpenServiceMesh, removeOpenServiceMesh } from './mesh/osm/install.ts';
import { createPodNetwork } from './network/create-pod-network.ts';
import type { PodNetwork } from './network/pod-network.ts';
import { registerNodes } from './node/azure-nodes.ts';
import type { ImageProgram } from './node/program.ts';
import { ResourceMetrics } from './node/resource-metrics.ts';
import { OutsideWorld } from './outside/outside-world.ts';
import type { Pace } from './pace.ts';
import type { StoreFinding } from './store/journal.ts';
import { Store } from './store/store.ts';

export interface ClusterOptions {
  spec: ClusterSpec;
  /** Holds everything that the cluster keeps: objects, authority, token, port. */
  folder: string;
  pace: Pace;
  clock: Clock;
  random: Random;
  /** Controllers and nodes begin after this: a process with many pods says first that its API answers. Default: at once. */
  begin?: Promise<unknown>;
  /** Images beside the catalog's, for tests. */
  images?: readonly ImageProgram[];
  log?: (line: string) => void;
  /** What the learner should hear: state on disk was damaged. */
  notice?: (sentence: string) => void;
}

export interface RunningCluster {
  readonly access: ClusterAccess;
  /** The API without HTTP. */
  readonly api: ClusterApi;
  enableOpenServiceMesh(): Promise<void>;
  disableOpenServiceMesh(): Promise<void>;
  /** Resolves when no controller and no kubelet has anything to do now. */
  idle(): Promise<void>;
  /** Stops everything, keeps the state on disk. */
  close(): Promise<void>;
}

/**
 * One managed cluster: store, API server, controllers, nodes and pod network put together. It knows which parts there
 * are and in which order they start and stop, and nothing of what they do.
 */
export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const { spec, folder, clock, random } = options;
  const identity = ClusterIdentity.open(folder, clock, (keptAs) =>
    options.notice?.(
      `The keys of cluster ${spec.name} could not be read, and new ones were made. Fetch its credentials again: az aks get-credentials -g ${spec.id.split('/')[0]} -n ${spec.name} --overwrite-existing. The damaged file is ${keptAs}.`,
    ),
  );
  const storeFolder = join(folder, 'store');
  ensurePrivateFolder(storeFolder);
  const store = new Store({ folder: storeFolder, clock });
  for (const finding of store.findings) tellFinding(options, finding);
  // Webhooks are reached through the network, whose names and addresses are objects of the API.
  const later: { network?: PodNetwork; metrics?: ResourceMetrics } = {};
  const { cluster, requests } = createApi({
    store,
    clock,
    random,
    tokenKey: identity.tokenKey,
    metrics: {
      pods: () => later.metrics?.pods() ?? [],
      nodes: () => later.metrics?.nodes(store.list('nodes')) ?? [],
    },
    connectToService: (...target) =>
      later.network?.connectToService(...target) ?? Promise.reject(new Error('the pod network is not up')),
  });
  const outside = new OutsideWorld(clock);
  const network = createPodNetwork({ api: cluster, clock, random, beyond: outside });
  later.network = network;
  await ensureClusterBasics(cluster);
  await registerNodes(cluster, spec, clock.now());
  const workers = new Workers(() => startWorkers(options, { cluster, requests, network, outside, identity }));

  const host = '127.0.0.1';
  const server = await listenAsBefore(identity.port, {
    requests,
    nodes: workers,
    tls: {
      clientCaPem: identity.authority.certPem,
      ...identity.authority.issue({
        commonName: 'kube-apiserver',
        dnsNames: ['localhost', 'kubernetes', 'kubernetes.default.svc'],
        ipAddresses: [host, '10.0.0.1'],
        validityMs: certificateValidityMs,
      }),
    },
    authenticate: firstOf(
      tokenTable(new Map([[identity.token, clusterAdmin]])),
      serviceAccountTokens({
        key: identity.tokenKey,
        clock,
        uidOf: (kind, namespace, name) => store.get(kind, namespace, name)?.metadata.uid,
      }),
    ),
    onError: (error, request) =>
      options.log?.(
        `api server: ${request}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
    version: spec.kubernetesVersion,
    clock,
  });
  identity.keepPort(server.port);
  const metrics = new ResourceMetrics({
    clock,
    everyMs: options.pace === 'instant' ? 1000 : scrapeEveryMs,
    pods: () => workers.usage(),
    apiServerBytes: () => server.bytes,
    processCpuMicros,
  });
  later.metrics = metrics;
  await ensureAddons(cluster);
  if (spec.openServiceMesh) await installOpenServiceMesh(cluster);
  workers.startAfter(options.begin ?? Promise.resolve());

  return {
    access: { server: `https://${host}:${server.port}`, caPem: identity.authority.certPem, token: identity.token },
    api: cluster,
    enableOpenServiceMesh: () => installOpenServiceMesh(cluster),
    disableOpenServiceMesh: () => removeOpenServiceMesh(cluster),
    idle: () => workers.idle(),
    async close() {
      metrics.close();
      await server.close();
      await workers.close();
      await network.close();
      store.close();
    },
  };
}

/** The torn last line of a crash was never acknowledged, so nobody misses it; damage before it may cost objects. */
function tellFinding({ spec, log, notice }: ClusterOptions, finding: StoreFinding): void {
  if (finding.type === 'torn-tail') {
    log?.(`store: dropped ${finding.droppedBytes} bytes of a torn write in ${finding.file}`);
    return;
  }
  const { line, lines, keptAs } = finding;
  const what =
    lines === 0
      ? `The objects of cluster ${spec.name} end too early on disk, at line ${line}.`
      : `${lines === 1 ? '1 change' : `${lines} changes`} of cluster ${spec.name} cannot be read from disk, from line ${line} on.`;
  notice?.(`${what} All others are used; the damaged file is ${keptAs}.`);
}

/** Kubernetes: metrics-server --metric-resolution=15s */
const scrapeEveryMs = 15_000;

function processCpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A new one is issued at each start. */
const certificateValidityMs = 365 * 24 * 60 * 60 * 1000;

/** The port of the last start, so that kubeconfigs stay right; another one when somebody has taken it. */
async function listenAsBefore(port: number, options: Omit<ApiServerOptions, 'port'>): Promise<ApiServer> {
  try {
    return await startApiServer({ ...options, port });
  } catch (error) {
    if (port === 0 || errorCode(error) !== 'EADDRINUSE') throw error;
    return startApiServer({ ...options, port: 0 });
  }
}
