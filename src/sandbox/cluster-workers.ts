import type { Socket } from 'node:net';
import type { RequestApi } from './apiserver/request-api.ts';
import type { ClusterOptions } from './cluster.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { ClusterIdentity } from './cluster-identity.ts';
import { type Controllers, startControllers } from './controllers/start-controllers.ts';
import { subresourcesOf } from './controllers/subresources.ts';
import { Timetable } from './controllers/timetable.ts';
import { loopbackFrontends } from './network/loopback-frontends.ts';
import type { PodNetwork } from './network/pod-network.ts';
import { azureNodeNames, beatHearts, heartbeatEveryMs } from './node/azure-nodes.ts';
import { catalogOfImages } from './node/image-catalog.ts';
import { createImageRegistry } from './node/image-registry.ts';
import { Kubelets } from './node/kubelet.ts';
import type { LogOptions, NodeApi, RunningContainer } from './node/node-api.ts';
import type { PodUsage } from './node/resource-metrics.ts';
import type { OutsideWorld } from './outside/outside-world.ts';

/** What acts on a cluster by itself: control loops, kubelets, the heartbeats of nodes. */
interface Work {
  controllers: Controllers;
  kubelets: Kubelets;
  heartbeats: Timetable;
}

interface WorkParts {
  cluster: ClusterApi;
  requests: RequestApi;
  network: PodNetwork;
  outside: OutsideWorld;
  identity: ClusterIdentity;
}

/**
 * Everything that works on a cluster, begun when its API answers already: after a restart with many pods the first
 * second belongs to whoever waits for an answer. Requests for logs and tunnels wait for the nodes.
 */
export class Workers implements NodeApi {
  readonly #begin: () => Work;
  #work: Work | undefined;
  #closed = false;
  #working = Promise.withResolvers<Work>();

  constructor(begin: () => Work) {
    this.#begin = begin;
  }

  startAfter(moment: Promise<unknown>): void {
    moment
      .then(() => {
        if (this.#closed) return;
        this.#work = this.#begin();
        this.#working.resolve(this.#work);
      })
      .catch(this.#working.reject);
  }

  async *logs(namespace: string, pod: string, options: LogOptions, signal: AbortSignal): AsyncIterable<string> {
    const { kubelets } = await this.#working.promise;
    yield* kubelets.api.logs(namespace, pod, options, signal);
  }

  async portForward(namespace: string, pod: string, port: number): Promise<Socket> {
    const { kubelets } = await this.#working.promise;
    return kubelets.api.portForward(namespace, pod, port);
  }

  async runningContainer(namespace: string, pod: string, container: string): Promise<RunningContainer | undefined> {
    const { kubelets } = await this.#working.promise;
    return kubelets.api.runningContainer(namespace, pod, container);
  }

  /** Resolves when no controller and no kubelet has anything to do now. */
  async idle(): Promise<void> {
    const { controllers, kubelets } = await this.#working.promise;
    while (!(controllers.isIdle && kubelets.isIdle)) {
      await controllers.idle();
      await kubelets.idle();
    }
  }

  /** What the pods use; nothing before the nodes are up. */
  usage(): readonly PodUsage[] {
    return this.#work?.kubelets.usage() ?? [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#work?.heartbeats.close();
    await this.#work?.kubelets.close();
    await this.#work?.controllers.close();
  }
}

const explain = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

export function startWorkers(
  options: ClusterOptions,
  { cluster, requests, network, outside, identity }: WorkParts,
): Work {
  const { spec, pace, clock, random } = options;
  const log = options.log ?? (() => {});
  const controllers = startControllers({
    cluster,
    requests,
    clock,
    random,
    caPem: identity.authority.certPem,
    authority: identity.authority,
    frontends: loopbackFrontends(network),
    onError: (controller, error, key) =>
      log(`${controller}: ${key}: ${error instanceof Error ? error.message : error}`),
  });
  const kubelets = new Kubelets({
    cluster,
    network,
    images: createImageRegistry([...catalogOfImages({ api: cluster, pace, outside }), ...(options.images ?? [])]),
    events: controllers.events,
    clock,
    random,
    pace,
    kubernetesVersion: spec.kubernetesVersion,
    nodes: azureNodeNames(spec),
    issueToken: (pod) => subresourcesOf(requests).podToken(pod),
    onError: (error) => log(`kubelet: ${explain(error)}`),
  });
  const heartbeats = new Timetable(clock);
  const beat = () => {
    beatHearts(cluster, clock.now()).catch((error: unknown) => log(`node: ${explain(error)}`));
    heartbeats.after('heartbeat', heartbeatEveryMs, beat);
  };
  heartbeats.after('heartbeat', heartbeatEveryMs, beat);
  return { controllers, kubelets, heartbeats };
}
