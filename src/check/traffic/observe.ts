import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, Pod, ReplicaSet, Service } from '../../kube/objects.ts';
import { namespaces, pods, replicaSets, services } from '../../kube/resources.ts';
import type { Clock } from '../../platform/clock.ts';
import { linesSince, unreachedService } from '../log-lines.ts';
import { adminGet, parseStats } from '../sidecar.ts';
import { backendsOf, listSplits } from '../traffic-splits.ts';
import { hasSidecar, isReady, sidecarName } from '../workload.ts';
import type { CallerCounters, MeshService, MeshSplit, MeshWorkload, TrafficSample } from './sample.ts';

/** Looks at a whole mesh through the same evidence as checks: objects, sidecars' stats, applications' logs. */
const monitored = 'openservicemesh.io/monitored-by';
/** OSM names identities so with the default trust domain. */
const trustDomain = 'cluster.local';
const statsFilter = [
  '^cluster\\.[^|]+\\|\\d+\\.(upstream_rq_(total|[1-5]xx|403|retry)|upstream_cx_(total|active)|ssl\\.handshake)$',
  '^cluster\\.passthrough-outbound\\.upstream_cx_total$',
].join('|');

interface NamespaceView {
  pods: Pod[];
  services: Service[];
  replicaSets: ReplicaSet[];
  splits: KubeObject[];
}

/** Looks again and again; keeps what must be counted from look to look. Errors of the API are the caller's. */
export class TrafficObserver {
  readonly #kube: KubeClient;
  readonly #clock: Clock;
  readonly #refusals = new Map<string, Map<string, number>>();
  /** Until when each pod's log was read; ms. */
  readonly #readUntil = new Map<string, number>();
  readonly #startedAt: number;

