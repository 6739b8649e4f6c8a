import { faultOf } from '../../fault.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, Namespace, Pod, Service } from '../../kube/objects.ts';
import { namespaces, pods, services } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { meshConfigs, resourceOf } from '../resource-table.ts';
import { adminGet } from '../sidecar.ts';
import type { NamespacedName } from '../spec-fields.ts';
import { findWorkload, hasSidecar, podsOf } from '../workload.ts';
import { type ProxyFacts, proxyFacts } from './proxy-facts.ts';

/** All that an explanation looks at: objects of the cluster, and what the two sidecars were told. Plain data. */
export interface Evidence {
  client: Party;
  /** Pods that the called Service selects. */
  servers: readonly Party[];
  service: Service | undefined;
  namespaces: readonly Namespace[];
  /** Where its MeshConfig is; undefined without one. */
  meshNamespace: string | undefined;
  isPermissive: boolean;
  isEgressOn: boolean;
  trafficTargets: readonly KubeObject[];
  httpRouteGroups: readonly KubeObject[];
  tcpRoutes: readonly KubeObject[];
  trafficSplits: readonly KubeObject[];
}

export interface Party {
  pod: Pod;
  hasSidecar: boolean;
  /** Undefined where there is no sidecar, or it gave no answer. */
  proxy: ProxyFacts | undefined;
}

const meshConfigName = 'osm-mesh-config';
const objectsOf = (kind: string) => resourceOf(kind, undefined);

/** `from` is a Deployment, a StatefulSet or a pod. Rejects with a Fault when it has no running pod. */
export async function gatherEvidence(
  kube: KubeClient,
  from: NamespacedName,
  to: NamespacedName,
  signal: AbortSignal,
): Promise<Evidence> {
  const clientPod = await findCaller(kube, from);
  const service = await kube.get(services, to.name, to.namespace);
  const selected = service ? await selectedPods(kube, service) : [];
  const [client, ...servers] = await Promise.all([clientPod, ...selected].map((pod) => partyOf(kube, pod, signal)));
  if (!client) throw new Error('a caller was found and lost');
  const [spaces, configs, ...policies] = await Promise.all([
    kube.list(namespaces),
    listed(kube, meshConfigs),
    ...['TrafficTarget', 'HTTPRouteGroup', 'TCPRoute', 'TrafficSplit'].map((kind) => listed(kube, objectsOf(kind))),
  ]);
  const [trafficTargets = [], httpRouteGroups = [], tcpRoutes = [], trafficSplits = []] = policies;
  const config = configs.find(({ metadata }) => metadata.name === meshConfigName);
  const traffic = trafficOf(config);
  return {
    client,
    servers,
    service,
    namespaces: spaces,
    meshNamespace: config?.metadata.namespace,
    // Without a MeshConfig OSM takes every switch as off.
    isPermissive: traffic['enablePermissiveTrafficPolicyMode'] === true,
    isEgressOn: traffic['enableEgress'] === true,
    trafficTargets,
    httpRouteGroups,
    tcpRoutes,
    trafficSplits,
  };
}

function trafficOf(config: KubeObject | undefined): Readonly<Record<string, unknown>> {
  const spec: unknown = config?.['spec'];
  const traffic = typeof spec === 'object' && spec !== null && 'traffic' in spec ? spec.traffic : undefined;
  return typeof traffic === 'object' && traffic !== null ? { ...traffic } : {};
}

async function findCaller(kube: KubeClient, from: NamespacedName): Promise<Pod> {
  const workload = await findWorkload(kube, from);
  const own = workload ? await podsOf(kube, workload) : [await kube.get(pods, from.name, from.namespace)];
  const running = own.find((pod) => pod?.status?.phase === 'Running');
  if (running) return running;
  throw faultOf('explain.no-caller', from.namespace, from.name, workload ? 'stopped' : 'missing');
}

async function selectedPods(kube: KubeClient, service: Service): Promise<Pod[]> {
  const selector = Object.entries(service.spec.selector ?? {});
  if (selector.length === 0) return [];
  const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(',');
  const found = await kube.list(pods, { namespace: service.metadata.namespace ?? 'default', labelSelector });
  return found.filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

/** A sidecar that gives no answer is evidence that is missing, and no failure. */
async function partyOf(kube: KubeClient, pod: Pod, signal: AbortSignal): Promise<Party> {
  const isInjected = hasSidecar(pod);
  if (!isInjected || pod.status?.phase !== 'Running') return { pod, hasSidecar: isInjected, proxy: undefined };
  try {
    const proxy = proxyFacts(await adminGet(kube, pod, '/config_dump?include_eds', signal));
    return { pod, hasSidecar: true, proxy };
  } catch (error) {
    if (signal.aborted) throw error;
    return { pod, hasSidecar: true, proxy: undefined };
  }
}

/** None where no mesh brought the kind. */
async function listed(kube: KubeClient, ref: ReturnType<typeof resourceOf>): Promise<KubeObject[]> {
  try {
    return await kube.list(ref);
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return [];
    throw error;
  }
}
