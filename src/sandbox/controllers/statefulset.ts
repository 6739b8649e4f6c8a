import type { KubeObject, Pod, StatefulSet } from '../../kube/objects.ts';
import { pods, type ResourceRef, statefulSets } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { claim, controllerOf, podFromTemplate } from './ownership.ts';
import { isFinished, isReady, isTerminating } from './pod-readiness.ts';
import { keepRevisions, revisionLabel, revisionOf } from './statefulset-revisions.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

const source = { component: 'statefulset-controller' };

/**
 * Keeps the numbered pods of a StatefulSet, in order. One departure: a pod that comes back during a partitioned update
 * gets the newest template, not the one of its revision.
 */
export function startStatefulSetController(parts: ControllerParts): Controller {
  const { cluster } = parts;
  const { queue } = new StatefulSetController(parts);
  return controllerOn(queue, [
    cluster.watch(statefulSets, ({ object }) => queue.add(keyOf(object))),
    cluster.watch(pods, ({ object }) => {
      const controller = controllerOf(object);
      if (controller?.kind === 'StatefulSet') queue.add(`${object.metadata.namespace}/${controller.name}`);
    }),
  ]);
}

function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const name = pod.metadata.name ?? '';
  const prefix = `${set.metadata.name}-`;
  const number = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
  return Number.isInteger(number) ? number : undefined;
}

