import type { KubeObject } from '../../../kube/objects.ts';
import type { Caller } from '../request-api.ts';
import type { RequestAttributes } from './attributes.ts';
import { type PolicyRule, ruleAllows } from './policy-rule.ts';

/**
 * Role based access control: which rules hold for whom, and whether one of them allows a request. Pure; it knows roles
 * and bindings, and nothing of HTTP or of how they are kept. Kubernetes: plugin/pkg/auth/authorizer/rbac.
 */
export interface Policy {
  clusterRole(name: string): Role | undefined;
  role(namespace: string, name: string): Role | undefined;
  /** In the order of their names, as all that is asked of them here. */
  clusterRoleBindings(): readonly Binding[];
  roleBindings(namespace: string): readonly Binding[];
}

export interface Role extends KubeObject {
  rules?: readonly PolicyRule[] | null;
  aggregationRule?: { clusterRoleSelectors?: readonly object[] };
}

export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
  apiGroup?: string;
}

export interface RoleRef {
  apiGroup?: string;
  kind: string;
  name: string;
}

export interface Binding extends KubeObject {
  subjects?: readonly Subject[] | null;
  roleRef: RoleRef;
}

export interface Decision {
  allowed: boolean;
  /** Why it is allowed, or what was wrong with the roles looked at. '' when there is nothing to say. */
  reason: string;
}

/** Whoever is in it needs no rule: a broken binding can always be mended. Kubernetes: privileged group authorizer. */
export const superuserGroup = 'system:masters';

export const isSuperuser = (caller: Caller): boolean => caller.groups.includes(superuserGroup);

export function authorize(policy: Policy, caller: Caller, wanted: RequestAttributes): Decision {
  if (isSuperuser(caller)) return { allowed: true, reason: '' };
  const problems: string[] = [];
  const namespace = wanted.type === 'resource' ? wanted.namespace : '';
  for (const grant of grantsOf(policy, caller, namespace)) {
    if (grant.problem !== undefined) problems.push(grant.problem);
    if (grant.rules.some((rule) => ruleAllows(rule, wanted)))
      return { allowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
  }
  const all = [...new Set(problems)];
  if (all.length === 0) return { allowed: false, reason: '' };
  return { allowed: false, reason: `RBAC: ${all.length === 1 ? all[0] : `[${all.join(', ')}]`}` };
}

/** Every rule that holds for somebody, in a namespace or ('') in all of them. */
export function rulesFor(policy: Policy, caller: Caller, namespace: string): PolicyRule[] {
  return grantsOf(policy, caller, namespace).flatMap(({ rules }) => rules);
}

/** What a binding gives to one of its subjects. */
interface Grant {
  binding: Binding;
  subject: Subject;
  rules: readonly PolicyRule[];
  /** The role that is not there. */
  problem?: string;
}

function grantsOf(policy: Policy, caller: Caller, namespace: string): Grant[] {
  const local = namespace === '' ? [] : policy.roleBindings(namespace);
  return [...policy.clusterRoleBindings(), ...local].flatMap((binding) => {
    const subject = binding.subjects?.find((each) => isAbout(each, caller, binding.metadata.namespace ?? ''));
    if (!subject) return [];
    const found = rulesOf(policy, binding.roleRef, binding.metadata.namespace ?? '');
    return [{ binding, subject, ...found }];
  });
}

/** The rules that a reference stands for; none, and why, when the role is missing. */
export function rulesOf(
  policy: Policy,
  { kind, name }: RoleRef,
  namespace: string,
): { rules: readonly PolicyRule[]; problem?: string } {
  const role = kind === 'ClusterRole' ? policy.clusterRole(name) : policy.role(namespace, name);
  if (role) return { rules: role.rules ?? [] };
  return { rules: [], problem: `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found` };
}

function isAbout(subject: Subject, caller: Caller, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === caller.username;
    case 'Group':
      return caller.groups.includes(subject.name);
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace !== '' && caller.username === `system:serviceaccount:${namespace}:${subject.name}`;
    }
    default:
      return false;
  }
}

function describe({ binding, subject }: Grant): string {
  const { name = '', namespace = '' } = binding.metadata;
  const { kind, name: roleName } = binding.roleRef;
  const home = subject.namespace || namespace;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${home}` : subject.name;
  const [what, called] = namespace === '' ? ['ClusterRoleBinding', name] : ['RoleBinding', `${name}/${namespace}`];
  return `${what} "${called}" of ${kind} "${roleName}" to ${subject.kind} "${who}"`;
}
