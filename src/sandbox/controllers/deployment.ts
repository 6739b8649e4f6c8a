import type { Deployment, ReplicaSet } from '../../kube/objects.ts';
import { deployments, replicaSets } from '../../kube/resources.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { annotationsFor, newSetFor, Revisions, revisionOf } from './deployment-revisions.ts';
import {
  byAge,
  desiredReplicas,
  newSetReplicas,
  replicasOf,
  scaleProportionally,
  shrinkOldSets,
} from './deployment-rollout.ts';
import {
  availability,
  countReplicas,
  isComplete,
  progress,
  progressDeadlineInMs,
  replicaFailure,
  withCondition,
} from './deployment-status.ts';
import { claim, controllerOf, selects } from './ownership.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

const source = { component: 'deployment-controller' };

/** Rolls a Deployment out through its ReplicaSets. Knows nothing of pods but the counts in ReplicaSet statuses. */
export function startDeploymentController(parts: ControllerParts): Controller {
  const { cluster } = parts;
  const rollout = new DeploymentController(parts);
  const queue = rollout.queue;
  const stops = [
    cluster.watch(deployments, ({ object }) => queue.add(keyOf(object))),
    cluster.watch(replicaSets, ({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'Deployment') queue.add(`${object.metadata.namespace}/${owner.name}`);
      if (owner) return;
      for (const deployment of cluster.list(deployments, { namespace: object.metadata.namespace ?? '' }))
        if (selects(deployment.spec.selector, object.metadata.labels)) queue.add(keyOf(deployment));
    }),
  ];
  return controllerOn(queue, stops);
}

