import { amountOf } from '../../kube/int-or-percent.ts';
import type { Deployment, ReplicaSet } from '../../kube/objects.ts';

/**
 * The arithmetic of a Deployment's rollout: how many pods each of its ReplicaSets should have next. Pure; it knows
 * neither the API nor time. Source of every rule: Kubernetes, pkg/controller/deployment and its util package.
 */
export const desiredReplicas = (deployment: Deployment): number => deployment.spec.replicas ?? 1;
export const replicasOf = (set: ReplicaSet): number => set.spec.replicas ?? 1;
export const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;

export function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + count(set), 0);
}

export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
  (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');

/** maxSurge rounds up, maxUnavailable rounds down; both zero would never move, so one pod may then be missing. */
export function rollingLimits(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  const desired = desiredReplicas(deployment);
  if (deployment.spec.strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const rolling = deployment.spec.strategy?.rollingUpdate ?? {};
  const maxSurge = amountOf(rolling.maxSurge ?? '25%', desired, Math.ceil);
  const maxUnavailable = amountOf(rolling.maxUnavailable ?? '25%', desired, Math.floor);
  return { maxSurge, maxUnavailable: Math.min(maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable, desired) };
}

/** How many pods the newest ReplicaSet gets when it is made or grown. */
export function newSetReplicas(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const desired = desiredReplicas(deployment);
  if (deployment.spec.strategy?.type === 'Recreate') return desired;
  const room = desired + rollingLimits(deployment).maxSurge - sum(all, replicasOf);
  return room <= 0 ? current : current + Math.min(room, desired - current);
}

/** The next sizes of the old ReplicaSets of a rolling update, only those that change, by name. */
export function shrinkOldSets(
  deployment: Deployment,
  newest: ReplicaSet,
  old: readonly ReplicaSet[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  if (sum(old, replicasOf) === 0) return sizes;
  const all = [...old, newest];
  const minAvailable = desiredReplicas(deployment) - rollingLimits(deployment).maxUnavailable;
  const newUnavailable = replicasOf(newest) - availableOf(newest);
  let budget = sum(all, replicasOf) - minAvailable - newUnavailable;
  if (budget <= 0) return sizes;
  const sizeOf = (set: ReplicaSet) => sizes.get(set.metadata.name ?? '') ?? replicasOf(set);
  const oldest = [...old].sort(byAge);
  for (const set of oldest) {
    const unhealthy = Math.min(budget, replicasOf(set) - availableOf(set));
    if (unhealthy <= 0) continue;
    budget -= unhealthy;
    sizes.set(set.metadata.name ?? '', replicasOf(set) - unhealthy);
  }
  let spare = sum(all, availableOf) - minAvailable;
  for (const set of oldest) {
    const fewer = Math.min(spare, sizeOf(set));
    if (fewer <= 0) continue;
    spare -= fewer;
    sizes.set(set.metadata.name ?? '', sizeOf(set) - fewer);
  }
  return sizes;
}

/** Scaling in the middle of a rollout (or while paused): every active ReplicaSet grows or shrinks by its share. */
export function scaleProportionally(deployment: Deployment, active: readonly ReplicaSet[]): Map<string, number> {
  const sizes = new Map<string, number>();
  const total = sum(active, replicasOf);
  const desired = desiredReplicas(deployment);
  const allowed = desired > 0 ? desired + rollingLimits(deployment).maxSurge : 0;
  const toAdd = allowed - total;
  if (toAdd === 0 || total === 0) return sizes;
  const ordered = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  let left = toAdd;
  for (const set of ordered) {
    // Kubernetes: shares are of what was allowed when the ReplicaSet was sized last, whatever is there now.
    const before = Number(set.metadata.annotations?.['deployment.kubernetes.io/max-replicas'] ?? total) || total;
    const exact = Math.round((replicasOf(set) * allowed) / before) - replicasOf(set);
    const share = toAdd > 0 ? Math.min(exact, left) : Math.max(exact, left);
    left -= share;
    sizes.set(set.metadata.name ?? '', Math.max(0, replicasOf(set) + share));
  }
  const first = ordered[0]?.metadata.name ?? '';
  sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + left));
  return sizes;
}
