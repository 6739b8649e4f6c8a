import type { KubeObject } from '../../kube/objects.ts';
import { type AzureState, parseAzureState } from '../azure/azure-state.ts';
import { decodeFile, type StoreRecord } from '../store/record.ts';
import { clusterOf } from './sandbox-folder.ts';
import type { SnapshotFiles } from './snapshot-file.ts';

/** What the files of a sandbox say, without a process to ask. Changes nothing. */
export interface SandboxContents {
  azure: AzureState | undefined;
  clusters: readonly ClusterContents[];
  kubeconfig: string;
}

export interface ClusterContents {
  /** `<group>/<name>`. */
  id: string;
  /** Each with the kind under which the store keeps it, such as `deployments.apps`. */
  objects: readonly { kind: string; object: KubeObject }[];
  /** Text of identity.json. */
  identity: string | undefined;
}

const journalName = /^state\/clusters\/(.+)\/store\/journal\.jsonl$/;

export function contentsOf(files: SnapshotFiles): SandboxContents {
  const clusters = [...files].flatMap(([path, journal]) => {
    const folder = journalName.exec(path)?.[1];
    if (folder === undefined) return [];
    const snapshot = files.get(`state/clusters/${folder}/store/snapshot.jsonl`);
    const kept = decodeFile(snapshot ?? Buffer.alloc(0)).records;
    const objects = objectsIn(kept, decodeFile(journal).records);
    const identity = files.get(`state/clusters/${folder}/identity.json`)?.toString();
    return [{ id: clusterOf(folder), objects, identity }];
  });
  return {
    azure: parseAzureState(files.get('state/azure.json')?.toString() ?? ''),
    clusters,
    kubeconfig: files.get('kubeconfig')?.toString() ?? '',
  };
}

/** As the store replays them: what its snapshot has already is not taken from the journal again. */
function objectsIn(
  snapshot: readonly StoreRecord[],
  journal: readonly StoreRecord[],
): ClusterContents['objects'][number][] {
  const [head] = snapshot;
  const covered = head?.type === 'snapshot' ? head.revision : 0;
  const objects = new Map<string, ClusterContents['objects'][number]>();
  for (const record of [...snapshot, ...journal.filter(({ revision }) => revision > covered)]) {
    if (record.type === 'put') {
      const { namespace, name } = record.object.metadata;
      objects.set(keyOf(record.kind, namespace, name), { kind: record.kind, object: record.object });
    } else if (record.type === 'remove') objects.delete(keyOf(record.kind, record.namespace, record.name));
  }
  return [...objects.values()];
}

const keyOf = (kind: string, namespace = '', name = ''): string => `${kind}|${namespace}|${name}`;
