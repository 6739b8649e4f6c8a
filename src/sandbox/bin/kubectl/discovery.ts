import { type ApiConnection, requestJson } from '../api/connection.ts';

/** What the API server serves, and how people name it on a command line: plural, singular, short name, kind, group. */
export interface ApiResource {
  group: string;
  version: string;
  resource: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  verbs: readonly string[];
  categories: readonly string[];
}

interface DiscoveryList {
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources: {
        resource: string;
        responseKind: { kind: string };
        scope: string;
        singularResource: string;
        verbs: string[];
        shortNames?: string[];
        categories?: string[];
      }[];
    }[];
  }[];
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** A resource that this version serves while its group prefers another one; named only by group and version. */
const isPreferred = (all: readonly ApiResource[], entry: ApiResource): boolean =>
  all.find((other) => other.group === entry.group && other.resource === entry.resource) === entry;

/** Each resource once, in the version its group prefers. */
export const preferred = (all: readonly ApiResource[]): ApiResource[] => all.filter((entry) => isPreferred(all, entry));

/** Every resource of every served version, preferred versions first. */
export async function discover(api: ApiConnection): Promise<ApiResource[]> {
  const lists = await Promise.all(['/api', '/apis'].map((path) => requestJson<DiscoveryList>(api, path, { accept })));
  return lists.flatMap((list) =>
    list.items.flatMap((group) =>
      group.versions.flatMap((version) =>
        version.resources.map((entry) => ({
          group: group.metadata.name ?? '',
          version: version.version,
          resource: entry.resource,
          singular: entry.singularResource,
          kind: entry.responseKind.kind,
          namespaced: entry.scope === 'Namespaced',
          shortNames: entry.shortNames ?? [],
          verbs: entry.verbs,
          categories: entry.categories ?? [],
        })),
      ),
    ),
  );
}

/** `pods`, `pod`, `po`, `Pod`, `deployments.apps`, `deployments.v1.apps`. */
export function findResource(all: readonly ApiResource[], word: string): ApiResource {
  const [head = '', ...rest] = word.toLowerCase().split('.');
  const named = all.filter((entry) =>
    [entry.resource, entry.singular, entry.kind.toLowerCase(), ...entry.shortNames].includes(head),
  );
  const group = rest.join('.');
  const found =
    group === ''
      ? named[0]
      : named.find(
          (entry) =>
            entry.group === group ||
            `${entry.version}.${entry.group}` === group ||
            (entry.group === '' && entry.version === group),
        );
  if (!found) throw new Error(`the server doesn't have a resource type ${JSON.stringify(word)}`);
  return found;
}

export function findKind(all: readonly ApiResource[], apiVersion: string, kind: string): ApiResource | undefined {
  const slash = apiVersion.indexOf('/');
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  return all.find((entry) => entry.group === group && entry.version === version && entry.kind === kind);
}

/** `/apis/apps/v1/namespaces/shop/deployments/web`. Without a namespace, a namespaced list goes over all of them. */
export function pathOf(resource: ApiResource, namespace: string | undefined, name?: string): string {
  const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${scope}/${resource.resource}${name ? `/${encodeURIComponent(name)}` : ''}`;
}

/** `deployment.apps`, as kubectl prefixes names. */
export const printedKind = (resource: ApiResource): string =>
  resource.group === '' ? resource.kind.toLowerCase() : `${resource.kind.toLowerCase()}.${resource.group}`;
