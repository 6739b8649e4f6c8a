import { apiTime } from '../../kube/duration.ts';
import type { Condition, Pod, ReplicaSet } from '../../kube/objects.ts';
import { pods, replicaSets } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { claim, controllerOf, podFromTemplate, selects } from './ownership.ts';
import { availableInMs, isActive, isReady, isTerminating, podCondition } from './pod-readiness.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

const source = { component: 'replicaset-controller' };

/** Keeps as many pods as a ReplicaSet asks for. Knows nothing of Deployments. */
export function startReplicaSetController(parts: ControllerParts): Controller {
  const { cluster } = parts;
  const { queue } = new ReplicaSetController(parts);
  const enqueueAdopters = (orphan: Pod) => {
    const { namespace = '', labels } = orphan.metadata;
    for (const set of cluster.list(replicaSets, { namespace }))
      if (selects(set.spec.selector, labels)) queue.add(keyOf(set));
  };
  return controllerOn(queue, [
    cluster.watch(replicaSets, ({ object }) => queue.add(keyOf(object))),
    cluster.watch(pods, ({ object }) => {
      const controller = controllerOf(object);
      if (controller?.kind === 'ReplicaSet') queue.add(`${object.metadata.namespace}/${controller.name}`);
      else if (!controller) enqueueAdopters(object);
    }),
  ]);
}

class ReplicaSetController {
  readonly queue: WorkQueue;
  readonly #parts: ControllerParts;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.queue = new WorkQueue({
      name: 'replicaset',
      clock: parts.clock,
      reconcile: (key) => this.#reconcile(key),
      onError: (error, key) => parts.onError('replicaset', error, key),
    });
  }

  async #reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const set = this.#parts.cluster.get(replicaSets, name, namespace);
    if (!set) return;
    const claimed = await claim(this.#parts.cluster, pods, replicaSets, set);
    let failure: StatusError | undefined;
    if (set.metadata.deletionTimestamp === undefined)
      failure = await this.#manageReplicas(set, claimed.filter(isActive));
    await this.#writeStatus(set, failure);
    // The work queue's back-off decides when a refused pod is tried again.
    if (failure) throw failure;
  }

  async #manageReplicas(set: ReplicaSet, active: Pod[]): Promise<StatusError | undefined> {
    const missing = (set.spec.replicas ?? 1) - active.length;
    try {
      for (let count = 0; count < missing; count++) await this.#createPod(set);
      if (missing < 0) {
        const victims = active.toSorted((a, b) => compareForDeletion(a, b, active)).slice(0, -missing);
        for (const victim of victims) await this.#deletePod(set, victim);
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return isNamespaceTerminating(error) ? undefined : error;
    }
    return undefined;
  }

  async #createPod(set: ReplicaSet): Promise<void> {
    const subject = { ref: replicaSets, object: set };
    const template = set.spec.template ?? { spec: { containers: [] } };
    try {
      const pod = await this.#parts.cluster.create(
        pods,
        podFromTemplate(template, subject, { generateName: `${set.metadata.name}-` }),
      );
      this.#parts.events.normal(source, subject, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!isNamespaceTerminating(error))
        this.#parts.events.warning(source, subject, 'FailedCreate', `Error creating: ${refusalOf(set, error)}`);
      throw error;
    }
  }

  async #deletePod(set: ReplicaSet, pod: Pod): Promise<void> {
    const name = pod.metadata.name ?? '';
    await this.#parts.cluster.delete(
      pods,
      name,
      pod.metadata.namespace,
      pod.metadata.uid ? { uid: pod.metadata.uid } : {},
    );
    this.#parts.events.normal(source, { ref: replicaSets, object: set }, 'SuccessfulDelete', `Deleted pod: ${name}`);
  }

  async #writeStatus(set: ReplicaSet, failure: StatusError | undefined): Promise<void> {
    const { namespace = '', name = '', uid } = set.metadata;
    const owned = this.#parts.cluster.list(pods, { namespace }).filter((pod) => controllerOf(pod)?.uid === uid);
    const active = owned.filter(isActive);
    const minReadySeconds = set.spec.minReadySeconds ?? 0;
    const waits = active.map((pod) => availableInMs(pod, minReadySeconds, this.#parts.clock.now()));
    const pending = waits.filter((wait) => wait !== undefined && wait > 0);
    if (pending.length > 0) this.queue.addAfter(keyOf(set), Math.min(...pending.map(Number)));
    const templateLabels = set.spec.template?.metadata?.labels ?? {};
    await this.#parts.cluster.modifyStatus(replicaSets, name, namespace, (draft) => {
      if (draft.metadata.uid !== uid) return;
      const ready = active.filter(isReady).length;
      const available = waits.filter((wait) => wait === 0).length;
      const fullyLabelled = active.filter((pod) =>
        selects({ matchLabels: templateLabels }, pod.metadata.labels),
      ).length;
      const conditions = replicaFailure(
        draft.status?.conditions ?? [],
        failure,
        set,
        active.length,
        this.#parts.clock.now(),
      );
      draft.status = {
        replicas: active.length,
        ...(fullyLabelled === 0 ? {} : { fullyLabeledReplicas: fullyLabelled }),
        ...(ready === 0 ? {} : { readyReplicas: ready }),
        ...(available === 0 ? {} : { availableReplicas: available }),
        terminatingReplicas: owned.filter(isTerminating).length,
        observedGeneration: set.metadata.generation ?? 1,
        ...(conditions.length === 0 ? {} : { conditions }),
      };
    });
  }
}

