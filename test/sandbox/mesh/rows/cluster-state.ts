import { vi } from 'vitest';
import type { KubeObject, ServicePort } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import { cluster, listener, loadAssignment, routeConfig } from '../../../../src/sandbox/mesh/envoy-json.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { addOn, meshConfigName, proxyUuidLabel } from '../../../../src/sandbox/mesh/osm/names.ts';
import { proxyConfigFor } from '../../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import { readSnapshot } from '../../../../src/sandbox/mesh/osm/read-snapshot.ts';
import type { MeshCluster } from '../mesh-cluster.ts';

/** What a row's cluster holds, as data. Keys of pods and services are `namespace/name`. */
export interface ClusterState {
  permissive: boolean;
  egress: boolean;
  /** Namespaces that the mesh does not monitor; all others are created as monitored ones. */
  outside?: readonly string[];
  /** On top of what the add-on's preset says. */
  features?: Record<string, boolean>;
  sidecar?: kinds.MeshConfigSpec['sidecar'];
  pods: Record<string, NonNullable<Parameters<MeshCluster['pod']>[2]>>;
  services: Record<string, ServiceState>;
  /** SMI's and OSM's objects, as policies.ts writes them. */
  policies?: readonly Policy[];
}

export interface ServiceState {
  ports: readonly ServicePort[];
  /** By default the pods whose label `app` is the Service's name; null selects nothing. */
  selector?: Record<string, string> | null;
  headless?: boolean;
}

export interface Policy {
  ref: resources.ResourceRef<KubeObject>;
  object: KubeObject;
}

const namespaceOf = (key: string) => key.split('/')[0] ?? '';
const nameOf = (key: string) => key.split('/')[1] ?? '';
const keyOf = ({ ref, object }: Policy) => `${ref.resource}/${object.metadata.namespace}/${object.metadata.name}`;

/** Makes a cluster hold what a row says and nothing else, and keeps what the row before had alike. */
export class Stage {
  readonly mesh: MeshCluster;
  readonly #pods = new Map<string, string>();
  readonly #services = new Map<string, string>();
  readonly #policies = new Map<string, Policy>();
  #preset: kinds.MeshConfigSpec | undefined;
  #pushes = 0;

  constructor(mesh: MeshCluster) {
    this.mesh = mesh;
  }

  /** Resolves when every sidecar does what this state asks of it. */
  async given(state: ClusterState): Promise<void> {
    await this.set(state);
    await this.settled();
  }

  /** Without waiting for sidecars: where one is expected to refuse what it is sent, or never to hear of it. */
  async set(state: ClusterState): Promise<void> {
    await this.#namespaces(state);
    await this.#removeOthers(state);
    for (const [key, service] of Object.entries(state.services)) await this.#service(key, service);
    for (const policy of state.policies ?? []) await this.#policy(policy);
    await this.#meshConfig(state);
    await Promise.all(Object.entries(state.pods).map(([key, pod]) => this.#pod(key, pod)));
  }

  async #namespaces({ pods, services, policies = [], outside = [] }: ClusterState): Promise<void> {
    const wanted = [...Object.keys(pods), ...Object.keys(services)].map(namespaceOf).concat(
      policies.map(({ object }) => object.metadata.namespace ?? ''),
      outside,
    );
    for (const name of new Set(wanted)) {
      if (!this.mesh.api.get(resources.namespaces, name)) await this.mesh.namespace(name, !outside.includes(name));
    }
  }

  async #removeOthers(state: ClusterState): Promise<void> {
    const { api } = this.mesh;
    const wanted = new Set((state.policies ?? []).map(keyOf));
    for (const [key, { ref, object }] of this.#policies) {
      if (wanted.has(key)) continue;
      await api.delete(ref, object.metadata.name ?? '', object.metadata.namespace);
      this.#policies.delete(key);
    }
    const changed = (known: Map<string, string>, now: Record<string, object>) =>
      [...known].filter(([key, was]) => JSON.stringify(now[key]) !== was).map(([key]) => key);
    for (const key of changed(this.#services, state.services)) {
      await api.delete(resources.services, nameOf(key), namespaceOf(key));
      this.#services.delete(key);
    }
    for (const key of changed(this.#pods, state.pods)) {
      await api.delete(resources.pods, nameOf(key), namespaceOf(key));
      this.#pods.delete(key);
      await vi.waitFor(() => {
        if (api.get(resources.pods, nameOf(key), namespaceOf(key))) throw new Error(`pod ${key} is still there`);
      }, 10_000);
    }
  }

  async #service(key: string, service: ServiceState): Promise<void> {
    if (this.#services.has(key)) return;
    const selector = service.selector === undefined ? { app: nameOf(key) } : service.selector;
    await this.mesh.api.create(resources.services, {
      metadata: { name: nameOf(key), namespace: namespaceOf(key) },
      spec: {
        ports: [...service.ports],
        ...(selector && { selector }),
        ...(service.headless && { clusterIP: 'None' }),
      },
    });
    this.#services.set(key, JSON.stringify(service));
  }

  async #pod(key: string, pod: ClusterState['pods'][string]): Promise<void> {
    if (this.#pods.has(key)) return;
    this.#pods.set(key, JSON.stringify(pod));
    await this.mesh.pod(namespaceOf(key), nameOf(key), pod);
  }

  async #policy(policy: Policy): Promise<void> {
    const known = this.#policies.get(keyOf(policy));
    if (JSON.stringify(known?.object) === JSON.stringify(policy.object)) return;
    await this.mesh.apply(policy.ref, structuredClone(policy.object));
    this.#policies.set(keyOf(policy), policy);
  }

  async #meshConfig({ permissive, egress, features = {}, sidecar = {} }: ClusterState): Promise<void> {
    await this.mesh.api.modify(kinds.meshConfigs, meshConfigName, addOn.namespace, (draft) => {
      this.#preset ??= structuredClone(draft.spec ?? {});
      const { traffic, featureFlags, ...rest } = this.#preset;
      draft.spec = {
        ...rest,
        sidecar: { ...rest.sidecar, ...sidecar },
        traffic: { ...traffic, enableEgress: egress, enablePermissiveTrafficPolicyMode: permissive },
        featureFlags: { ...featureFlags, ...features },
      };
    });
  }

