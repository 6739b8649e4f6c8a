import { resourceQuotas } from '../../kube/resources.ts';
import { isInScopes, kindOfLine, type ResourceQuota, sumOfUsages, usageOf, written } from '../quota-usage.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

/**
 * Reports in each ResourceQuota's status how much of it is used. It watches only kinds that some quota counts, so that
 * a cluster without quotas pays nothing. Kubernetes: resourcequota controller.
 */
export function startResourceQuotaController(parts: ControllerParts): Controller {
  const { cluster } = parts;
  const watched = new Map<string, () => void>();
  const queue = new WorkQueue({
    name: 'resourcequota',
    clock: parts.clock,
    reconcile,
    onError: (error, key) => parts.onError('resourcequota', error, key),
  });

  async function reconcile(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    const quota = cluster.get(resourceQuotas, name, namespace) as ResourceQuota | undefined;
    const hard = quota?.spec?.hard;
    if (!quota || !hard) return;
    const used = Object.fromEntries(
      Object.entries(hard).map(([line, most]) => [line, written(usedOf(quota, line, namespace), most)]),
    );
    await cluster.modifyStatus(resourceQuotas, name, namespace, (draft: ResourceQuota) => {
      draft.status = { hard, used };
    });
  }

  function usedOf(quota: ResourceQuota, line: string, namespace: string): number {
    const counted = kindOfLine(line);
    const ref = cluster
      .resources()
      .find(({ group, resource }) => group === counted?.group && resource === counted.resource);
    if (!ref) return 0;
    watch(ref);
    const objects = cluster.list(ref, { namespace }).filter((object) => isInScopes(object, quota));
    return sumOfUsages(objects.map((object) => usageOf(object, ref)))[line] ?? 0;
  }

  function watch(ref: Parameters<typeof cluster.watch>[0]): void {
    const kind = `${ref.resource}.${ref.group}`;
    if (watched.has(kind)) return;
    // Set before it begins, as what exists is told inside the call.
    watched.set(kind, () => {});
    watched.set(
      kind,
      cluster.watch(ref, ({ object }) => addAll(object.metadata.namespace ?? '')),
    );
  }

  function addAll(namespace: string): void {
    for (const { metadata } of cluster.list(resourceQuotas, { namespace })) queue.add(`${namespace}/${metadata.name}`);
  }

  return controllerOn(queue, [
    cluster.watch(resourceQuotas, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
    }),
    () => {
      for (const stop of watched.values()) stop();
    },
  ]);
}
