import { sameJson } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { forbidden } from '../../../kube/status.ts';
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
      switch (resource.kind) {
        case 'Role':
        case 'ClusterRole':
          if (current && sameGrants(object, current, ['rules', 'aggregationRule'])) return;
          return checkRole(policy, request, object);
        default:
          if (current && sameGrants(object, current, ['roleRef', 'subjects'])) return;
          return checkBinding(policy, request, object);
      }
    },
  };
}

const sameGrants = (object: KubeObject, current: KubeObject, fields: readonly string[]) =>
  fields.every((field) => sameJson(object[field] ?? null, current[field] ?? null));

function checkRole(policy: Policy, request: AdmissionRequest, role: Role): void {
  const { resource, name, namespace = '', context } = request;
  const { caller } = context;
  const may = { type: 'resource', group, resource: resource.resource, subresource: '', namespace, name } as const;
  if (authorize(policy, caller, { ...may, verb: 'escalate' }).allowed) return;
  // Rules that are gathered by labels can become any rules.
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  if ((role.aggregationRule?.clusterRoleSelectors ?? []).length > 0) {
    const everyPath = { verbs: ['*'], nonResourceURLs: ['*'] };
    if (missingRules(rulesFor(policy, caller, namespace), [everything, everyPath]).length > 0) {
      throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule');
    }
  }
  refuseMissing(policy, request, role.rules ?? []);
}

function checkBinding(policy: Policy, request: AdmissionRequest, object: KubeObject): void {
  const { namespace = '', context } = request;
  const { roleRef } = object as Binding;
  // Validation refuses it right after.
  if (!roleRef?.name) return;
  if (mayBind(policy, context.caller, roleRef, namespace)) return;
  const { rules, problem } = rulesOf(policy, roleRef, namespace);
  if (problem !== undefined) throw forbidden(request.resource, request.name, problem);
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
