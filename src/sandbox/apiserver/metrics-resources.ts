import type { KubeObject } from '../../kube/objects.ts';
import { plain } from './kinds/core.ts';
import { type ServedResource, storageKind } from './served-resource.ts';

/** Where the objects of kinds that nobody stores come from; undefined for a kind that is stored. */
export type ComputedObjects = (kind: string) => readonly KubeObject[] | undefined;

/** What metrics-server serves beside the API server. Its objects are measured when asked for, so there is nothing to write. */
export interface MetricsSource {
  pods(): readonly KubeObject[];
  nodes(): readonly KubeObject[];
}

const row = (resource: string, kind: string, namespaced: boolean): ServedResource => ({
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource,
  kind,
  listKind: `${kind}List`,
  singular: '',
  namespaced,
  verbs: ['get', 'list'],
  shortNames: [],
  categories: [],
  subresources: [],
  strategy: plain,
});

const podMetrics = row('pods', 'PodMetrics', true);
const nodeMetrics = row('nodes', 'NodeMetrics', false);

export const metricsResources: readonly ServedResource[] = [nodeMetrics, podMetrics];

export function computedMetrics(source: MetricsSource): ComputedObjects {
  const sources = new Map([
    [storageKind(podMetrics), () => source.pods()],
    [storageKind(nodeMetrics), () => source.nodes()],
  ]);
  return (kind) => sources.get(kind)?.();
}
