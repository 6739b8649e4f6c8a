import type { KubeObject } from '../../kube/objects.ts';
import { type AzureState, parseAzureState } from '../azure/azure-state.ts';
import { decodeFile, type StoreRecord } from '../store/record.ts';
import type { SnapshotFiles } from './snapshot-file.ts';

/** What the files of a sandbox say, without a process to ask. Changes nothing. */
export interface SandboxContents {
  azure: AzureState | undefined;
  clusters: readonly { id: string; objects: readonly KubeObject[] }[];
  kubeconfig: string;
}

const journalName = /^state\/clusters\/(.+)\/store\/journal\.jsonl$/;

export function contentsOf(files: SnapshotFiles): SandboxContents {
  const clusters = [...files].flatMap(([path, journal]) => {
    const folder = journalName.exec(path)?.[1];
    if (folder === undefined) return [];
    const snapshot = files.get(`state/clusters/${folder}/store/snapshot.jsonl`);
    const kept = decodeFile(snapshot ?? Buffer.alloc(0)).records;
    return [{ id: clusterId(folder), objects: objectsIn(kept, decodeFile(journal).records) }];
  });
  return {
    azure: parseAzureState(files.get('state/azure.json')?.toString() ?? ''),
    clusters,
    kubeconfig: files.get('kubeconfig')?.toString() ?? '',
  };
}

/** As the store replays them: what its snapshot has already is not taken from the journal again. */
function objectsIn(snapshot: readonly StoreRecord[], journal: readonly StoreRecord[]): KubeObject[] {
  const [head] = snapshot;
  const covered = head?.type === 'snapshot' ? head.revision : 0;
  const objects = new Map<string, KubeObject>();
  for (const record of [...snapshot, ...journal.filter(({ revision }) => revision > covered)]) {
    if (record.type === 'put') {
      const { namespace, name } = record.object.metadata;
      objects.set(keyOf(record.kind, namespace, name), record.object);
    } else if (record.type === 'remove') objects.delete(keyOf(record.kind, record.namespace, record.name));
  }
  return [...objects.values()];
}

const keyOf = (kind: string, namespace = '', name = ''): string => `${kind}|${namespace}|${name}`;

/** Folders are named after the cluster's id, part by part. */
const clusterId = (folder: string): string =>
  folder
    .split('/')
    .map((part) => decodeURIComponent(part.slice(1)))
    .join('/');