class DeploymentController {
  readonly queue: WorkQueue;
  readonly #parts: ControllerParts;
  readonly #revisions: Revisions;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#revisions = new Revisions(parts);
    this.queue = new WorkQueue({
      name: 'deployment',
      clock: parts.clock,
      reconcile: (key) => this.#reconcile(key),
      onError: (error, key) => parts.onError('deployment', error, key),
    });
  }

  async #reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const { cluster } = this.#parts;
    const deployment = cluster.get(deployments, name, namespace);
    if (!deployment) return;
    const sets = await claim(cluster, replicaSets, deployments, deployment);
    if (deployment.metadata.deletionTimestamp !== undefined) return this.#writeStatus(deployment, sets);
    if (await this.#pauseOrResume(deployment)) return;
    if (deployment.spec.paused || needsScaling(deployment, sets)) {
      await this.#revisions.syncExisting(deployment, sets);
      await this.#scale(deployment, this.#current(deployment));
    } else if (deployment.spec.strategy?.type === 'Recreate') await this.#recreate(deployment, sets);
    else await this.#rollingUpdate(deployment, sets);
    const after = this.#current(deployment);
    const latest = cluster.get(deployments, name, namespace);
    if (!latest) return;
    await this.#writeStatus(latest, after);
    await this.#deleteOldHistory(latest, after);
  }

  /** The ReplicaSets as they are now; our own writes of this pass are among them. */
  #current(deployment: Deployment): ReplicaSet[] {
    const { namespace = '', uid } = deployment.metadata;
    return this.#parts.cluster.list(replicaSets, { namespace }).filter((set) => controllerOf(set)?.uid === uid);
  }

  /** A pause is shown in the Progressing condition, so that the deadline does not run while nobody is rolling out. */
  async #pauseOrResume(deployment: Deployment): Promise<boolean> {
    if (deployment.spec.progressDeadlineSeconds === undefined) return false;
    const { clock, cluster } = this.#parts;
    const reason = deployment.status?.conditions?.find((condition) => condition.type === 'Progressing')?.reason;
    const paused = deployment.spec.paused === true;
    if (paused === (reason === 'DeploymentPaused') || reason === 'ProgressDeadlineExceeded') return false;
    const { name = '', namespace } = deployment.metadata;
    const change = paused
      ? { status: 'Unknown' as const, reason: 'DeploymentPaused', message: 'Deployment is paused' }
      : { status: 'Unknown' as const, reason: 'DeploymentResumed', message: 'Deployment is resumed' };
    await cluster.modifyStatus(deployments, name, namespace, (draft) => {
      const conditions = withCondition(draft.status?.conditions ?? [], 'Progressing', change, clock.now());
      draft.status = { ...draft.status, conditions };
    });
    return true;
  }

  async #rollingUpdate(deployment: Deployment, sets: ReplicaSet[]): Promise<void> {
    const newest = await this.#revisions.newSet(deployment, sets, newSetReplicas(deployment, sets, 0));
    if (!newest) return;
    const all = this.#current(deployment);
    const desired = desiredReplicas(deployment);
    const size = replicasOf(newest) > desired ? desired : newSetReplicas(deployment, all, replicasOf(newest));
    if (await this.#resize(deployment, newest, size)) return;
    const old = all.filter((set) => set.metadata.uid !== newest.metadata.uid);
    const sizes = shrinkOldSets(deployment, newest, old);
    for (const set of old) await this.#resize(deployment, set, sizes.get(set.metadata.name ?? '') ?? replicasOf(set));
  }

  async #recreate(deployment: Deployment, sets: ReplicaSet[]): Promise<void> {
    const existing = newSetFor(deployment, sets);
    const old = sets.filter((set) => set !== existing);
    await this.#revisions.syncExisting(deployment, sets);
    let shrunk = false;
    for (const set of old) shrunk = (await this.#resize(deployment, set, 0)) || shrunk;
    const gone = (set: ReplicaSet) => (set.status?.replicas ?? 0) + (set.status?.terminatingReplicas ?? 0) === 0;
    if (shrunk || !old.every(gone)) return;
    const newest = await this.#revisions.newSet(deployment, sets, desiredReplicas(deployment));
    if (newest) await this.#resize(deployment, newest, desiredReplicas(deployment));
  }

  async #scale(deployment: Deployment, sets: ReplicaSet[]): Promise<void> {
    const active = sets.filter((set) => replicasOf(set) > 0);
    const newest = newSetFor(deployment, sets);
    const only =
      active.length === 1 ? active[0] : active.length === 0 ? (newest ?? [...sets].sort(byAge).at(-1)) : undefined;
    if (only) {
      await this.#resize(deployment, only, desiredReplicas(deployment));
      return;
    }
    if (newest && isSaturated(deployment, newest)) {
      for (const set of active) if (set !== newest) await this.#resize(deployment, set, 0);
      return;
    }
    if (deployment.spec.strategy?.type === 'Recreate') return;
    const sizes = scaleProportionally(deployment, active);
    for (const set of active)
      await this.#resize(deployment, set, sizes.get(set.metadata.name ?? '') ?? replicasOf(set));
  }

  /** Whether the size changed; the annotations that record the Deployment's size are kept fresh either way. */
  async #resize(deployment: Deployment, set: ReplicaSet, size: number): Promise<boolean> {
    const { name = '', namespace } = set.metadata;
    const before = replicasOf(set);
    await this.#parts.cluster.modify(replicaSets, name, namespace, (draft) => {
      draft.spec.replicas = size;
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotationsFor(deployment) };
    });
    if (before === size) return false;
    const direction = size > before ? 'up' : 'down';
    this.#parts.events.normal(
      source,
      { ref: deployments, object: deployment },
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${name} from ${before} to ${size}`,
    );
    return true;
  }

  async #writeStatus(deployment: Deployment, sets: readonly ReplicaSet[]): Promise<void> {
    const { clock, cluster } = this.#parts;
    const now = clock.now();
    const newest = newSetFor(deployment, sets);
    const counts = countReplicas(deployment, newest, sets);
    let conditions = availability(deployment, counts, now, deployment.status?.conditions ?? []);
    conditions = progress(deployment, counts, newest, conditions, now);
    conditions = replicaFailure(sets, conditions, now);
    const { name = '', namespace, uid } = deployment.metadata;
    await cluster.modifyStatus(deployments, name, namespace, (draft) => {
      if (draft.metadata.uid === uid) draft.status = { ...counts, conditions };
    });
    const deadline = progressDeadlineInMs(deployment, conditions, now);
    // One millisecond past the deadline, as times in conditions have no fraction.
    if (deadline !== undefined) this.queue.addAfter(keyOf(deployment), deadline + 1);
  }

  /** Kubernetes: spec.revisionHistoryLimit, counted without the newest ReplicaSet. */
  async #deleteOldHistory(deployment: Deployment, sets: readonly ReplicaSet[]): Promise<void> {
    const limit = deployment.spec.revisionHistoryLimit ?? 10;
    const newest = newSetFor(deployment, sets);
    if (!isComplete(deployment, countReplicas(deployment, newest, sets))) return;
    const old = sets.filter((set) => set !== newest && set.metadata.deletionTimestamp === undefined);
    const surplus = old.length - limit;
    if (surplus <= 0) return;
    for (const set of old.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus)) {
      if (replicasOf(set) !== 0 || (set.status?.replicas ?? 0) !== 0) continue;
      await this.#parts.cluster.delete(replicaSets, set.metadata.name ?? '', set.metadata.namespace);
    }
  }
}

/** Kubernetes: isScalingEvent; an active ReplicaSet remembers another size of the Deployment than it has now. */
function needsScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const remembered = set.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'];
    return replicasOf(set) > 0 && remembered !== undefined && Number(remembered) !== desiredReplicas(deployment);
  });
}

function isSaturated(deployment: Deployment, newest: ReplicaSet): boolean {
  const desired = desiredReplicas(deployment);
  return (
    replicasOf(newest) === desired &&
    Number(newest.metadata.annotations?.['deployment.kubernetes.io/desired-replicas']) === desired &&
    (newest.status?.availableReplicas ?? 0) === desired
  );
}
