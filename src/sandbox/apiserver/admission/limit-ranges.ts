import type { Container, KubeObject, Pod } from '../../../kube/objects.ts';
import { parseQuantity } from '../../../kube/quantity.ts';
import { forbidden } from '../../../kube/status.ts';
import { podTotal } from '../../quota-usage.ts';
import type { Store } from '../../store/store.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { AdmissionPlugin } from './admission-chain.ts';

type Amounts = Record<string, string>;

interface LimitRangeItem {
  type: string;
  default?: Amounts;
  defaultRequest?: Amounts;
  min?: Amounts;
  max?: Amounts;
  maxLimitRequestRatio?: Amounts;
}

/** What one container, pod or claim asks for, and may use at most. */
interface Wish {
  requests: Amounts;
  limits: Amounts;
}

/** Kubernetes: LimitRanger. Gives containers a namespace's defaults, and refuses what its bounds exclude. */
export function limitRanger(store: Store): AdmissionPlugin {
  const itemsFor = ({ namespace = '' }: AdmissionRequest): LimitRangeItem[] =>
    store.list('limitranges', namespace).flatMap(({ spec }) => (spec as { limits?: LimitRangeItem[] }).limits ?? []);
  return {
    mutate(request) {
      const pod = createdPod(request);
      if (!pod) return;
      for (const item of itemsFor(request)) if (item.type === 'Container') giveDefaults(pod, item);
    },
    validate(request) {
      const { operation, resource, object, subresource, name } = request;
      if (!object || subresource !== '' || resource.group !== '') return;
      if (resource.kind !== 'PersistentVolumeClaim' && !createdPod(request)) return;
      if (operation === 'DELETE') return;
      const problems = itemsFor(request).flatMap((item) =>
        wishesFor(item.type, object).flatMap((wish) => breaches(item, wish)),
      );
      if (problems.length === 0) return;
      throw forbidden(resource, name, problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
    },
  };
}

function createdPod({ operation, resource, object, subresource }: AdmissionRequest): Pod | undefined {
  const isNewPod = operation === 'CREATE' && resource.kind === 'Pod' && resource.group === '' && subresource === '';
  const pod = object as Pod | undefined;
  return isNewPod && Array.isArray(pod?.spec?.containers) ? pod : undefined;
}

const marker = 'kubernetes.io/limit-ranger';

function giveDefaults(pod: Pod, item: LimitRangeItem): void {
  const told = [
    ...pod.spec.containers.flatMap((each) => giveTo(each, item, 'container')),
    ...(pod.spec.initContainers ?? []).flatMap((each) => giveTo(each, item, 'init container')),
  ];
  if (told.length === 0) return;
  const before = pod.metadata.annotations?.[marker];
  const text = before === undefined ? `LimitRanger plugin set: ${told.join('; ')}` : `${before}; ${told.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [marker]: text };
}

function giveTo(container: Container, item: LimitRangeItem, what: string): string[] {
  container.resources ??= {};
  const { resources } = container;
  const add = (part: 'requests' | 'limits', defaults: Amounts = {}) => {
    const missing = Object.keys(defaults).filter((name) => resources[part]?.[name] === undefined);
    if (missing.length === 0) return [];
    resources[part] = { ...defaults, ...resources[part] };
    const singular = part === 'requests' ? 'request' : 'limit';
    return [`${missing.sort().join(', ')} ${singular} for ${what} ${container.name}`];
  };
  return [...add('requests', item.defaultRequest), ...add('limits', item.default)];
}

function wishesFor(type: string, object: KubeObject): Wish[] {
  if (object.kind === 'PersistentVolumeClaim') {
    const { resources } = (object['spec'] ?? {}) as { resources?: { requests?: Amounts } };
    return type === 'PersistentVolumeClaim' ? [{ requests: resources?.requests ?? {}, limits: {} }] : [];
  }
  const { spec } = object as Pod;
  const wishOf = ({ resources }: Container): Wish => ({
    requests: resources?.requests ?? {},
    limits: resources?.limits ?? {},
  });
  if (type === 'Container') return [...spec.containers, ...(spec.initContainers ?? [])].map(wishOf);
  return type === 'Pod' ? [{ requests: podTotals(spec, 'requests'), limits: podTotals(spec, 'limits') }] : [];
}

function podTotals(spec: Pod['spec'], part: keyof Wish): Amounts {
  return Object.fromEntries(Object.entries(podTotal(spec, part)).map(([name, amount]) => [name, String(amount)]));
}

function breaches({ type, min = {}, max = {}, maxLimitRequestRatio = {} }: LimitRangeItem, wish: Wish): string[] {
  const value = (amount: string | undefined) => (amount === undefined ? undefined : (parseQuantity(amount) ?? 0));
  const about = (name: string) => ({ request: wish.requests[name], limit: wish.limits[name] });
  // A claim has no limit: what it requests is what it gets.
  const hasLimits = type !== 'PersistentVolumeClaim';
  const below = Object.entries(min).map(([name, least]) => {
    const { request, limit } = about(name);
    const start = `minimum ${name} usage per ${type} is ${least}`;
    if (request === undefined) return `${start}.  No request is specified`;
    if ((value(request) ?? 0) < (value(least) ?? 0)) return `${start}, but request is ${request}`;
    return limit !== undefined && (value(limit) ?? 0) < (value(least) ?? 0) ? `${start}, but limit is ${limit}` : '';
  });
  const above = Object.entries(max).map(([name, most]) => {
    const { request, limit } = about(name);
    const start = `maximum ${name} usage per ${type} is ${most}`;
    if (hasLimits && limit === undefined) return `${start}.  No limit is specified`;
    if (!hasLimits && request === undefined) return `${start}.  No request is specified`;
    if ((value(limit) ?? 0) > (value(most) ?? 0)) return `${start}, but limit is ${limit}`;
    return (value(request) ?? 0) > (value(most) ?? 0) ? `${start}, but request is ${request}` : '';
  });
  const apart = Object.entries(maxLimitRequestRatio).map(([name, most]) => {
    const { request, limit } = about(name);
    const start = `${name} max limit to request ratio per ${type} is ${most}`;
    const [asked, allowed] = [value(request) ?? 0, value(limit) ?? 0];
    if (asked === 0) return `${start}, but no request is specified or request is 0`;
    if (allowed === 0) return `${start}, but no limit is specified or limit is 0`;
    const ratio = allowed / asked;
    return ratio > (value(most) ?? 0) ? `${start}, but provided ratio is ${ratio.toFixed(6)}` : '';
  });
  return [...below, ...above, ...apart].filter((text) => text !== '');
}
