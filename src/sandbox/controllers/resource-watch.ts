import type { KubeObject } from '../../kube/objects.ts';
import { customResourceDefinitions, type ResourceRef } from '../../kube/resources.ts';
import type { ClusterApi, WatchEvent } from '../cluster-api.ts';

/** One version of every stored kind: several served versions show the same objects. */
export function distinctKinds(cluster: ClusterApi): ResourceRef[] {
  const kinds = new Map<string, ResourceRef>();
  for (const resource of cluster.resources()) {
    // events.k8s.io serves the core events a second time.
    if (resource.group === 'events.k8s.io') continue;
    const key = `${resource.resource}.${resource.group}`;
    if (!kinds.has(key)) kinds.set(key, resource);
  }
  return [...kinds.values()];
}

/** Watches every kind there is, and those that custom resource definitions add later. Returns how to stop. */
export function watchEveryKind(
  cluster: ClusterApi,
  onEvent: (ref: ResourceRef, event: WatchEvent<KubeObject>) => void,
): () => void {
  const stops = new Map<string, () => void>();
  const refresh = () => {
    const kinds = new Map(distinctKinds(cluster).map((ref) => [`${ref.resource}.${ref.group}/${ref.version}`, ref]));
    for (const [key, stop] of stops) {
      if (kinds.has(key)) continue;
      stops.delete(key);
      stop();
    }
    for (const [key, ref] of kinds) {
      if (!stops.has(key))
        stops.set(
          key,
          cluster.watch(ref, (event) => onEvent(ref, event)),
        );
    }
  };
  refresh();
  const stopDefinitions = cluster.watch(customResourceDefinitions, refresh);
  return () => {
    stopDefinitions();
    for (const stop of stops.values()) stop();
  };
}
