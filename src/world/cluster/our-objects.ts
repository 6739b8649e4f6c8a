import { faultOf } from '../../fault.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { namespaces, pods, type ResourceRef } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { KubeConnection } from '../kube-connection.ts';
import { collectionPath } from '../kube-watch.ts';
import { type OwnedItem, ourLabel, ourSelector, type RemoveProgress } from '../ours.ts';
import type { ClusterChoice } from './choice.ts';
import { mergePatch, patchedPaths } from './merge-patch.ts';

/**
 * What lessons left in a cluster, and how it goes: namespaces by our label with all that is in them, and the settings of
 * the mesh that lessons turned. Only an object that carries the label at that moment is deleted.
 */
type MeshConfig = KubeObject & { spec?: unknown };

const meshConfigs: ResourceRef<MeshConfig> = {
  group: 'config.openservicemesh.io',
  version: 'v1alpha2',
  resource: 'meshconfigs',
  kind: 'MeshConfig',
  namespaced: true,
};
const meshConfigName = 'osm-mesh-config';

/** How often a namespace that ends is looked at: its pods take their time to stop. */
const lookMs = 1_000;

/** The settings of the mesh; undefined in a cluster that has none to read. */
export async function readMeshConfig(kube: KubeClient, namespace: string): Promise<unknown> {
  try {
    return (await kube.get(meshConfigs, meshConfigName, namespace))?.spec;
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return undefined;
    throw error;
  }
}

/** Namespaces first: who still calls while the mesh changes back is nobody's traffic any more. */
export async function oursIn(kube: KubeClient, choice: ClusterChoice): Promise<OwnedItem[]> {
  const labelled = await kube.list(namespaces, { labelSelector: ourSelector });
  const spaces = labelled.map(async ({ metadata: { name = '' } }): Promise<OwnedItem> => {
    return { type: 'namespace', name, pods: (await kube.list(pods, { namespace: name })).length };
  });
  const settings = patchedPaths(await patchBack(kube, choice));
  const config: OwnedItem = { type: 'mesh-config', namespace: choice.meshNamespace, name: meshConfigName, settings };
  return [...(await Promise.all(spaces)), ...(settings.length > 0 ? [config] : [])];
}

/** What brings the settings of the mesh back; undefined when there is nothing to do or nothing known. */
async function patchBack(kube: KubeClient, { meshConfig, meshNamespace }: ClusterChoice): Promise<unknown> {
  if (meshConfig === undefined) return undefined;
  const now = await readMeshConfig(kube, meshNamespace);
  return now === undefined ? undefined : mergePatch(now, meshConfig);
}

export interface RemovingPorts {
  kube: KubeClient;
  connection: KubeConnection;
  choice: ClusterChoice;
  clock: Clock;
}

export async function removeFrom(
  ports: RemovingPorts,
  item: OwnedItem,
  progress: (progress: RemoveProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  switch (item.type) {
    case 'namespace':
      await removeNamespace(ports, item.name, progress, signal);
      break;
    case 'mesh-config':
      await bringBack(ports, progress, signal);
      break;
    case 'resource-group':
    case 'kubeconfig-context':
      throw new Error(`a cluster has no ${item.type} to remove`);
  }
  progress({ type: 'gone' });
}

async function removeNamespace(
  { kube, connection, clock }: RemovingPorts,
  name: string,
  progress: (progress: RemoveProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const namespace = await kube.get(namespaces, name);
  if (!namespace) return;
  if (namespace.metadata.labels?.[ourLabel.key] !== ourLabel.value)
    throw faultOf('cleanup.not-ours', name, ourSelector);
  const { uid, deletionTimestamp } = namespace.metadata;
  // Older API servers answer a second order with a conflict.
  if (deletionTimestamp === undefined)
    await connection.write({ method: 'DELETE' }, `${collectionPath(namespaces)}/${encodeURIComponent(name)}`, signal);
  progress({ type: 'asked' });
  // One of that name that somebody makes anew is another one, which nobody waits to see gone.
  while ((await kube.get(namespaces, name))?.metadata.uid === uid) {
    progress({ type: 'waiting', left: (await kube.list(pods, { namespace: name })).length });
    await sleep(clock, lookMs, signal);
  }
}

async function bringBack(
  { kube, connection, choice }: RemovingPorts,
  progress: (progress: RemoveProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const spec = await patchBack(kube, choice);
  if (spec === undefined) return;
  progress({ type: 'asked' });
  const path = `${collectionPath(meshConfigs, choice.meshNamespace)}/${meshConfigName}`;
  await connection.write({ method: 'PATCH', merge: { spec } }, path, signal);
}
