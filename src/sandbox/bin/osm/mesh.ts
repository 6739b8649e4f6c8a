import { existsSync } from 'node:fs';
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
import { inPath, ofNamespace } from '../api/names.ts';
import type { Invocation } from '../cobra/command.ts';
import { logWarning } from '../klog.ts';

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

export async function connect({ io }: Invocation): Promise<ApiConnection> {
  const path = kubeconfigPath(io.env);
  // client-go minds a missing file only where somebody named it.
  if (io.env['KUBECONFIG'] && !existsSync(path)) logWarning(io, 'loader.go:222', `Config not found: ${path}`);
  const onWarning = (text: string) => logWarning(io, 'warnings.go:70', text);
  return { ...((await connectionFrom(path)) ?? nowhere), onWarning };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What was tried, before what went wrong: Go's `fmt.Errorf("…: %w", err)`. */
export async function trying<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

const selector = (text: string) => `labelSelector=${encodeURIComponent(text)}`;

export const listNamespaces = (api: ApiConnection, labels: string) =>
  listObjects<Namespace>(api, `/api/v1/namespaces?${selector(labels)}`);
export const getNamespace = async (api: ApiConnection, name: string) =>
  requestJson<Namespace>(api, `/api/v1/namespaces/${inPath(name)}`);
export const getPod = async (api: ApiConnection, namespace: string, name: string) =>
  getObject<Pod>(api, `/api/v1/${ofNamespace(namespace)}/pods/${inPath(name)}`);
export const listPods = async (api: ApiConnection, namespace: string, labels: string) =>
  listObjects<Pod>(api, `/api/v1/${ofNamespace(namespace)}/pods?${selector(labels)}`);
export const listDeployments = async (api: ApiConnection, labels: string, namespace?: string) =>
  listObjects<Deployment>(
    api,
    `/apis/apps/v1${namespace ? `/${ofNamespace(namespace)}` : ''}/deployments?${selector(labels)}`,
  );

/** `namespace add` asks for any Deployment of the mesh; everything else for the controller. */
export async function meshExists(api: ApiConnection, name: string): Promise<boolean> {
  try {
    return (await listDeployments(api, `meshName=${name}`)).length > 0;
  } catch (error) {
    throw new Error(`Cannot obtain information about the mesh [${name}]: [${messageOf(error)}]`, { cause: error });
  }
}

export async function listMeshes(api: ApiConnection): Promise<MeshInfo[]> {
  const controllers = await listDeployments(api, 'app=osm-controller').catch((error: unknown) => {
    throw new Error(`Could not list deployments ${messageOf(error)}`, { cause: error });
  });
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

/** OSM asks the first pod it is given; one that does not run yet could not answer while another does. */
export async function firstController(api: ApiConnection, namespace: string): Promise<Pod | undefined> {
  const all = await listPods(api, namespace, 'app=osm-controller');
  return all.find((pod) => pod.status?.phase === 'Running') ?? all[0];
}

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
