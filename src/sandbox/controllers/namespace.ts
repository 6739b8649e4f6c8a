import { apiTime } from '../../kube/duration.ts';
import type { Condition, KubeObject, Namespace } from '../../kube/objects.ts';
import { namespaces, type ResourceRef } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { distinctKinds, watchEveryKind } from './resource-watch.ts';
import { WorkQueue } from './work-queue.ts';

interface Remaining {
  ref: ResourceRef;
  objects: KubeObject[];
}

/** Empties a namespace that is being deleted, says what is left, and lets it go. Knows every kind, but none by name. */
export function startNamespaceController(parts: ControllerParts): Controller {
  const { cluster, clock } = parts;
  const queue = new WorkQueue({
    name: 'namespace',
    clock,
    reconcile,
    onError: (error, key) => parts.onError('namespace', error, key),
  });
  const isTerminating = (name: string) => cluster.get(namespaces, name)?.metadata.deletionTimestamp !== undefined;

  async function reconcile(name: string): Promise<void> {
    if (!isTerminating(name)) return;
    const failures: StatusError[] = [];
    for (const { ref, objects } of contentOf(name)) {
      for (const object of objects) {
        const failure = object.metadata.deletionTimestamp ? undefined : await remove(ref, object, name);
        if (failure) failures.push(failure);
      }
    }
    const remaining = contentOf(name);
    await cluster.modifyStatus(namespaces, name, undefined, (draft) => {
      draft.status = { phase: 'Terminating', conditions: conditionsFor(draft, { remaining, failures }, clock.now()) };
    });
    // Tried again with back-off: what stands in the way (a webhook, say) may not do so for ever.
    if (failures[0]) throw failures[0];
    if (remaining.length > 0) return;
    const emptied = cluster.get(namespaces, name);
    if (emptied) await parts.subresources.finalize(emptied);
  }

  function contentOf(namespace: string): Remaining[] {
    return distinctKinds(cluster)
      .filter((ref) => ref.namespaced)
      .map((ref) => ({ ref, objects: cluster.list(ref, { namespace }) }))
      .filter(({ objects }) => objects.length > 0);
  }

  async function remove(ref: ResourceRef, object: KubeObject, namespace: string): Promise<StatusError | undefined> {
    try {
      await cluster.delete(ref, object.metadata.name ?? '', namespace, { propagationPolicy: 'Background' });
      return undefined;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // Gone meanwhile, which is as good.
      return error.code === 404 ? undefined : error;
    }
  }

  return controllerOn(queue, [
    cluster.watch(namespaces, ({ object }) => {
      if (object.metadata.deletionTimestamp !== undefined) queue.add(object.metadata.name ?? '');
    }),
    watchEveryKind(cluster, (_, { object }) => {
      const { namespace } = object.metadata;
      if (namespace !== undefined && isTerminating(namespace)) queue.add(namespace);
    }),
  ]);
}

/** Kubernetes: pkg/controller/namespace/deletion/status_condition_utils.go, in the order it writes them. */
function conditionsFor(
  namespace: Namespace,
  { remaining, failures }: { remaining: readonly Remaining[]; failures: readonly StatusError[] },
  now: number,
): Condition[] {
  const finalizers = new Map<string, number>();
  for (const object of remaining.flatMap(({ objects }) => objects))
    for (const finalizer of object.metadata.finalizers ?? [])
      finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  const kinds = remaining.map(
    ({ ref, objects }) => `${ref.resource}.${ref.group} has ${objects.length} resource instances`,
  );
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const table: [string, boolean, string, string][] = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    failures.length > 0
      ? ['NamespaceDeletionContentFailure', true, 'ContentDeletionFailed', failureText(failures)]
      : [
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ],
    kinds.length > 0
      ? [
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${kinds.sort().join(', ')}`,
        ]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    held.length > 0
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held.sort().join(', ')}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  return table.map(([type, isTrue, reason, message]) => {
    const status = isTrue ? 'True' : 'False';
    const before = namespace.status?.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? apiTime(now)) : apiTime(now);
    return { type, status, lastTransitionTime, reason, message };
  });
}

function failureText(failures: readonly StatusError[]): string {
  const messages = failures.map(({ message }) => message).sort();
  return `Failed to delete all resource types, ${failures.length} remaining: ${messages.join(', ')}`;
}
