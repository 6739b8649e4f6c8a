import type { KubeObject } from '../../../../kube/objects.ts';
import { StatusError } from '../../../../kube/status.ts';
import { type ApiConnection, getObject, requestJson } from '../../api/connection.ts';
import { threeWayMergePatch } from '../../kubectl/three-way-merge.ts';

/** The objects of a release in the cluster: where each kind lives, whose they are, and in which order they come and go. */
interface KindPath {
  kind: string;
  group: string;
  resource: string;
  namespaced: boolean;
}

/** Helm's InstallOrder, cut to the kinds of this chart; uninstalling goes backwards. */
const kindPaths: readonly KindPath[] = [
  { kind: 'ServiceAccount', group: 'api/v1', resource: 'serviceaccounts', namespaced: true },
  { kind: 'ConfigMap', group: 'api/v1', resource: 'configmaps', namespaced: true },
  { kind: 'ClusterRole', group: 'apis/rbac.authorization.k8s.io/v1', resource: 'clusterroles', namespaced: false },
  {
    kind: 'ClusterRoleBinding',
    group: 'apis/rbac.authorization.k8s.io/v1',
    resource: 'clusterrolebindings',
    namespaced: false,
  },
  { kind: 'Service', group: 'api/v1', resource: 'services', namespaced: true },
  { kind: 'Pod', group: 'api/v1', resource: 'pods', namespaced: true },
  { kind: 'Deployment', group: 'apis/apps/v1', resource: 'deployments', namespaced: true },
  {
    kind: 'HorizontalPodAutoscaler',
    group: 'apis/autoscaling/v2',
    resource: 'horizontalpodautoscalers',
    namespaced: true,
  },
];

function placeOf({ kind }: KubeObject): KindPath {
  const found = kindPaths.find((place) => place.kind === kind);
  if (!found) throw new Error(`unable to recognize "": no matches for kind "${kind}"`);
  return found;
}

const orderOf = (object: KubeObject) => kindPaths.indexOf(placeOf(object));
export const inInstallOrder = <T extends KubeObject>(objects: readonly T[]): T[] =>
  [...objects].sort((a, b) => orderOf(a) - orderOf(b));

function collectionPath(object: KubeObject): string {
  const { group, resource, namespaced } = placeOf(object);
  return `/${group}/${namespaced ? `namespaces/${object.metadata.namespace}/` : ''}${resource}`;
}

export const pathOf = (object: KubeObject): string => `${collectionPath(object)}/${object.metadata.name}`;
export const keyOf = (object: KubeObject): string => `${object.kind} ${pathOf(object)}`;

export const createObject = <T extends KubeObject>(api: ApiConnection, object: T): Promise<T> =>
  requestJson<T>(api, collectionPath(object), { method: 'POST', body: JSON.stringify(object) });

/** Brings a live object to what is wanted; fields that only `before` had go away, what others wrote stays. */
export async function updateObject(api: ApiConnection, before: KubeObject | undefined, wanted: KubeObject) {
  const live = await getObject<KubeObject>(api, pathOf(wanted));
  if (!live) return createObject(api, wanted);
  const fields = (object: KubeObject) => object as unknown as Record<string, unknown>;
  const patch = threeWayMergePatch(before && fields(before), fields(wanted), fields(live), true);
  if (Object.keys(patch).length === 0) return live;
  return requestJson<KubeObject>(api, pathOf(wanted), {
    method: 'PATCH',
    contentType: 'application/strategic-merge-patch+json',
    body: JSON.stringify(patch),
  });
}

/** False when it was not there. */
export async function deletePath(api: ApiConnection, path: string): Promise<boolean> {
  try {
    await requestJson(api, path, { method: 'DELETE', body: '{"propagationPolicy":"Background"}' });
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return false;
    throw error;
  }
}

const managedBy = 'app.kubernetes.io/managed-by';
const ownerAnnotations = (release: string, namespace: string) => ({
  'meta.helm.sh/release-name': release,
  'meta.helm.sh/release-namespace': namespace,
});

/** Helm writes on each object whose it is. */
export function owned<T extends KubeObject>(object: T, release: string, namespace: string): T {
  const copy = structuredClone(object);
  copy.metadata.labels = { ...copy.metadata.labels, [managedBy]: 'Helm' };
  copy.metadata.annotations = { ...copy.metadata.annotations, ...ownerAnnotations(release, namespace) };
  return copy;
}

/** What keeps Helm from taking over an object that is there already; undefined when it is the release's own. */
function whyNotOurs({ metadata }: KubeObject, release: string, namespace: string): string | undefined {
  const wrong = (what: string, values: Record<string, string> | undefined, key: string, wanted: string) => {
    const value = values?.[key];
    if (value === wanted) return [];
    const how =
      value === undefined
        ? `missing key "${key}": must be set to "${wanted}"`
        : `key "${key}" must equal "${wanted}": current value is "${value}"`;
    return [`${what} validation error: ${how}`];
  };
  const found = [
    ...wrong('label', metadata.labels, managedBy, 'Helm'),
    ...Object.entries(ownerAnnotations(release, namespace)).flatMap(([key, wanted]) =>
      wrong('annotation', metadata.annotations, key, wanted),
    ),
  ];
  return found.length > 0 ? `invalid ownership metadata; ${found.join('; ')}` : undefined;
}

/** Those of the objects that exist already as the release's own; throws on one that is somebody else's. */
export async function adoptable(
  api: ApiConnection,
  objects: readonly KubeObject[],
  release: string,
  namespace: string,
): Promise<KubeObject[]> {
  const live = await Promise.all(objects.map((object) => getObject<KubeObject>(api, pathOf(object))));
  return objects.filter((object, index) => {
    const found = live[index];
    if (!found) return false;
    const why = whyNotOurs(found, release, namespace);
    if (why) {
      const { name, namespace: where = '' } = object.metadata;
      throw new Error(
        `${object.kind} "${name}" in namespace "${where}" exists and cannot be imported into the current release: ${why}`,
      );
    }
    return true;
  });
}
