import type { Container, KubeObject, Pod, Service } from '../kube/objects.ts';
import { canonicalQuantity, parseQuantity } from '../kube/quantity.ts';

/**
 * What objects use up of a namespace's ResourceQuota, for admission, which refuses, and the controller, which reports.
 * Pure. Kubernetes: pkg/quota/v1/evaluator/core.
 */
export type Usage = Record<string, number>;

export interface ResourceQuota extends KubeObject {
  spec?: { hard?: Record<string, string>; scopes?: string[]; scopeSelector?: unknown };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

export interface CountedKind {
  group: string;
  resource: string;
}

/** Which kind a line of `spec.hard` counts. */
export function kindOfLine(line: string): CountedKind | undefined {
  const counted = /^count\/([^.]+)\.?(.*)$/.exec(line);
  if (counted) return { group: counted[2] ?? '', resource: counted[1] ?? '' };
  if (line === 'requests.storage') return { group: '', resource: 'persistentvolumeclaims' };
  if (/^(requests\.|limits\.)|^(cpu|memory|ephemeral-storage|pods)$/.test(line)) return { group: '', resource: 'pods' };
  const [resource = ''] = line.split('.');
  return plainCounts.has(resource) ? { group: '', resource } : undefined;
}

const plainCounts = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** Everything that one object counts for; nothing for a pod that has ended. */
export function usageOf(object: KubeObject, { group, resource }: CountedKind): Usage {
  const usage: Usage = { [group === '' ? `count/${resource}` : `count/${resource}.${group}`]: 1 };
  if (group !== '') return usage;
  if (resource === 'pods') return isOver(object as Pod) ? {} : { ...usage, ...podUsage(object as Pod) };
  if (plainCounts.has(resource)) usage[resource] = 1;
  if (resource === 'services') Object.assign(usage, serviceUsage(object as Service));
  if (resource === 'persistentvolumeclaims') {
    const { resources } = (object['spec'] ?? {}) as { resources?: { requests?: { storage?: string } } };
    usage['requests.storage'] = parseQuantity(resources?.requests?.storage ?? '') ?? 0;
  }
  return usage;
}

const isOver = ({ status }: Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function podUsage({ spec }: Pod): Usage {
  const usage: Usage = { pods: 1 };
  for (const part of ['requests', 'limits'] as const) {
    for (const [name, amount] of Object.entries(podTotal(spec, part))) {
      usage[`${part}.${name}`] = amount;
      if (part === 'requests' && ['cpu', 'memory', 'ephemeral-storage'].includes(name)) usage[name] = amount;
    }
  }
  return usage;
}

/**
 * What a pod takes. Init containers run before the others, one at a time, so the largest need counts; those that restart
 * always go on running beside all that come after them. Kubernetes: component-helpers/resource, PodRequests.
 */
export function podTotal(spec: Pod['spec'], part: 'requests' | 'limits'): Usage {
  let total = sumOfUsages(spec.containers.map((each) => amountsOf(each, part)));
  let sidecars: Usage = {};
  const atStart: Usage = {};
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container, part);
    const withOwn = sumOfUsages([sidecars, own]);
    if (container.restartPolicy === 'Always') {
      total = sumOfUsages([total, own]);
      sidecars = withOwn;
    }
    for (const [name, amount] of Object.entries(withOwn)) atStart[name] = Math.max(atStart[name] ?? 0, amount);
  }
  for (const [name, amount] of Object.entries(atStart)) total[name] = Math.max(total[name] ?? 0, amount);
  return total;
}

const amountsOf = ({ resources }: Container, part: 'requests' | 'limits'): Usage =>
  Object.fromEntries(
    Object.entries(resources?.[part] ?? {}).map(([name, quantity]) => [name, parseQuantity(quantity) ?? 0]),
  );

function serviceUsage({ spec }: Service): Usage {
  const ports = spec?.ports?.length ?? 0;
  switch (spec?.type) {
    case 'NodePort':
      return { 'services.nodeports': ports };
    case 'LoadBalancer':
      return { 'services.nodeports': ports, 'services.loadbalancers': 1 };
    default:
      return {};
  }
}

/** Whether a quota with scopes is about this object. Only pods have any. */
export function isInScopes(object: KubeObject, { spec }: ResourceQuota): boolean {
  return (spec?.scopes ?? []).every((scope) => {
    if (object.kind !== 'Pod') return false;
    const pod = object as Pod;
    const isShortLived = pod.spec['activeDeadlineSeconds'] !== undefined;
    const isBestEffort = pod.spec.containers.every(
      ({ resources }) => !Object.keys({ ...resources?.limits, ...resources?.requests }).length,
    );
    switch (scope) {
      case 'Terminating':
        return isShortLived;
      case 'NotTerminating':
        return !isShortLived;
      case 'BestEffort':
        return isBestEffort;
      case 'NotBestEffort':
        return !isBestEffort;
      default:
        return false;
    }
  });
}

export function sumOfUsages(usages: readonly Usage[]): Usage {
  const sum: Usage = {};
  for (const usage of usages) for (const [name, amount] of Object.entries(usage)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

/** An amount as the quota itself writes it: in binary units where that has them. */
export function written(amount: number, like: string): string {
  const exact = Number(amount.toPrecision(15));
  if (/i$/.test(like) && exact % 1024 === 0) return canonicalQuantity(`${exact / 1024}Ki`).replace(/^0Ki$/, '0');
  return canonicalQuantity(String(exact));
}