class StatefulSetController {
  readonly queue: WorkQueue;
  readonly #parts: ControllerParts;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.queue = new WorkQueue({
      name: 'statefulset',
      clock: parts.clock,
      reconcile: (key) => this.#reconcile(key),
      onError: (error, key) => parts.onError('statefulset', error, key),
    });
  }

  async #reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const set = this.#parts.cluster.get(statefulSets, name, namespace);
    if (!set) return;
    const owned = await claim(this.#parts.cluster, pods, statefulSets, set);
    const byOrdinal = new Map<number, Pod>();
    for (const pod of owned) {
      const ordinal = ordinalOf(set, pod);
      if (ordinal !== undefined) byOrdinal.set(ordinal, pod);
    }
    if (set.metadata.deletionTimestamp === undefined) {
      await keepRevisions(this.#parts.cluster, set, owned);
      await this.#step(set, byOrdinal);
    }
    await this.#writeStatus(set);
  }

  /** One step: the lowest missing pod, else the highest surplus one, else the highest outdated one. */
  async #step(set: StatefulSet, byOrdinal: ReadonlyMap<number, Pod>): Promise<void> {
    const replicas = set.spec.replicas ?? 1;
    const inParallel = set.spec.podManagementPolicy === 'Parallel';
    for (let ordinal = 0; ordinal < replicas; ordinal++) {
      const pod = byOrdinal.get(ordinal);
      if (!pod) await this.#createPod(set, ordinal);
      else if (isFinished(pod) && !isTerminating(pod)) await this.#deletePod(set, pod);
      if (!inParallel && !(pod && isReady(pod) && !isTerminating(pod))) return;
    }
    const surplus = [...byOrdinal.keys()].filter((ordinal) => ordinal >= replicas).sort((a, b) => b - a);
    for (const ordinal of surplus) {
      const pod = byOrdinal.get(ordinal);
      if (pod && !isTerminating(pod)) await this.#deletePod(set, pod);
      if (!inParallel) return;
    }
    await this.#replaceOutdated(set, byOrdinal, replicas);
  }

  async #replaceOutdated(set: StatefulSet, byOrdinal: ReadonlyMap<number, Pod>, replicas: number): Promise<void> {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    for (let ordinal = replicas - 1; ordinal >= partition; ordinal--) {
      const pod = byOrdinal.get(ordinal);
      if (!pod || isTerminating(pod)) return;
      if (pod.metadata.labels?.[revisionLabel] !== revisionOf(set)) return this.#deletePod(set, pod);
      if (!isReady(pod)) return;
    }
  }

  async #createPod(set: StatefulSet, ordinal: number): Promise<void> {
    const subject = { ref: statefulSets, object: set };
    const name = `${set.metadata.name}-${ordinal}`;
    const pod = podFromTemplate(set.spec.template, subject, { name });
    pod.metadata.labels = {
      ...pod.metadata.labels,
      'apps.kubernetes.io/pod-index': String(ordinal),
      [revisionLabel]: revisionOf(set),
      'statefulset.kubernetes.io/pod-name': name,
    };
    pod.spec.hostname = name;
    if (set.spec.serviceName !== undefined) pod.spec.subdomain = set.spec.serviceName;
    const claims = (set.spec.volumeClaimTemplates ?? []).map((template) => template.metadata.name ?? '');
    const volumes = claims.map((claimed) => ({
      name: claimed,
      persistentVolumeClaim: { claimName: `${claimed}-${name}` },
    }));
    if (volumes.length > 0) {
      const others = (pod.spec.volumes ?? []).filter((volume) => !claims.includes(volume.name));
      pod.spec.volumes = [...volumes, ...others];
    }
    try {
      for (const template of set.spec.volumeClaimTemplates ?? []) await this.#ensureClaim(set, template, name);
      await this.#parts.cluster.create(pods, pod);
      const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`;
      this.#parts.events.normal(source, subject, 'SuccessfulCreate', message);
    } catch (error) {
      if (error instanceof StatusError) {
        const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`;
        this.#parts.events.warning(source, subject, 'FailedCreate', message);
      }
      throw error;
    }
  }

  /** Claims outlive their pods. The sandbox has no disks: a claim is bound at once, to a volume that nothing reads. */
  async #ensureClaim(set: StatefulSet, template: KubeObject, podName: string): Promise<void> {
    const { cluster, events } = this.#parts;
    const ref = cluster.resources().find(isClaimKind);
    if (!ref) return;
    const name = `${template.metadata.name}-${podName}`;
    const namespace = set.metadata.namespace ?? '';
    if (cluster.get(ref, name, namespace)) return;
    const labels = set.spec.selector.matchLabels;
    const spec = structuredClone(template['spec']) as { resources?: { requests?: object }; accessModes?: string[] };
    const created = await cluster.create(ref, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
      spec: { storageClassName: 'default', volumeMode: 'Filesystem', ...spec },
    });
    await cluster.modify(ref, name, namespace, (draft) => {
      draft['spec'] = { ...(draft['spec'] as object), volumeName: `pvc-${created.metadata.uid}` };
    });
    await cluster.modifyStatus(ref, name, namespace, (draft) => {
      draft['status'] = {
        phase: 'Bound',
        accessModes: spec.accessModes ?? [],
        capacity: spec.resources?.requests ?? {},
      };
    });
    const message = `create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name} success`;
    events.normal(source, { ref: statefulSets, object: set }, 'SuccessfulCreate', message);
  }

  async #deletePod(set: StatefulSet, pod: Pod): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata;
    await this.#parts.cluster.delete(pods, name, namespace, uid ? { uid } : {});
    const message = `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`;
    this.#parts.events.normal(source, { ref: statefulSets, object: set }, 'SuccessfulDelete', message);
  }

  async #writeStatus(set: StatefulSet): Promise<void> {
    const { name = '', namespace = '', uid } = set.metadata;
    const { cluster } = this.#parts;
    const owned = cluster.list(pods, { namespace }).filter((pod) => controllerOf(pod)?.uid === uid && !isFinished(pod));
    const updateRevision = revisionOf(set);
    await cluster.modifyStatus(statefulSets, name, namespace, (draft) => {
      if (draft.metadata.uid !== uid) return;
      const live = owned.filter((pod) => !isTerminating(pod));
      const updated = live.filter((pod) => pod.metadata.labels?.[revisionLabel] === updateRevision).length;
      const ready = live.filter(isReady).length;
      const allUpdated = updated === (set.spec.replicas ?? 1) && owned.length === updated && ready === updated;
      const previous = draft.status?.currentRevision;
      const currentRevision = allUpdated || !previous ? updateRevision : previous;
      const current = live.filter((pod) => pod.metadata.labels?.[revisionLabel] === currentRevision).length;
      draft.status = {
        observedGeneration: set.metadata.generation ?? 1,
        replicas: owned.length,
        ...(ready === 0 ? {} : { readyReplicas: ready }),
        ...(current === 0 ? {} : { currentReplicas: current }),
        ...(updated === 0 ? {} : { updatedReplicas: updated }),
        currentRevision,
        updateRevision,
        collisionCount: 0,
        availableReplicas: ready,
      };
    });
  }
}

const isClaimKind = (ref: ResourceRef) => ref.group === '' && ref.resource === 'persistentvolumeclaims';
