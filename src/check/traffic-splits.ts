import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, Pod } from '../kube/objects.ts';
import { endpoints, pods, services } from '../kube/resources.ts';
import { StatusError } from '../kube/status.ts';
import { trafficSplits } from './resource-table.ts';
import { type NamespacedName, nameOf } from './spec-fields.ts';
import { hasSidecar } from './workload.ts';

export interface SplitBackend {
  service: NamespacedName;
  weight: number;
}

/** All TrafficSplits of a namespace; none where no mesh brought the kind. */
export async function listSplits(kube: KubeClient, namespace: string): Promise<KubeObject[]> {
  try {
    return await kube.list(trafficSplits, { namespace });
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return [];
    throw error;
  }
}

/** `spec.backends` of a TrafficSplit; its backends are Services of its own namespace. */
export function backendsOf(split: KubeObject): SplitBackend[] {
  const spec: unknown = split['spec'];
  if (typeof spec !== 'object' || spec === null || !('backends' in spec) || !Array.isArray(spec.backends)) return [];
  return spec.backends.map((backend: { service?: unknown; weight?: unknown }) => ({
    service: { namespace: split.metadata.namespace ?? 'default', name: String(backend.service) },
    weight: Number(backend.weight),
  }));
}

/** The Service that clients call, `namespace/name`. */
export function rootOf(split: KubeObject): string {
  const spec: unknown = split['spec'];
  const service = typeof spec === 'object' && spec !== null && 'service' in spec ? String(spec.service) : '';
  return `${split.metadata.namespace ?? 'default'}/${service.split(/[.:]/)[0]}`;
}

/** The Services that requests to this one may end at: itself, or the backends of its TrafficSplit. */
export async function upstreamsOf(kube: KubeClient, to: NamespacedName): Promise<NamespacedName[]> {
  const splits = await listSplits(kube, to.namespace);
  const own = splits.filter((split) => rootOf(split) === nameOf(to));
  const all = [to, ...own.flatMap(backendsOf).map((backend) => backend.service)];
  return all.filter((service, index) => all.findIndex((other) => other.name === service.name) === index);
}

/** `missing`, `not-ready` (no pod behind it is) or `ready`. */
export async function readinessOf(
  kube: KubeClient,
  service: NamespacedName,
): Promise<'missing' | 'not-ready' | 'ready'> {
  const object = await kube.get(services, service.name, service.namespace);
  if (!object) return 'missing';
  const addresses = await kube.get(endpoints, service.name, service.namespace);
  return addresses?.subsets?.some((subset) => (subset.addresses ?? []).length > 0) ? 'ready' : 'not-ready';
}

/** The pods that a Service selects and that are not on their way out. */
export async function podsBehind(kube: KubeClient, service: NamespacedName): Promise<Pod[]> {
  const object = await kube.get(services, service.name, service.namespace);
  const selector = Object.entries(object?.spec.selector ?? {});
  if (selector.length === 0) return [];
  const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(',');
  const found = await kube.list(pods, { namespace: service.namespace, labelSelector });
  return found.filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

/** The name of a pod behind the Service that has no sidecar: the mesh cannot deny anybody who calls it. */
export async function podOutsideMesh(kube: KubeClient, service: NamespacedName): Promise<string | undefined> {
  return (await podsBehind(kube, service)).find((pod) => !hasSidecar(pod))?.metadata.name;
}
