import type { Pod, Service } from '../../kube/objects.ts';
import { pods, services } from '../../kube/resources.ts';
import { matchesLabels } from '../../kube/selectors.ts';
import type { ControllerParts } from './controller.ts';
import { keyOf, WorkQueue } from './work-queue.ts';

/**
 * A queue of the Services that a change touches: the Service itself, a pod that it selects, a pod that it selected
 * before its labels changed. It does not know what is made of them.
 */
export function serviceQueue(
  parts: ControllerParts,
  name: string,
  reconcile: (key: string) => Promise<void>,
): { queue: WorkQueue; stops: (() => void)[] } {
  const { cluster, clock } = parts;
  const onError = (error: unknown, key: string) => parts.onError(name, error, key);
  const queue = new WorkQueue({ name, clock, reconcile, onError });
  const labelsBefore = new Map<string, Record<string, string>>();

  const enqueueFor = (namespace: string, labels: Record<string, string>) => {
    for (const service of cluster.list<Service>(services, { namespace }))
      if (matchesLabels(service.spec.selector, labels)) queue.add(keyOf(service));
  };
  const onPod = (pod: Pod, deleted: boolean) => {
    const { namespace = '', uid = '', labels = {} } = pod.metadata;
    const before = labelsBefore.get(uid);
    if (before && before !== labels) enqueueFor(namespace, before);
    enqueueFor(namespace, labels);
    if (deleted) labelsBefore.delete(uid);
    else labelsBefore.set(uid, labels);
  };
  const stops = [
    cluster.watch(services, ({ object }) => queue.add(keyOf(object))),
    cluster.watch(pods, ({ type, object }) => onPod(object, type === 'DELETED')),
  ];
  return { queue, stops };
}
