import type { KubeObject } from '../../../kube/objects.ts';
import { clusterRoleBindings, clusterRoles, type ResourceRef, roleBindings, roles } from '../../../kube/resources.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import {
  type BootstrapBinding,
  type BootstrapRole,
  bootstrapBindings,
  bootstrapRoles,
  rbacGroup,
} from './bootstrap-policy.ts';
import { missingRules } from './policy-rule.ts';
import type { Role } from './rbac.ts';

const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate';
const aggregate = (to: string) => ({ [`${rbacGroup}/aggregate-to-${to}`]: 'true' });

function metadataOf({ name, namespace }: { name: string; namespace?: string }, labels: Record<string, string> = {}) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [autoupdate]: 'true' },
  };
}

function roleOf(row: BootstrapRole): Role {
  return {
    metadata: metadataOf(row, row.partOf && aggregate(row.partOf)),
    ...(row.gathers && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregate(row.gathers) }] } }),
    rules: row.rules ?? null,
  };
}

function bindingOf({ subjects, ...row }: BootstrapBinding): KubeObject {
  const kind = row.namespace === undefined ? 'ClusterRole' : 'Role';
  return { metadata: metadataOf(row), roleRef: { apiGroup: rbacGroup, kind, name: row.name }, subjects };
}

/**
 * The default roles and bindings, as the API server itself brings them at each start: what is missing comes back, and
 * a default role gets its rules back beside those that were added. The annotation `autoupdate: "false"` ends that.
 * Kubernetes: rbac/bootstrap-roles.
 */
export async function ensureBootstrapPolicy(cluster: ClusterApi): Promise<void> {
  for (const row of bootstrapRoles) {
    const ref = row.namespace === undefined ? clusterRoles : roles;
    if (!(await isThere(cluster, ref, roleOf(row)))) continue;
    await giveBack(cluster, ref, row);
  }
  for (const row of bootstrapBindings) {
    await isThere(cluster, row.namespace === undefined ? clusterRoleBindings : roleBindings, bindingOf(row));
  }
}

/** Made when it is not. */
async function isThere(cluster: ClusterApi, ref: ResourceRef, object: KubeObject): Promise<boolean> {
  const { name = '', namespace } = object.metadata;
  if (cluster.get(ref, name, namespace)) return true;
  await cluster.create(ref, object);
  return false;
}

async function giveBack(cluster: ClusterApi, ref: ResourceRef, { name, namespace, rules }: BootstrapRole) {
  if (!rules) return;
  await cluster.modify(ref, name, namespace, (draft: Role) => {
    if (draft.metadata.annotations?.[autoupdate] !== 'true') return;
    const missing = rules.filter((rule) => missingRules(draft.rules ?? [], [rule]).length > 0);
    if (missing.length > 0) draft.rules = [...(draft.rules ?? []), ...missing];
  });
}
