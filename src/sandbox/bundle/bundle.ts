import { isJsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { type AzureState, parseAzureState } from '../azure/azure-state.ts';

/**
 * A sandbox to be handed to somebody else: all that is in it, and nothing that opens anything. Private keys, tokens and
 * what Secrets hold are left out by seal.ts; new-keys.ts makes others in their place where the bundle is opened. JSON.
 */
export interface SandboxBundle {
  azure: AzureState | undefined;
  clusters: readonly BundledCluster[];
  /** What the kubeconfig calls them; never its credentials, and nothing else of it. */
  contexts: readonly BundledContext[];
  currentContext: string;
}

export interface BundledCluster {
  /** `<group>/<name>`. */
  id: string;
  /** The certificate of its authority; PEM. */
  authority: string;
  /** Each with the kind under which the store keeps it, such as `deployments.apps`. */
  objects: readonly { kind: string; object: KubeObject }[];
}

export interface BundledContext {
  name: string;
  cluster: string;
  namespace?: string;
}

const mostClusters = 10;
const mostContexts = 50;
const isText = (value: unknown, length = 253): value is string =>
  typeof value === 'string' && value.length <= length && !/[\u0000-\u001f\u007f-\u009f]/.test(value);

/** Undefined for what is no bundle. What comes in is a stranger's: only what is named here is taken over. */
export function readBundle(value: unknown): SandboxBundle | undefined {
  if (!isJsonObject(value) || !isText(value['currentContext'])) return undefined;
  const azure = value['azure'] === undefined ? undefined : parseAzureState(JSON.stringify(value['azure']));
  if (value['azure'] !== undefined && !azure) return undefined;
  const clusters = readAll(value['clusters'], mostClusters, readCluster);
  const contexts = readAll(value['contexts'], mostContexts, readContext);
  return clusters && contexts && { azure, clusters, contexts, currentContext: value['currentContext'] };
}

/** Undefined when it is no list, is too long, or one of it is not what it should be. */
function readAll<T>(value: unknown, most: number, read: (one: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const all = value.map(read);
  return all.every((one) => one !== undefined) ? all : undefined;
}

function readCluster(value: unknown): BundledCluster | undefined {
  if (!isJsonObject(value) || !isText(value['id']) || typeof value['authority'] !== 'string') return undefined;
  const objects = readAll(value['objects'], Number.POSITIVE_INFINITY, readObject);
  return objects && { id: value['id'], authority: value['authority'], objects };
}

function readObject(value: unknown): BundledCluster['objects'][number] | undefined {
  if (!isJsonObject(value) || !isText(value['kind'])) return undefined;
  const { kind, object } = value;
  if (!isJsonObject(object) || !isJsonObject(object['metadata'])) return undefined;
  const { name, namespace, resourceVersion } = object['metadata'];
  const isNamed = isText(name) && name !== '' && (namespace === undefined || isText(namespace));
  const isVersioned = typeof resourceVersion === 'string' && /^\d{1,15}$/.test(resourceVersion);
  return isNamed && isVersioned ? { kind, object: object as unknown as KubeObject } : undefined;
}

function readContext(value: unknown): BundledContext | undefined {
  if (!isJsonObject(value)) return undefined;
  const { name, cluster, namespace } = value;
  if (!isText(name) || !isText(cluster)) return undefined;
  return { name, cluster, ...(isText(namespace) && { namespace }) };
}