  /** Services, pods and namespaces move nothing by themselves (5.12), so this asks for a push like any policy does. */
  async push(): Promise<void> {
    const namespace = [...this.#pods.keys(), ...this.#services.keys()].map(namespaceOf)[0] ?? 'default';
    await this.mesh.apply(kinds.httpRouteGroups, {
      metadata: { name: 'named-by-nobody', namespace },
      spec: { matches: [{ name: `push-${this.#pushes++}` }] },
    });
  }

  /** Waits until every sidecar shows exactly the configuration that the policy code makes of the cluster as it is. */
  async settled(): Promise<void> {
    await vi.waitFor(
      async () => {
        const differing = await this.#differing();
        if (differing.length === 0) return;
        await this.push();
        throw new Error(`not settled: ${differing.join('; ')}`);
      },
      { timeout: 30_000, interval: 25 },
    );
  }

  async #differing(): Promise<string[]> {
    const { api } = this.mesh;
    const snapshot = readSnapshot(api, addOn);
    const found: string[] = [];
    for (const pod of snapshot.pods) {
      const name = pod.metadata.name ?? '';
      if (!pod.metadata.labels?.[proxyUuidLabel] || pod.metadata.deletionTimestamp) continue;
      const difference = await this.difference(name, proxyConfigFor(snapshot, pod));
      if (difference) found.push(`${name}: ${difference}`);
    }
    return found;
  }

  /** The first resource in which a sidecar's /config_dump departs from a configuration; undefined when none does. */
  async difference(pod: string, config: ReturnType<typeof proxyConfigFor>): Promise<string | undefined> {
    const shown = await this.shown(pod);
    const wanted: Shown = {
      clusters: named(config.clusters, cluster),
      endpoints: named(
        config.clusters.filter(({ discovery }) => discovery === 'eds'),
        loadAssignment,
      ),
      listeners: named(config.listeners, listener),
      routes: named(config.routes, routeConfig),
    };
    for (const part of ['clusters', 'endpoints', 'listeners', 'routes'] as const) {
      const names = new Set([...Object.keys(shown[part]), ...Object.keys(wanted[part])]);
      for (const name of names) if (shown[part][name] !== wanted[part][name]) return `${part} ${name}`;
    }
    return undefined;
  }

  async shown(pod: string): Promise<Shown> {
    const { status, body } = await this.mesh.admin(pod, '/config_dump?include_eds');
    if (status !== 200) throw new Error(`${pod} has no admin page: ${status}`);
    const { configs } = JSON.parse(body) as { configs: ConfigDump[] };
    const all = Object.assign({}, ...configs) as ConfigDump;
    const texts = (entries: [string, object][]): Record<string, string> =>
      Object.fromEntries(entries.map(([name, json]) => [name, JSON.stringify(json)]));
    return {
      clusters: texts((all.dynamic_active_clusters ?? []).map((one) => [one.cluster.name, one.cluster])),
      endpoints: texts(
        (all.dynamic_endpoint_configs ?? []).map((one) => [one.endpoint_config.cluster_name, one.endpoint_config]),
      ),
      listeners: texts((all.dynamic_listeners ?? []).map((one) => [one.name, one.active_state.listener])),
      routes: texts(
        (all.dynamic_route_configs ?? [])
          .filter((one) => !bootstrapRoutes.test(one.route_config.name))
          .map((one) => [one.route_config.name, one.route_config]),
      ),
    };
  }
}

/** Those of the kubelet's probes, which no control plane sent. */
const bootstrapRoutes = /^(liveness|readiness|startup)_route$/;

/** Resources by name, each as its JSON text. */
export type Shown = Record<'clusters' | 'endpoints' | 'listeners' | 'routes', Record<string, string>>;

interface ConfigDump {
  dynamic_active_clusters?: { cluster: { name: string } }[];
  dynamic_endpoint_configs?: { endpoint_config: { cluster_name: string } }[];
  dynamic_listeners?: { name: string; active_state: { listener: object } }[];
  dynamic_route_configs?: { route_config: { name: string } }[];
}

const named = <T extends { name: string }>(all: readonly T[], render: (one: T) => object): Record<string, string> =>
  Object.fromEntries(all.map((one) => [one.name, JSON.stringify(render(one))]));