/** Kubernetes: pods can't be created in a namespace that is going away, which is nobody's failure. */
function isNamespaceTerminating(error: StatusError): boolean {
  return error.status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false;
}

/**
 * Why a pod was refused, without the name made up for this attempt, as a real server words it. A message that differed
 * each time would be news each time, and every failure would wake this controller at once.
 */
function refusalOf(set: ReplicaSet, error: StatusError): string {
  return error.message.replaceAll(new RegExp(`"(${set.metadata.name}-)[a-z0-9]{5}"`, 'g'), '"$1"');
}

/** The ReplicaFailure condition, set by a refused create or delete and taken away when the count is right. */
function replicaFailure(
  conditions: readonly Condition[],
  failure: StatusError | undefined,
  set: ReplicaSet,
  active: number,
  now: number,
): Condition[] {
  const others = conditions.filter((condition) => condition.type !== 'ReplicaFailure');
  if (!failure) return others;
  const reason = active < (set.spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  const present = conditions.find((condition) => condition.type === 'ReplicaFailure' && condition.reason === reason);
  return [
    ...others,
    {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: present?.lastTransitionTime ?? apiTime(now),
      reason,
      message: refusalOf(set, failure),
    },
  ];
}

const phaseRank = { Pending: 0, Unknown: 1, Running: 2, Succeeded: 3, Failed: 3 };
const rankOf = (pod: Pod) => phaseRank[pod.status?.phase ?? 'Pending'];
const restartsOf = (pod: Pod) =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));

/** What a pod says of itself: the lower, the sooner it may go. */
const costOf = (pod: Pod) => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0);

/** Kubernetes: ActivePodsWithRanks; who goes first when a ReplicaSet shrinks. */
function compareForDeletion(a: Pod, b: Pod, all: readonly Pod[]): number {
  const neighbours = (pod: Pod) => all.filter((other) => other.spec.nodeName === pod.spec.nodeName).length;
  const since = (pod: Pod) => pod.metadata.creationTimestamp ?? '';
  const readySince = (pod: Pod) => (isReady(pod) ? (podCondition(pod, 'Ready')?.lastTransitionTime ?? '') : '');
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    rankOf(a) - rankOf(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    costOf(a) - costOf(b) ||
    neighbours(b) - neighbours(a) ||
    readySince(b).localeCompare(readySince(a)) ||
    restartsOf(b) - restartsOf(a) ||
    since(b).localeCompare(since(a)) ||
    (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '')
  );
}