  constructor(kube: KubeClient, clock: Clock) {
    this.#kube = kube;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  async look(signal: AbortSignal): Promise<TrafficSample> {
    const spaces = await this.#kube.list(namespaces, { labelSelector: monitored });
    const views = await Promise.all(spaces.map((space) => this.#view(space.metadata.name ?? '')));
    const everyPod = views.flatMap((view) => view.pods.map((pod) => ({ pod, workload: workloadOf(pod, view) })));
    const callers = everyPod.filter(({ pod }) => pod.status?.phase === 'Running' && hasSidecar(pod));
    const heard = await Promise.all(callers.map(({ pod, workload }) => this.#listen(pod, workload, signal)));
    this.#forgetGone(new Set(callers.map(({ pod }) => pod.metadata.uid ?? '')));
    return {
      atMs: this.#clock.now(),
      workloads: workloadsOf(everyPod),
      services: views.flatMap((view) => view.services.map((service) => meshService(service, everyPod))),
      splits: views.flatMap((view) => view.splits.map(meshSplit)),
      callers: heard.flatMap((one) => (one.type === 'heard' ? [one.counters] : [])),
      unheard: heard.flatMap((one) => (one.type === 'unheard' ? [one.pod] : [])),
    };
  }

  async #view(namespace: string): Promise<NamespaceView> {
    const [found, itsServices, sets, splits] = await Promise.all([
      this.#kube.list(pods, { namespace }),
      this.#kube.list(services, { namespace }),
      this.#kube.list(replicaSets, { namespace }),
      listSplits(this.#kube, namespace),
    ]);
    const alive = found.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    return { pods: alive, services: itsServices, replicaSets: sets, splits };
  }

  /** A sidecar that does not answer (its pod is just going, its network is down) is reported, and not an error. */
  async #listen(
    pod: Pod,
    workload: string,
    signal: AbortSignal,
  ): Promise<{ type: 'heard'; counters: CallerCounters } | { type: 'unheard'; pod: string }> {
    const uid = pod.metadata.uid ?? '';
    try {
      const path = `/stats?filter=${encodeURIComponent(statsFilter)}`;
      const [body] = await Promise.all([adminGet(this.#kube, pod, path, signal), this.#readLog(pod)]);
      const refusals = new Map(this.#refusals.get(uid) ?? []);
      return { type: 'heard', counters: { pod: uid, workload, stats: parseStats(body), refusals } };
    } catch (error) {
      if (signal.aborted) throw error;
      return { type: 'unheard', pod: `${pod.metadata.namespace}/${pod.metadata.name}` };
    }
  }

  async #readLog(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const container = pod.spec.containers.find(({ name }) => name !== sidecarName)?.name;
    if (container === undefined) return;
    const until = this.#clock.now();
    const lines = await linesSince(
      this.#kube,
      pod,
      container,
      this.#readUntil.get(uid) ?? this.#startedAt,
      this.#clock,
    );
    this.#readUntil.set(uid, until);
    const counts = this.#refusals.get(uid) ?? new Map<string, number>();
    for (const line of lines) {
      const service = unreachedService(line);
      if (service !== undefined) counts.set(service, (counts.get(service) ?? 0) + 1);
    }
    this.#refusals.set(uid, counts);
  }

  #forgetGone(alive: ReadonlySet<string>): void {
    for (const uid of this.#refusals.keys()) if (!alive.has(uid)) this.#refusals.delete(uid);
    for (const uid of this.#readUntil.keys()) if (!alive.has(uid)) this.#readUntil.delete(uid);
  }
}

/** Looks at whatever cluster there is at that moment; while there is none the mesh is empty. */
export function meshLook(
  kube: () => Promise<KubeClient | undefined>,
  clock: Clock,
): (signal: AbortSignal) => Promise<TrafficSample> {
  let client: KubeClient | undefined;
  let observer: TrafficObserver | undefined;
  return async (signal) => {
    const now = await kube();
    if (now !== client) {
      client = now;
      observer = now && new TrafficObserver(now, clock);
    }
    const nothing = { atMs: clock.now(), workloads: [], services: [], splits: [], callers: [], unheard: [] };
    return observer ? await observer.look(signal) : nothing;
  };
}

const spaced = (object: KubeObject, name: string): string => `${object.metadata.namespace ?? 'default'}/${name}`;

/** The Deployment or StatefulSet that a pod belongs to; a bare pod stands for itself. */
function workloadOf(pod: Pod, view: NamespaceView): string {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller) ?? pod.metadata.ownerReferences?.[0];
  if (!owner) return spaced(pod, pod.metadata.name ?? '');
  if (owner.kind !== 'ReplicaSet') return spaced(pod, owner.name);
  const set = view.replicaSets.find(({ metadata }) => metadata.name === owner.name);
  return spaced(pod, set?.metadata.ownerReferences?.[0]?.name ?? owner.name);
}

function workloadsOf(all: readonly { pod: Pod; workload: string }[]): MeshWorkload[] {
  const names = [...new Set(all.map(({ workload }) => workload))].sort();
  return names.map((name) => {
    const own = all.filter(({ workload }) => workload === name).map(({ pod }) => pod);
    const account = own[0]?.spec.serviceAccountName ?? 'default';
    const namespace = own[0]?.metadata.namespace ?? 'default';
    return {
      name,
      identity: `${account}.${namespace}.${trustDomain}`,
      pods: own.length,
      ready: own.filter(isReady).length,
      sidecars: own.filter(hasSidecar).length,
    };
  });
}

function meshService(service: Service, all: readonly { pod: Pod; workload: string }[]): MeshService {
  const selector = Object.entries(service.spec.selector ?? {});
  const isMatch = (pod: Pod) =>
    selector.length > 0 &&
    pod.metadata.namespace === service.metadata.namespace &&
    selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
  const workloads = all.filter(({ pod }) => isMatch(pod)).map(({ workload }) => workload);
  return { name: spaced(service, service.metadata.name ?? ''), workloads: [...new Set(workloads)].sort() };
}

function meshSplit(split: KubeObject): MeshSplit {
  const spec: unknown = split['spec'];
  const service = typeof spec === 'object' && spec !== null && 'service' in spec ? String(spec.service) : '';
  const backends = backendsOf(split).map(({ service: backend, weight }) => ({
    service: `${backend.namespace}/${backend.name}`,
    weight,
  }));
  return { root: spaced(split, service.split(/[.:]/)[0] ?? service), backends };
}
