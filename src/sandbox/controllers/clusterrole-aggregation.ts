import { sameJson } from '../../kube/json-value.ts';
import type { KubeObject, LabelSelector } from '../../kube/objects.ts';
import { clusterRoles } from '../../kube/resources.ts';
import { matchesLabelSelector } from '../../kube/selectors.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

interface AggregatedRole extends KubeObject {
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] };
  rules?: unknown[] | null;
}

const selectorsOf = (role: KubeObject) => (role as AggregatedRole).aggregationRule?.clusterRoleSelectors ?? [];

/**
 * Fills a ClusterRole that gathers others by their labels (admin, edit, view and what learners make so) with their
 * rules. Kubernetes: clusterroleaggregation controller.
 */
export function startClusterRoleAggregation(parts: ControllerParts): Controller {
  const { cluster } = parts;
  const queue = new WorkQueue({
    name: 'clusterrole-aggregation',
    clock: parts.clock,
    reconcile,
    onError: (error, key) => parts.onError('clusterrole-aggregation', error, key),
  });

  async function reconcile(name: string): Promise<void> {
    const role = cluster.get(clusterRoles, name);
    const selectors = role ? selectorsOf(role) : [];
    if (selectors.length === 0) return;
    const rules: unknown[] = [];
    for (const selector of selectors) {
      for (const other of cluster.list(clusterRoles)) {
        if (other.metadata.name === name || !matchesLabelSelector(selector, other.metadata.labels)) continue;
        for (const rule of (other as AggregatedRole).rules ?? [])
          if (!rules.some((known) => sameJson(known, rule))) rules.push(rule);
      }
    }
    await cluster.modify(clusterRoles, name, undefined, (draft: AggregatedRole) => {
      draft.rules = rules;
    });
  }

  // A change of any role may be a change of all that gather it: one of them gathers another.
  const all = () => {
    for (const role of cluster.list(clusterRoles))
      if (selectorsOf(role).length > 0) queue.add(role.metadata.name ?? '');
  };
  return controllerOn(queue, [cluster.watch(clusterRoles, all)]);
}
