import { sameJson } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { forbidden, notFound } from '../../../kube/status.ts';
import type { AdmissionPlugin } from '../admission/admission-chain.ts';
import type { Caller } from '../request-api.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { ResourceAttributes } from './attributes.ts';
import { joined, missingRules, type PolicyRule, quotedList, ruleText } from './policy-rule.ts';
import { authorize, type Binding, isSuperuser, type Policy, type Role, rulesFor, rulesOf } from './rbac.ts';

const group = 'rbac.authorization.k8s.io';

/**
 * Nobody gives away what they don't hold: whoever writes a role needs its rules, whoever binds one too, unless the verbs
 * `escalate` and `bind` say otherwise. Kubernetes: pkg/registry/rbac, the policy-based storages.
 */
export function escalationCheck(policy: Policy): AdmissionPlugin {
  return {
    mutate(request) {
      const { resource, object, current, context, operation } = request;
      if (operation === 'DELETE' || resource.group !== group || !object || isSuperuser(context.caller)) return;
      if (current && isOnlyForCollection(object, current)) return;
      switch (resource.kind) {
        case 'Role':
        case 'ClusterRole':
          return checkRole(policy, request, object);
        default:
          return checkBinding(policy, request, object);
      }
    },
  };
}

/**
 * Only what garbage collection needs changed, which must go on whoever wrote the role. Labels are no such thing: roles
 * that gather others choose them by their labels. Kubernetes: IsOnlyMutatingGCFields.
 */
function isOnlyForCollection(object: KubeObject, current: KubeObject): boolean {
  const { ownerReferences, finalizers, managedFields } = current.metadata;
  const kept = { ownerReferences, finalizers, managedFields };
  return sameJson({ ...object, metadata: { ...object.metadata, ...kept } }, current);
}

const gathers = (role: Role | undefined): boolean => (role?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;

function checkRole(policy: Policy, request: AdmissionRequest, role: Role): void {
  const { resource, name, namespace = '', context } = request;
  const { caller } = context;
  const may = { type: 'resource', group, resource: resource.resource, subresource: '', namespace, name } as const;
  if (authorize(policy, caller, { ...may, verb: 'escalate' }).allowed) return;
  refuseMissing(policy, request, role.rules ?? []);
  if (!gathers(role) && !gathers(request.current)) return;
  // Rules that are gathered by labels can become any rules, and no longer gathered they stay as they are.
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const everyPath = { verbs: ['*'], nonResourceURLs: ['*'] };
  if (missingRules(rulesFor(policy, caller, namespace), [everything, everyPath]).length === 0) return;
  throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule');
}

function checkBinding(policy: Policy, request: AdmissionRequest, object: KubeObject): void {
  const { namespace = '', context } = request;
  const { roleRef } = object as Partial<Binding>;
  // Validation refuses it right after.
  if (!roleRef?.name || (roleRef.kind !== 'Role' && roleRef.kind !== 'ClusterRole')) return;
  if (mayBind(policy, context.caller, roleRef, namespace)) return;
  const { rules, problem } = rulesOf(policy, roleRef, namespace);
  // The lister's own error, which names the kind where others name the resource.
  if (problem !== undefined) throw notFound({ group, resource: roleRef.kind.toLowerCase() }, roleRef.name);
  refuseMissing(policy, request, rules);
}

function mayBind(policy: Policy, caller: Caller, roleRef: Binding['roleRef'], namespace: string): boolean {
  const wanted: ResourceAttributes = {
    type: 'resource',
    verb: 'bind',
    group,
    resource: roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles',
    subresource: '',
    namespace,
    name: roleRef.name,
  };
  return authorize(policy, caller, wanted).allowed;
}

function refuseMissing(policy: Policy, request: AdmissionRequest, wanted: readonly PolicyRule[]): void {
  const { resource, name, namespace = '', context } = request;
  const { username, groups } = context.caller;
  const missing = missingRules(rulesFor(policy, context.caller, namespace), wanted);
  if (missing.length === 0) return;
  const lines = [...new Set(joined(missing).map(ruleText))].sort();
  const who = `user ${JSON.stringify(username)} (groups=${quotedList(groups)})`;
  const why = `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
  throw forbidden(resource, name, why);
}
