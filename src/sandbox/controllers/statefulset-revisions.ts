import { canonicalJson } from '../../kube/json-value.ts';
import { templateHash } from '../../kube/names.ts';
import type { KubeObject, Pod, StatefulSet } from '../../kube/objects.ts';
import { type ResourceRef, statefulSets } from '../../kube/resources.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { controllerOf, controllerReference } from './ownership.ts';

/**
 * The templates that a StatefulSet had, as ControllerRevisions: what `kubectl rollout history` and `undo` read. They
 * know nothing of pods but which revision each is of.
 */
export interface ControllerRevision extends KubeObject {
  revision: number;
  /** A patch that brings the set back to this template. */
  data: object;
}

export const controllerRevisions: ResourceRef<ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  resource: 'controllerrevisions',
  kind: 'ControllerRevision',
  namespaced: true,
};

/** On pods; on a ControllerRevision the hash has another name. */
export const revisionLabel = 'controller-revision-hash';
const hashLabel = 'controller.kubernetes.io/hash';
const defaultHistoryLimit = 10;

const hashOf = (set: StatefulSet): string => templateHash(JSON.parse(canonicalJson(set.spec.template)));

export const revisionOf = (set: StatefulSet): string => `${set.metadata.name}-${hashOf(set)}`;

function historyOf(cluster: ClusterApi, set: StatefulSet): ControllerRevision[] {
  const namespace = set.metadata.namespace ?? '';
  return cluster
    .list(controllerRevisions, { namespace })
    .filter((revision) => controllerOf(revision)?.uid === set.metadata.uid)
    .sort((a, b) => a.revision - b.revision);
}

/** The set's template is its newest revision: a new one, or an old one that moves up (a rollback). */
export async function keepRevisions(cluster: ClusterApi, set: StatefulSet, pods: readonly Pod[]): Promise<void> {
  const history = historyOf(cluster, set);
  const newest = history.at(-1)?.revision ?? 0;
  const name = revisionOf(set);
  const same = history.find((revision) => revision.metadata.name === name);
  if (!same) await cluster.create(controllerRevisions, draftRevision(set, newest + 1));
  else if (same.revision < newest)
    await cluster.modify(controllerRevisions, name, set.metadata.namespace, (draft) => {
      draft.revision = newest + 1;
    });
  await forgetOldest(cluster, set, pods);
}

function draftRevision(set: StatefulSet, revision: number): ControllerRevision {
  const { template } = set.spec;
  const { annotations, namespace } = set.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionOf(set),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, [hashLabel]: hashOf(set) },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(statefulSets, set)],
    },
    data: { spec: { template: { ...structuredClone(template), $patch: 'replace' } } },
    revision,
  };
}

/** Kubernetes: spec.revisionHistoryLimit counts those that no pod and no status needs any more. */
async function forgetOldest(cluster: ClusterApi, set: StatefulSet, pods: readonly Pod[]): Promise<void> {
  const live = new Set([
    revisionOf(set),
    set.status?.currentRevision,
    ...pods.map((pod) => pod.metadata.labels?.[revisionLabel]),
  ]);
  const old = historyOf(cluster, set).filter((revision) => !live.has(revision.metadata.name));
  const limit = set.spec.revisionHistoryLimit ?? defaultHistoryLimit;
  for (const { metadata } of old.slice(0, Math.max(0, old.length - limit)))
    await cluster.delete(controllerRevisions, metadata.name ?? '', metadata.namespace);
}
