import type { Deployment, KubeObject, Namespace, Pod } from '../../../kube/objects.ts';
import {
  type ApiConnection,
  connectionFrom,
  getObject,
  kubeconfigPath,
  listObjects,
  nowhere,
  requestJson,
} from '../api/connection.ts';
import type { Invocation } from '../cobra/command.ts';

/** How the osm CLI finds meshes: by labels on Deployments, in any namespace (OSM 1.2: cmd/cli/util.go). */
export const monitoredBy = 'openservicemesh.io/monitored-by';
export const sidecarInjection = 'openservicemesh.io/sidecar-injection';
export const ignoreLabel = 'openservicemesh.io/ignore';
export const metricsAnnotation = 'openservicemesh.io/metrics';
export const proxyUuidLabel = 'osm-proxy-uuid';

export interface MeshInfo {
  name: string;
  namespace: string;
  version: string;
}

export async function connect(invocation: Invocation): Promise<ApiConnection> {
  return (await connectionFrom(kubeconfigPath(invocation.io.env))) ?? nowhere;
}

const selector = (text: string) => `labelSelector=${encodeURIComponent(text)}`;

export const listNamespaces = (api: ApiConnection, labels: string) =>
  listObjects<Namespace>(api, `/api/v1/namespaces?${selector(labels)}`);
export const getNamespace = (api: ApiConnection, name: string) =>
  getObject<Namespace>(api, `/api/v1/namespaces/${name}`);
export const getPod = (api: ApiConnection, namespace: string, name: string) =>
  getObject<Pod>(api, `/api/v1/namespaces/${namespace}/pods/${name}`);
export const listPods = (api: ApiConnection, namespace: string, labels: string) =>
  listObjects<Pod>(api, `/api/v1/namespaces/${namespace}/pods?${selector(labels)}`);
export const listDeployments = (api: ApiConnection, labels: string, namespace?: string) =>
  listObjects<Deployment>(
    api,
    `/apis/apps/v1${namespace ? `/namespaces/${namespace}` : ''}/deployments?${selector(labels)}`,
  );

/** `namespace add` asks for any Deployment of the mesh; everything else for the controller. */
export async function meshExists(api: ApiConnection, name: string): Promise<boolean> {
  return (await listDeployments(api, `meshName=${name}`)).length > 0;
}

export async function listMeshes(api: ApiConnection): Promise<MeshInfo[]> {
  const controllers = await listDeployments(api, 'app=osm-controller');
  return controllers.map((deployment) => ({
    name: deployment.metadata.labels?.['meshName'] ?? '',
    namespace: deployment.metadata.namespace ?? '',
    version: deployment.metadata.labels?.['app.kubernetes.io/version'] || 'Unknown',
  }));
}

export type MetadataPatch = {
  metadata: { labels?: Record<string, string | null>; annotations?: Record<string, string | null> };
};

export function patchObject(api: ApiConnection, path: string, patch: MetadataPatch): Promise<KubeObject> {
  return requestJson(api, path, {
    method: 'PATCH',
    contentType: 'application/strategic-merge-patch+json',
    body: JSON.stringify(patch),
  });
}

/** OSM asks the first pod it is given; one that does not run yet could not answer. */
export const firstController = async (api: ApiConnection, namespace: string): Promise<Pod | undefined> =>
  (await listPods(api, namespace, 'app=osm-controller')).find((pod) => pod.status?.phase === 'Running');

/** Go's tabwriter as OSM sets it up: each cell at least 6 wide and 3 apart, the last column unpadded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(6, ...rows.map((row) => (row[column] ?? '').length + 3)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(''),
    )
    .map((line) => `${line}\n`)
    .join('');
}
