import { createHash } from 'node:crypto';
import { apiVersionOf } from '../../kube/resources.ts';
import type { RequestApi } from './request-api.ts';
import type { ServedResource, ServedSubresource } from './served-resource.ts';

/** What is served, told in the three forms clients ask for: aggregated (v2, v2beta1) and the older lists per version. */
export interface Discovery {
  /** `/api` and `/apis` for clients since 1.27; the content type tells them that it is the aggregated form. */
  aggregated(core: boolean, version: 'v2' | 'v2beta1'): { body: Buffer; etag: string; contentType: string };
  /** `/api` */
  coreVersions(serverAddress: string): object;
  /** `/apis` */
  groups(): object;
  /** `/apis/GROUP`; undefined when there is no such group. */
  group(group: string): object | undefined;
  /** `/api/v1`, `/apis/GROUP/VERSION` */
  resources(group: string, version: string): object | undefined;
}

export function createDiscovery(api: RequestApi): Discovery {
  const aggregatedForms = new Map<string, { body: Buffer; etag: string; contentType: string }>();
  api.onResourcesChanged(() => aggregatedForms.clear());
  const group = (name: string) => {
    const versions = versionsOf(api.resources(), name).map((version) => ({
      groupVersion: apiVersionOf({ group: name, version }),
      version,
    }));
    return versions.length === 0 ? undefined : { name, versions, preferredVersion: versions[0] };
  };
  return {
    aggregated(core, version) {
      const key = `${core ? 'api' : 'apis'} ${version}`;
      const known = aggregatedForms.get(key);
      if (known) return known;
      const body = Buffer.from(`${JSON.stringify(aggregatedList(api.resources(), core, version))}\n`);
      const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
      const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      const form = { body, etag, contentType };
      aggregatedForms.set(key, form);
      return form;
    },
    coreVersions: (serverAddress) => ({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
    }),
    groups: () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(api.resources()).map(group) }),
    group: (name) => {
      const found = group(name);
      return found && { kind: 'APIGroup', apiVersion: 'v1', ...found };
    },
    resources(groupName, version) {
      const served = api.resources().filter((one) => one.group === groupName && one.version === version);
      if (served.length === 0) return undefined;
      return {
        kind: 'APIResourceList',
        ...(groupName === '' ? {} : { apiVersion: 'v1' }),
        groupVersion: apiVersionOf({ group: groupName, version }),
        resources: served.flatMap(legacyRows),
      };
    },
  };
}

function groupNames(resources: readonly ServedResource[]): string[] {
  return [...new Set(resources.map((resource) => resource.group))].filter((group) => group !== '');
}

function versionsOf(resources: readonly ServedResource[], group: string): string[] {
  const versions = resources.filter((resource) => resource.group === group).map((resource) => resource.version);
  return [...new Set(versions)].sort(byVersionPriority);
}

/** Kubernetes: version.CompareKubeAwareVersionStrings: v2 before v1, v1 before v1beta2, that before v1alpha3. */
export function byVersionPriority(left: string, right: string): number {
  const rank = (version: string): [number, number, number] | undefined => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (!match) return undefined;
    const stability = match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2;
    return [stability, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [one, two] = [rank(left), rank(right)];
  if (!one || !two) return one ? -1 : two ? 1 : left.localeCompare(right);
  return two[0] - one[0] || two[1] - one[1] || two[2] - one[2];
}

function legacyRows(resource: ServedResource): object[] {
  const { namespaced, kind } = resource;
  const main = {
    name: resource.resource,
    singularName: resource.singular,
    namespaced,
    kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
  };
  const below = resource.subresources.map((sub) => ({
    name: `${resource.resource}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.kind && sub.kind.group !== resource.group ? { group: sub.kind.group, version: sub.kind.version } : {}),
    kind: sub.kind?.kind ?? kind,
    verbs: sub.verbs,
  }));
  return [main, ...below];
}

function aggregatedList(resources: readonly ServedResource[], core: boolean, version: string): object {
  const groups = core ? [''] : groupNames(resources);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: core ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
      versions: versionsOf(resources, group).map((name) => ({
        version: name,
        freshness: 'Current',
        resources: resources.filter((one) => one.group === group && one.version === name).map(aggregatedRow),
      })),
    })),
  };
}

function aggregatedRow(resource: ServedResource): object {
  const kindOf = (sub: ServedSubresource) => sub.kind ?? resource;
  return {
    resource: resource.resource,
    responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(resource.subresources.length === 0
      ? {}
      : {
          subresources: resource.subresources.map((sub) => {
            const { group, version, kind } = kindOf(sub);
            return { subresource: sub.name, responseKind: { group, version, kind }, verbs: sub.verbs };
          }),
        }),
  };
}
