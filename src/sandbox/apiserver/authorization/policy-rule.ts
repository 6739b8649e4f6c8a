import type { RequestAttributes } from './attributes.ts';

/** One rule of a Role or ClusterRole, and what can be said of rules alone. Kubernetes: pkg/registry/rbac/validation. */
export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

const all = '*';
const has = (list: readonly string[] | undefined, wanted: string) =>
  (list ?? []).some((each) => each === all || each === wanted);

export function ruleAllows(rule: PolicyRule, wanted: RequestAttributes): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if (wanted.type === 'path') return pathMatches(rule.nonResourceURLs ?? [], wanted.path);
  const names = rule.resourceNames ?? [];
  return (
    has(rule.apiGroups, wanted.group) &&
    resourceMatches(rule.resources ?? [], wanted.resource, wanted.subresource) &&
    (names.length === 0 || names.includes(wanted.name))
  );
}

/** `pods` is not `pods/log`; `*` is everything, `*\/scale` that subresource of everything. */
function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) => each === all || each === whole || (subresource !== '' && each === `${all}/${subresource}`),
  );
}

function pathMatches(patterns: readonly string[], path: string): boolean {
  return patterns.some(
    (each) => each === all || each === path || (each.endsWith(all) && path.startsWith(each.replace(/\*+$/, ''))),
  );
}

/** The parts of `wanted` that no rule of `held` gives, in the smallest pieces that can be told apart. */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(pieces).filter((piece) => !held.some((rule) => covers(rule, piece)));
}

/** One piece per verb, group, resource and name. */
function pieces(rule: PolicyRule): PolicyRule[] {
  // Written by somebody, and not validated yet: it may lack what it must have.
  const verbs: readonly string[] = (rule as Partial<PolicyRule>).verbs ?? [];
  const onPaths = (rule.nonResourceURLs ?? []).flatMap((path) =>
    verbs.map((verb) => ({ nonResourceURLs: [path], verbs: [verb] })),
  );
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => ({ resourceNames: [name] })) : [{}];
  const onResources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((named) => ({ apiGroups: [group], resources: [resource], ...named, verbs: [verb] })),
      ),
    ),
  );
  return [...onPaths, ...onResources];
}

function covers(rule: PolicyRule, piece: PolicyRule): boolean {
  if (!piece.verbs.every((verb) => has(rule.verbs, verb))) return false;
  const [path] = piece.nonResourceURLs ?? [];
  if (path !== undefined) return pathMatches(rule.nonResourceURLs ?? [], path);
  const [group = '', resource = ''] = [piece.apiGroups?.[0], piece.resources?.[0]];
  const [main = '', subresource = ''] = resource.split('/');
  const names = rule.resourceNames ?? [];
  const [name] = piece.resourceNames ?? [];
  return (
    has(rule.apiGroups, group) &&
    resourceMatches(rule.resources ?? [], main, subresource) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

/** Pieces about the same resource and name as one rule with all their verbs. */
export function joined(rules: readonly PolicyRule[]): PolicyRule[] {
  const found = new Map<string, PolicyRule>();
  for (const { verbs, ...about } of rules) {
    const key = JSON.stringify(about);
    found.set(key, { ...about, verbs: [...(found.get(key)?.verbs ?? []), ...verbs] });
  }
  return [...found.values()];
}

/** Kubernetes: rbacv1helpers.CompactString, Go's `%q` of string lists included. */
export function ruleText(rule: PolicyRule): string {
  const parts = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ] as const;
  return `{${parts.flatMap(([name, list]) => (list?.length ? [`${name}:${quotedList(list)}`] : [])).join(', ')}}`;
}

export const quotedList = (list: readonly string[]): string =>
  `[${list.map((each) => JSON.stringify(each)).join(' ')}]`;
