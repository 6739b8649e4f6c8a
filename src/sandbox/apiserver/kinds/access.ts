import { sameJson } from '../../../kube/json-value.ts';
import { dnsSubdomain, pathSegment } from '../../../kube/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import type { PolicyRule } from '../authorization/policy-rule.ts';
import type { RoleRef, Subject } from '../authorization/rbac.ts';
import { invalidValue, notSupported, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';
import { selectorErrors } from './validation/labels.ts';

/** Roles and bindings as objects; what they allow is `authorization`'s. Kubernetes: pkg/apis/rbac/validation. */
const group = 'rbac.authorization.k8s.io';

const plainAccess: Strategy = { nameRule: pathSegment, generation: 'none', hasStatus: false };

export const roleStrategy: Strategy = {
  ...plainAccess,
  validate: (object) => rulesErrors(object, true),
};

export const clusterRoleStrategy: Strategy = {
  ...plainAccess,
  validate(object) {
    const { clusterRoleSelectors } = (object['aggregationRule'] as { clusterRoleSelectors?: object[] }) ?? {};
    const path = 'aggregationRule.clusterRoleSelectors';
    const errors = rulesErrors(object, false);
    if (!object['aggregationRule']) return errors;
    if (!clusterRoleSelectors?.length)
      errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
    clusterRoleSelectors?.forEach((selector, index) => {
      errors.push(...selectorErrors(selector, `${path}[${index}]`));
    });
    return errors;
  },
};

export const roleBindingStrategy: Strategy = bindingStrategy(['ClusterRole', 'Role'], true);
export const clusterRoleBindingStrategy: Strategy = bindingStrategy(['ClusterRole'], false);

function bindingStrategy(roleKinds: readonly string[], isNamespaced: boolean): Strategy {
  return {
    ...plainAccess,
    defaults(draft) {
      const roleRef = draft['roleRef'] as RoleRef | undefined;
      if (roleRef) roleRef.apiGroup ||= group;
      for (const subject of (draft['subjects'] as Subject[] | undefined) ?? []) {
        if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= group;
      }
    },
    validate(object) {
      const roleRef = object['roleRef'] as RoleRef | undefined;
      const subjects = (object['subjects'] as Subject[] | undefined) ?? [];
      return [
        ...roleRefErrors(roleRef, roleKinds),
        ...subjects.flatMap((subject, index) => subjectErrors(subject, `subjects[${index}]`, isNamespaced)),
      ];
    },
    validateUpdate: (object, current) =>
      sameJson(object['roleRef'], current['roleRef'])
        ? []
        : [invalidValue('roleRef', object['roleRef'], 'cannot change roleRef')],
  };
}

function roleRefErrors(roleRef: RoleRef | undefined, kinds: readonly string[]): StatusCause[] {
  const { apiGroup, kind, name } = roleRef ?? {};
  const errors: StatusCause[] = [];
  if (apiGroup !== undefined && apiGroup !== group) errors.push(notSupported('roleRef.apiGroup', apiGroup, [group]));
  if (!kinds.includes(kind ?? '')) errors.push(notSupported('roleRef.kind', kind ?? '', kinds));
  if (!name) return [...errors, required('roleRef.name')];
  const wrong = pathSegment(name);
  return wrong === undefined ? errors : [...errors, invalidValue('roleRef.name', name, wrong)];
}

function subjectErrors(
  { kind, name, namespace, apiGroup }: Subject,
  path: string,
  isNamespaced: boolean,
): StatusCause[] {
  const errors: StatusCause[] = name ? [] : [required(`${path}.name`)];
  switch (kind) {
    case 'ServiceAccount': {
      const wrong = name ? dnsSubdomain(name) : undefined;
      if (wrong) errors.push(invalidValue(`${path}.name`, name, wrong));
      if (apiGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
      // A RoleBinding's own namespace is meant where none is named.
      return namespace || isNamespaced ? errors : [...errors, required(`${path}.namespace`)];
    }
    case 'User':
    case 'Group':
      return apiGroup === group ? errors : [...errors, notSupported(`${path}.apiGroup`, apiGroup, [group])];
    default:
      return [...errors, notSupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User'])];
  }
}

function rulesErrors(object: KubeObject, isNamespaced: boolean): StatusCause[] {
  const rules = (object['rules'] as PolicyRule[] | null | undefined) ?? [];
  return rules.flatMap((rule, index) => ruleErrors(rule, `rules[${index}]`, isNamespaced));
}

function ruleErrors(rule: PolicyRule, path: string, isNamespaced: boolean): StatusCause[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors = verbs?.length ? [] : [required(`${path}.verbs`, 'verbs must contain at least one value')];
  if (nonResourceURLs.length > 0) {
    const where = `${path}.nonResourceURLs`;
    if (isNamespaced) {
      errors.push(invalidValue(where, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const why = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalidValue(where, nonResourceURLs, why));
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}
