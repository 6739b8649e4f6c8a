import { apiTime } from '../../kube/duration.ts';
import type { Condition, Deployment, ReplicaSet } from '../../kube/objects.ts';
import { availableOf, desiredReplicas, rollingLimits, sum } from './deployment-rollout.ts';

type Status = NonNullable<Deployment['status']>;

/** What a Deployment says of itself. Pure. Kubernetes: deployment/sync.go and progress.go, texts included. */
export interface ProgressChange {
  reason: string;
  message: string;
  status?: 'True' | 'False' | 'Unknown';
}

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);

/** Replaces a condition; the transition time stays when the status does, nothing changes when the reason does too. */
export function withCondition(
  conditions: readonly Condition[],
  type: string,
  change: { status: 'True' | 'False' | 'Unknown'; reason: string; message: string },
  now: number,
): Condition[] {
  const present = conditionOf(conditions, type);
  if (present && present.status === change.status && present.reason === change.reason) return [...conditions];
  const time = apiTime(now);
  const lastTransitionTime = present && present.status === change.status ? (present.lastTransitionTime ?? time) : time;
  const { status, reason, message } = change;
  return [
    ...conditions.filter((condition) => condition.type !== type),
    { type, status, lastUpdateTime: time, lastTransitionTime, reason, message },
  ];
}

/** The counts, without conditions; zero counts are left out as Go's omitempty does. */
export function countReplicas(
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
): Status {
  const replicas = sum(all, (set) => set.status?.replicas ?? 0);
  const available = sum(all, availableOf);
  const counts = {
    replicas,
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sum(all, (set) => set.status?.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, (set) => set.spec.replicas ?? 1) - available),
  };
  const present = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...present,
    terminatingReplicas: sum(all, (set) => set.status?.terminatingReplicas ?? 0),
    ...(deployment.status?.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
  };
}

export function availability(deployment: Deployment, status: Status, now: number, conditions: readonly Condition[]) {
  const { maxUnavailable } = rollingLimits(deployment);
  const enough = (status.availableReplicas ?? 0) >= desiredReplicas(deployment) - maxUnavailable;
  return withCondition(
    conditions,
    'Available',
    enough
      ? { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : {
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
  );
}

export function isComplete(deployment: Deployment, status: Status): boolean {
  const desired = desiredReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired
  );
}

function hasProgressed(before: Status, after: Status): boolean {
  const old = (status: Status) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** The time left until the rollout counts as stuck; undefined when it can't be or is already. */
export function progressDeadlineInMs(deployment: Deployment, conditions: readonly Condition[], now: number) {
  const seconds = deployment.spec.progressDeadlineSeconds;
  const progressing = conditionOf(conditions, 'Progressing');
  if (seconds === undefined || !progressing || progressing.status !== 'True') return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'DeploymentPaused') return undefined;
  return Math.max(0, Date.parse(progressing.lastUpdateTime ?? '') + seconds * 1000 - now);
}

/** The Progressing condition after one look at the rollout. */
export function progress(
  deployment: Deployment,
  status: Status,
  newest: ReplicaSet | undefined,
  conditions: readonly Condition[],
  now: number,
): Condition[] {
  if (deployment.spec.progressDeadlineSeconds === undefined) return [...conditions];
  const current = conditionOf(conditions, 'Progressing');
  const settled =
    current?.reason === 'NewReplicaSetAvailable' && (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (settled || deployment.spec.paused) return [...conditions];
  const subject = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, 'Progressing', { status: 'True', reason: 'NewReplicaSetAvailable', message }, now);
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const change = { status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` } as const;
    const updated = withCondition(conditions, 'Progressing', change, now);
    return updated.map((condition) =>
      condition.type === 'Progressing' ? { ...condition, lastUpdateTime: apiTime(now) } : condition,
    );
  }
  if (progressDeadlineInMs(deployment, conditions, now) === 0) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(
      conditions,
      'Progressing',
      { status: 'False', reason: 'ProgressDeadlineExceeded', message },
      now,
    );
  }
  return [...conditions];
}

/** ReplicaFailure is the ReplicaSets' own condition, shown on the Deployment while one of them has it. */
export function replicaFailure(
  sets: readonly ReplicaSet[],
  conditions: readonly Condition[],
  now: number,
): Condition[] {
  const others = conditions.filter((condition) => condition.type !== 'ReplicaFailure');
  for (const set of sets) {
    const failure = conditionOf(set.status?.conditions, 'ReplicaFailure');
    if (!failure) continue;
    const { status, reason = '', message = '' } = failure;
    return withCondition(conditions, 'ReplicaFailure', { status, reason, message }, now);
  }
  return others;
}
