import type { DisruptionStatus, PodDisruptionBudget } from '../kube/disruption.ts';
import { apiTime } from '../kube/duration.ts';
import type { Condition, Pod } from '../kube/objects.ts';
import { matchesLabelSelector } from '../kube/selectors.ts';

/**
 * What a disruption budget means, for the eviction, which asks and takes, and the controller, which counts. Pure.
 * Kubernetes: component-helpers, apps/poddisruptionbudget.
 */
const allowed = 'DisruptionAllowed';

/** A selector of policy/v1 that is empty selects every pod of its namespace; none at all selects no pod. */
export const isUnderBudget = (pod: Pod, { metadata, spec }: PodDisruptionBudget): boolean =>
  metadata.namespace === pod.metadata.namespace &&
  spec?.selector !== undefined &&
  matchesLabelSelector(spec.selector, pod.metadata.labels);

export const allowedCondition = ({ conditions = [] }: DisruptionStatus): Condition | undefined =>
  conditions.find(({ type }) => type === allowed);

/** The status with its condition as its numbers say. */
export function withAllowed(status: DisruptionStatus, now: number): DisruptionStatus {
  const isAllowed = status.disruptionsAllowed > 0;
  return withCondition(status, isAllowed, isAllowed ? 'SufficientPods' : 'InsufficientPods', '', now);
}

/** Nothing may be evicted while nobody could count. */
export const withFailure = (status: DisruptionStatus, message: string, now: number): DisruptionStatus =>
  withCondition({ ...status, disruptionsAllowed: 0 }, false, syncFailed, message, now);

export const syncFailed = 'SyncFailed';

function withCondition(
  status: DisruptionStatus,
  isTrue: boolean,
  reason: string,
  message: string,
  now: number,
): DisruptionStatus {
  const { conditions = [], observedGeneration } = status;
  const before = allowedCondition(status);
  const value = isTrue ? 'True' : 'False';
  const lastTransitionTime = before?.status === value ? before.lastTransitionTime : undefined;
  const condition: Condition = {
    type: allowed,
    status: value,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: lastTransitionTime ?? apiTime(now),
    reason,
    message,
  };
  return { ...status, conditions: [...conditions.filter(({ type }) => type !== allowed), condition] };
}
