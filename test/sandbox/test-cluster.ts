import type { Deployment, KubeObject, Namespace, Pod } from '../../src/kube/objects.ts';
import { deployments, namespaces, pods, type ResourceRef } from '../../src/kube/resources.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { createApi } from '../../src/sandbox/apiserver/create-api.ts';
import type { RequestApi } from '../../src/sandbox/apiserver/request-api.ts';
import type { ClusterSpec } from '../../src/sandbox/azure/cluster-host.ts';
import type { ClusterApi } from '../../src/sandbox/cluster-api.ts';
import { startControllers } from '../../src/sandbox/controllers/start-controllers.ts';
import { createPodNetwork } from '../../src/sandbox/network/create-pod-network.ts';
import { loopbackFrontends } from '../../src/sandbox/network/loopback-frontends.ts';
import { azureNodeNames, registerNodes } from '../../src/sandbox/node/azure-nodes.ts';
import { createImageRegistry } from '../../src/sandbox/node/image-registry.ts';
import { Kubelets } from '../../src/sandbox/node/kubelet.ts';
import type { ContainerContext, ImageProgram } from '../../src/sandbox/node/program.ts';
import type { Pace } from '../../src/sandbox/pace.ts';
import { Store } from '../../src/sandbox/store/store.ts';

export const spec: ClusterSpec = {
  id: 'rg/demo',
  name: 'demo',
  resourceGroup: 'rg',
  nodeResourceGroup: 'MC_rg_demo_southeastasia',
  location: 'southeastasia',
  kubernetesVersion: '1.33.5',
  nodePoolName: 'nodepool1',
  nodeCount: 3,
  vmSize: 'Standard_D2s_v3',
  openServiceMesh: false,
};

/** An image that runs until it is told to stop, or does what a test says. */
export function program(name: string, run?: (context: ContainerContext) => Promise<number>): ImageProgram {
  const untilStopped = (context: ContainerContext) =>
    new Promise<number>((resolve) => {
      if (context.signal.aborted) resolve(0);
      context.signal.addEventListener('abort', () => resolve(0), { once: true });
    });
  return { repositories: [name], sizeBytes: 20_000_000, entrypoint: [`/${name}`], run: run ?? untilStopped };
}

export interface TestCluster {
  cluster: ClusterApi;
  kubelets: Kubelets;
  requests: RequestApi;
  clock: Clock;
  errors: unknown[];
  idle(): Promise<void>;
  /** Resolves when the condition holds, looking again after every change of the kind. */
  until<T extends KubeObject>(ref: ResourceRef<T>, holds: (objects: T[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Everything of a cluster but its HTTPS server: real API, controllers, kubelets and pod network. */
export async function startTestCluster(options: {
  images?: readonly ImageProgram[];
  clock?: Clock;
  pace?: Pace;
  version?: string;
}): Promise<TestCluster> {
  const clock = options.clock ?? systemClock;
  const random = seededRandom(7);
  const store = new Store({ clock });
  const connectToService = () => Promise.reject(new Error('no webhooks here'));
  const { cluster, requests } = createApi({ store, clock, random, connectToService });
  const errors: unknown[] = [];
  const network = createPodNetwork({ api: cluster, clock, random });
  if (!cluster.get(namespaces, 'default'))
    await cluster.create<Namespace>(namespaces, { metadata: { name: 'default' } });
  await registerNodes(cluster, spec, clock.now());
  const controllers = startControllers({
    cluster,
    requests,
    clock,
    random,
    caPem: 'a certificate',
    frontends: loopbackFrontends(network),
    onError: (_, error) => errors.push(error),
  });
  // The default service account, without which no pod is admitted.
  await controllers.idle();
  const kubelets = new Kubelets({
    cluster,
    network,
    images: createImageRegistry(options.images ?? [program('app'), program('sidecar')]),
    events: controllers.events,
    clock,
    random,
    pace: options.pace ?? 'instant',
    kubernetesVersion: options.version ?? spec.kubernetesVersion,
    nodes: azureNodeNames(spec),
    issueToken: async () => 'token',
    onError: (error) => errors.push(error),
  });
  return {
    cluster,
    requests,
    kubelets,
    clock,
    errors,
    async idle() {
      while (!controllers.isIdle || !kubelets.isIdle) {
        await controllers.idle();
        await kubelets.idle();
      }
    },
    until(ref, holds) {
      return new Promise((resolve) => {
        let stop = () => {};
        const look = () => {
          if (!holds(cluster.list(ref))) return;
          stop();
          resolve();
        };
        stop = cluster.watch(ref, () => queueMicrotask(look));
        queueMicrotask(look);
      });
    },
    async close() {
      await kubelets.close();
      await controllers.close();
      await network.close();
      store.close();
    },
  };
}

export function deployment(name: string, replicas: number, podSpec: Partial<Pod['spec']> = {}): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:v1' }], ...podSpec } },
    },
  };
}

export const conditionOf = (object: KubeObject, type: string) =>
  (
    object['status'] as { conditions?: { type: string; status: string; reason?: string; message?: string }[] }
  )?.conditions?.find((condition) => condition.type === type);

export const isRolledOut = (object: Deployment): boolean => {
  const { status, spec: wanted, metadata } = object;
  const replicas = wanted.replicas ?? 1;
  return (
    status?.observedGeneration === metadata.generation &&
    status?.updatedReplicas === replicas &&
    status?.replicas === replicas &&
    status?.availableReplicas === replicas
  );
};

export const untilRolledOut = (test: TestCluster, name: string): Promise<void> =>
  test.until(deployments, (all) => all.some((each) => each.metadata.name === name && isRolledOut(each)));

export const podsOf = (test: TestCluster, app: string): Pod[] =>
  test.cluster.list(pods, { namespace: 'default', labelSelector: `app=${app}` });
