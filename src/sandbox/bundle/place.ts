import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { faultOf } from '../../fault.ts';
import { ensurePrivateFolder, syncFolder, writeAtomically } from '../../platform/files.ts';
import { keepIdentity } from '../cluster-identity.ts';
import { clusterFolder, type SandboxPaths, sandboxPaths } from '../server/sandbox-folder.ts';
import { encodeRecord, type StoreRecord } from '../store/record.ts';
import type { BundledCluster, SandboxBundle } from './bundle.ts';
import { kubeconfigOf, type Reached } from './contexts.ts';
import { withNewKeys } from './new-keys.ts';

/**
 * Makes a sandbox's folder from a bundle, with keys and ports of its own; the next start there finds what its owner had.
 * The folder appears whole or not at all. A Fault where a sandbox is already.
 */
export async function placeBundle(folder: string, bundle: SandboxBundle): Promise<void> {
  if (existsSync(folder)) throw faultOf('state.taken', folder);
  const beside = `${folder}.opening`;
  rmSync(beside, { recursive: true, force: true });
  const paths = sandboxPaths(beside);
  for (const path of [beside, paths.state, paths.clusters]) ensurePrivateFolder(path);
  try {
    const { bundle: opened, authorities } = withNewKeys(bundle);
    const reached: Reached[] = [];
    for (const cluster of opened.clusters) {
      writeObjects(paths, cluster);
      const authority = authorities.get(cluster.id);
      if (!authority) continue;
      const port = await freePort();
      const token = keepIdentity(join(paths.clusters, clusterFolder(cluster.id)), { authority, port });
      reached.push({ cluster: cluster.id, token, server: `https://127.0.0.1:${port}`, authority: authority.certPem });
    }
    if (opened.azure) writeAtomically(paths.azureState, JSON.stringify(opened.azure, null, 1));
    writeAtomically(join(beside, 'kubeconfig'), kubeconfigOf(opened, reached));
    renameSync(beside, folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  syncFolder(dirname(folder));
}

function writeObjects({ clusters }: SandboxPaths, { id, objects }: BundledCluster): void {
  const store = join(clusters, clusterFolder(id), 'store');
  mkdirSync(store, { recursive: true, mode: 0o700 });
  const records = objects.map(({ kind, object }): StoreRecord => {
    return { v: 1, type: 'put', revision: Number(object.metadata.resourceVersion), kind, object };
  });
  const lines = records.sort((a, b) => a.revision - b.revision).map(encodeRecord);
  writeAtomically(join(store, 'journal.jsonl'), lines.join(''));
}

/** Nobody else's at this moment, which kubeconfigs then name. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
