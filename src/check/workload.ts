import type { KubeClient } from '../kube/client.ts';
import type { Deployment, Pod, StatefulSet } from '../kube/objects.ts';
import { deployments, pods, statefulSets } from '../kube/resources.ts';
import type { NamespacedName } from './spec-fields.ts';

export interface Workload {
  kind: 'Deployment' | 'StatefulSet';
  object: Deployment | StatefulSet;
}

/** OSM 1.2 names the sidecar so, in every pod that it injects. */
export const sidecarName = 'envoy';

export async function findWorkload(kube: KubeClient, name: NamespacedName): Promise<Workload | undefined> {
  const deployment = await kube.get(deployments, name.name, name.namespace);
  if (deployment) return { kind: 'Deployment', object: deployment };
  const statefulSet = await kube.get(statefulSets, name.name, name.namespace);
  return statefulSet && { kind: 'StatefulSet', object: statefulSet };
}

/** Pods that its selector matches and that are not on their way out. */
export async function podsOf(kube: KubeClient, workload: Workload): Promise<Pod[]> {
  const selector = workload.object.spec.selector.matchLabels ?? {};
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const namespace = workload.object.metadata.namespace ?? 'default';
  const found = await kube.list(pods, { namespace, labelSelector });
  return found.filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

export const hasSidecar = (pod: Pod): boolean =>
  [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some((container) => container.name === sidecarName);

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

// Reasons that no waiting mends; kubectl shows the same words in its STATUS column.
const stuckReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
]);

/** Why a container of the pod does not start, when time alone will not help. */
export function whyStuck(pod: Pod): { container: string; reason: string; message: string } | undefined {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const status of statuses) {
    const { reason, message } = status.state.waiting ?? {};
    if (reason && stuckReasons.has(reason)) return { container: status.name, reason, message: message ?? '' };
  }
  return undefined;
}
