import type { ClusterReach, KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { ResourceRef, ServedResource } from '../kube/resources.ts';
import { StatusError } from '../kube/status.ts';
import { watchSleep } from '../platform/awake.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { KubeConnection, type KubeLimits, usualLimits } from './kube-connection.ts';
import { kubeconfigFiles } from './kube-context.ts';
import { discoverResources } from './kube-discovery.ts';
import { collectionPath, watchKind } from './kube-watch.ts';
import { PodTunnels } from './pod-tunnel.ts';

/** Kinds come and go with definitions, so not for longer. */
const kindsMs = 5_000;

/**
 * The KubeClient over the API, the same for every cluster. The library behind it is loaded here and not before: it costs
 * 250 ms. It reads the kubeconfig and makes credentials and port-forwards; requests go out on our own warm connections.
 */
export async function connectKubernetes(
  kubeconfig: string,
  clock: Clock = systemClock,
  limits: KubeLimits = usualLimits,
): Promise<KubeClient> {
  const { connection, PortForward } = await openConnection(kubeconfig, clock, limits);
  const tunnels = new PodTunnels(PortForward, () => connection.config, limits.requestMs);
  return new KubernetesClient(connection, tunnels, clock);
}

/** The bare connection, for the few places that write; to be closed by who opened it. */
export async function openConnection(kubeconfig: string, clock: Clock, limits: KubeLimits = usualLimits) {
  const { KubeConfig, PortForward } = await import('./client-library.ts');
  const load = () => {
    const config = new KubeConfig();
    const [first, ...more] = kubeconfigFiles(kubeconfig);
    config.loadFromFile(first ?? '');
    for (const file of more) {
      const other = new KubeConfig();
      other.loadFromFile(file);
      config.mergeConfig(other, true);
    }
    return config;
  };
  return { connection: new KubeConnection(load, clock, limits), PortForward };
}

class KubernetesClient implements KubeClient {
  readonly #connection: KubeConnection;
  readonly #tunnels: PodTunnels;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #kinds: { until: number; list: Promise<readonly ServedResource[]> } | undefined;

  constructor(connection: KubeConnection, tunnels: PodTunnels, clock: Clock) {
    this.#connection = connection;
    this.#tunnels = tunnels;
    this.#clock = clock;
  }

  get context(): string {
    return this.#connection.context;
  }

  get server(): string {
    return this.#connection.server;
  }

  get reach(): ClusterReach {
    return this.#connection.reach;
  }

  async get<T extends KubeObject>(ref: ResourceRef<T>, name: string, namespace?: string): Promise<T | undefined> {
    try {
      const path = `${collectionPath(ref, namespace)}/${encodeURIComponent(name)}`;
      return (await this.#connection.json(path)) as T;
    } catch (error) {
      // Without a name in its details the 404 means the whole kind: its CRD is not installed.
      if (error instanceof StatusError && error.code === 404 && error.status.details?.name === name) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(
    ref: ResourceRef<T>,
    {
      namespace,
      labelSelector,
      fieldSelector,
    }: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {},
  ): Promise<T[]> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ labelSelector, fieldSelector })) if (value) query.set(name, value);
    const list = (await this.#connection.json(`${collectionPath(ref, namespace)}?${query}`)) as { items: T[] };
    return list.items;
  }

  resources(): Promise<readonly ServedResource[]> {
    const now = this.#clock.now();
    if (!this.#kinds || this.#kinds.until <= now) {
      const list = discoverResources((path) => this.#connection.json(path, 'behind'));
      list.catch(() => {
        this.#kinds = undefined;
      });
      this.#kinds = { until: now + kindsMs, list };
    }
    return this.#kinds.list;
  }

  podLog(
    pod: { namespace: string; name: string },
    options: { container?: string; tailLines?: number; sinceSeconds?: number; timestamps?: boolean },
  ): Promise<string> {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(options)) query.set(key, String(value));
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
    // The kubelet answers through the API server.
    return this.#connection.text(`${path}?${query}`, 'behind');
  }

  podHttp(
    pod: { namespace: string; name: string; port: number },
    path: string,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: string }> {
    const signals = [
      AbortSignal.timeout(this.#connection.limits.requestMs),
      this.#closing.signal,
      ...(signal ? [signal] : []),
    ];
    return this.#tunnels.get(pod, path, AbortSignal.any(signals));
  }

  async openApi(path: string): Promise<unknown> {
    try {
      return await this.#connection.json(`/openapi/v3/${path}`, 'behind');
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return undefined;
      throw error;
    }
  }

  watch(refs: readonly ResourceRef[], onChange: () => void): () => void {
    const stopping = new AbortController();
    const signal = AbortSignal.any([stopping.signal, this.#closing.signal]);
    if (signal.aborted) return () => {};
    for (const ref of refs) void watchKind(this.#connection, ref, this.#clock, signal, onChange);
    const stopSleepWatch = watchSleep(this.#clock, () => this.#renew());
    const stopListening = this.#connection.reach.onBack(() => this.#renew());
    signal.addEventListener('abort', () => {
      stopSleepWatch();
      stopListening();
    });
    return () => stopping.abort();
  }

  /** Watches and tunnels that were open through a sleep or an absence may be dead without knowing it. */
  #renew(): void {
    this.#tunnels.renew();
    this.#connection.renew();
  }

  close(): void {
    this.#closing.abort();
    this.#tunnels.close();
    this.#connection.close();
  }
}
