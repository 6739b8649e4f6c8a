import type { Container, KubeObject, Pod } from '../../../kube/objects.ts';
import { parseQuantity } from '../../../kube/quantity.ts';
import { forbidden } from '../../../kube/status.ts';
import {
  isInScopes,
  kindOfLine,
  type ResourceQuota,
  sumOfUsages,
  type Usage,
  usageOf,
  written,
} from '../../quota-usage.ts';
import type { Store } from '../../store/store.ts';
import { storageKind } from '../served-resource.ts';
import type { AdmissionRequest } from '../write-context.ts';
import type { AdmissionPlugin } from './admission-chain.ts';

/**
 * Kubernetes: ResourceQuota. Refuses what would use more than a quota of the namespace leaves. It has its say right
 * before the object is stored, so that two at once can't both take the last piece.
 */
export function resourceQuotas(store: Store): AdmissionPlugin {
  return {
    confirm(request) {
      const { namespace, resource, object, current, operation, subresource } = request;
      if (operation === 'DELETE' || namespace === undefined || !resource.namespaced || !object || subresource !== '') {
        return;
      }
      for (const quota of store.list('resourcequotas', namespace) as ResourceQuota[]) {
        const lines = Object.keys(quota.spec?.hard ?? {}).filter((line) => isAbout(line, request));
        if (lines.length === 0 || !isInScopes(object, quota)) continue;
        requireAmounts(request, quota, lines);
        const before = current ? usageOf(current, resource) : {};
        const more = difference(usageOf(object, resource), before, lines);
        if (Object.keys(more).length > 0) refuseExcess(store, request, quota, more);
      }
    },
  };
}

function isAbout(line: string, { resource }: AdmissionRequest): boolean {
  const kind = kindOfLine(line);
  return kind?.group === resource.group && kind.resource === resource.resource;
}

function difference(after: Usage, before: Usage, lines: readonly string[]): Usage {
  const more = lines.map((line) => [line, (after[line] ?? 0) - (before[line] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, amount]) => amount > 0));
}

/** Who bounds cpu needs to be told how much each container takes. */
function requireAmounts(
  { object, operation, resource, name }: AdmissionRequest,
  quota: ResourceQuota,
  lines: string[],
) {
  if (resource.resource !== 'pods' || operation !== 'CREATE') return;
  const { spec } = object as Pod;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const missing = lines.toSorted().flatMap((line) => {
    const who = containers.filter((container) => !says(container, line)).map((container) => container.name);
    return who.length === 0 ? [] : [`${line} for: ${who.sort().join(',')}`];
  });
  if (missing.length === 0) return;
  throw forbidden(resource, name, `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`);
}

function says({ resources }: Container, line: string): boolean {
  const [, part, resource] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(line) ?? [];
  if (resource === undefined) return true;
  return resources?.[part === 'limits' ? 'limits' : 'requests']?.[resource] !== undefined;
}

function refuseExcess(store: Store, request: AdmissionRequest, quota: ResourceQuota, more: Usage): void {
  const { resource, namespace, name } = request;
  const hard = quota.spec?.hard ?? {};
  const present = store.list(storageKind(resource), namespace).filter((each: KubeObject) => isInScopes(each, quota));
  const used = sumOfUsages(present.map((each) => usageOf(each, resource)));
  const exceeded = Object.keys(more)
    .filter((line) => (used[line] ?? 0) + (more[line] ?? 0) > (parseQuantity(hard[line] ?? '') ?? 0))
    .sort();
  if (exceeded.length === 0) return;
  const list = (usage: Usage) =>
    exceeded.map((line) => `${line}=${written(usage[line] ?? 0, hard[line] ?? '')}`).join(',');
  const limited = exceeded.map((line) => `${line}=${hard[line]}`).join(',');
  throw forbidden(
    resource,
    name,
    `exceeded quota: ${quota.metadata.name}, requested: ${list(more)}, used: ${list(used)}, limited: ${limited}`,
  );
}
