import type { DisruptionStatus, PodDisruptionBudget } from '../../kube/disruption.ts';
import { amountOf } from '../../kube/int-or-percent.ts';
import { sameJson } from '../../kube/json-value.ts';
import type { OwnerReference, Pod } from '../../kube/objects.ts';
import { deployments, podDisruptionBudgets, pods, replicaSets, statefulSets } from '../../kube/resources.ts';
import { isUnderBudget, withAllowed, withFailure } from '../disruption-budget.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { controllerOf } from './ownership.ts';
import { isReady, isTerminating } from './pod-readiness.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

const source = { component: 'controllermanager' };
/** Kubernetes: DeletionTimeout; a pod that was evicted and is there for longer counts again. */
const evictedForMs = 2 * 60 * 1000;

/**
 * Counts for each disruption budget how many of its pods are healthy and how many may go; evictions live by these
 * numbers. Kubernetes: pkg/controller/disruption.
 */
export function startDisruptionController(parts: ControllerParts): Controller {
  const { cluster, clock, events } = parts;
  const queue = new WorkQueue({
    name: 'disruption',
    clock,
    reconcile,
    onError: (error, key) => parts.onError('disruption', error, key),
  });

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const budget = cluster.get(podDisruptionBudgets, name, namespace);
    if (!budget) return;
    const subject = { ref: podDisruptionBudgets, object: budget };
    const covered = cluster.list(pods, { namespace }).filter((pod) => isUnderBudget(pod, budget));
    if (covered.length === 0) events.normal(source, subject, 'NoPods', 'No matching pods found');
    const expected = expectationOf(budget, covered);
    if ('failed' in expected) {
      const why = `Failed to calculate the number of expected pods: ${expected.failed}`;
      events.warning(source, subject, 'CalculateExpectedPodCountFailed', why);
    } else if (expected.hasUnmanaged) {
      events.warning(source, subject, 'UnmanagedPods', unmanaged(budget));
    }
    const evicted = stillEvicted(budget, covered);
    await cluster.modifyStatus(podDisruptionBudgets, name, namespace, (draft) => {
      const before = draft.status ?? emptyStatus;
      const now = clock.now();
      draft.status =
        'failed' in expected
          ? withFailure(before, expected.failed, now)
          : countedStatus(before, { budget: draft, covered, expected, evicted: evicted.pods, now });
    });
    if (evicted.recheckInMs !== undefined) queue.addAfter(key, evicted.recheckInMs);
  }

  function expectationOf({ spec = {} }: PodDisruptionBudget, covered: readonly Pod[]): Expectation {
    const { minAvailable, maxUnavailable } = spec;
    if (maxUnavailable === undefined && typeof minAvailable !== 'string') {
      const pods = minAvailable === undefined ? 0 : covered.length;
      return { pods, healthy: minAvailable ?? 0, hasUnmanaged: false };
    }
    const scale = scaleOf(covered);
    if ('failed' in scale) return scale;
    const amount = (value: number | string) => amountOf(value, scale.pods, Math.ceil);
    const healthy = maxUnavailable === undefined ? amount(minAvailable ?? 0) : scale.pods - amount(maxUnavailable);
    return { ...scale, healthy: Math.max(0, healthy) };
  }

  /** How many pods the controllers of these want together, each controller counted once. */
  function scaleOf(covered: readonly Pod[]): { failed: string } | { pods: number; hasUnmanaged: boolean } {
    const wanted = new Map<string, number>();
    let hasUnmanaged = false;
    for (const pod of covered) {
      const owner = controllerOf(pod);
      if (!owner) hasUnmanaged = true;
      else {
        const scale = replicasWanted(owner, pod.metadata.namespace ?? '');
        if (!scale) return { failed: `found no controllers for pod "${pod.metadata.name}"` };
        wanted.set(scale.uid, scale.replicas);
      }
    }
    return { pods: [...wanted.values()].reduce((sum, replicas) => sum + replicas, 0), hasUnmanaged };
  }

  /** A ReplicaSet of a Deployment stands for the Deployment, which may have several in a rollout. */
  function replicasWanted(owner: OwnerReference, namespace: string): { uid: string; replicas: number } | undefined {
    const found = scalable[owner.kind];
    const object = found && cluster.get(found, owner.name, namespace);
    if (!object || object.metadata.uid !== owner.uid) return undefined;
    const above = controllerOf(object);
    if (above?.kind === 'Deployment') return replicasWanted(above, namespace);
    return { uid: owner.uid, replicas: object.spec.replicas ?? 1 };
  }

  function stillEvicted(
    { status }: PodDisruptionBudget,
    covered: readonly Pod[],
  ): { pods: Record<string, string>; recheckInMs?: number } {
    const kept: Record<string, string> = {};
    let recheckInMs: number | undefined;
    for (const pod of covered) {
      const { name = '' } = pod.metadata;
      const at = status?.disruptedPods?.[name];
      if (at === undefined || isTerminating(pod)) continue;
      const leftMs = Date.parse(at) + evictedForMs - clock.now();
      if (leftMs <= 0) continue;
      kept[name] = at;
      recheckInMs = Math.min(recheckInMs ?? leftMs, leftMs);
    }
    return { pods: kept, ...(recheckInMs === undefined ? {} : { recheckInMs }) };
  }

  return controllerOn(queue, [
    cluster.watch(podDisruptionBudgets, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    // Also those that no longer select it: its labels may have changed.
    cluster.watch(pods, ({ object: { metadata } }) => {
      const beside = cluster.list(podDisruptionBudgets, { namespace: metadata.namespace ?? '' });
      for (const budget of beside) queue.add(keyOf(budget));
    }),
  ]);
}

type Expectation = { failed: string } | { pods: number; healthy: number; hasUnmanaged: boolean };

const scalable = { ReplicaSet: replicaSets, StatefulSet: statefulSets, Deployment: deployments } as Readonly<
  Record<string, typeof replicaSets>
>;

const emptyStatus: DisruptionStatus = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };

function countedStatus(
  before: DisruptionStatus,
  counted: {
    budget: PodDisruptionBudget;
    covered: readonly Pod[];
    expected: { pods: number; healthy: number };
    evicted: Readonly<Record<string, string>>;
    now: number;
  },
): DisruptionStatus {
  const { budget, covered, expected, evicted, now } = counted;
  const isHealthy = (pod: Pod) => isReady(pod) && !isTerminating(pod) && evicted[pod.metadata.name ?? ''] === undefined;
  const currentHealthy = covered.filter(isHealthy).length;
  const spare = currentHealthy - expected.healthy;
  const { generation } = budget.metadata;
  const status: DisruptionStatus = {
    currentHealthy,
    desiredHealthy: expected.healthy,
    // With no pods yet, the first ones must not go before they are counted.
    disruptionsAllowed: expected.pods <= 0 || spare <= 0 ? 0 : spare,
    expectedPods: expected.pods,
    ...(Object.keys(evicted).length === 0 ? {} : { disruptedPods: { ...evicted } }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(before.conditions ? { conditions: before.conditions } : {}),
  };
  const after = withAllowed(status, now);
  return sameJson(after, before) ? before : after;
}

function unmanaged({ spec }: PodDisruptionBudget): string {
  const labels = Object.entries(spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}: ${value}`);
  return `Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{${labels.join(',')}${labels.length > 0 ? ',' : ''}},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
