import { parse } from 'yaml';
import { faultOf } from '../fault.ts';
import { readBundle } from '../sandbox/bundle/bundle.ts';
import { placeBundle } from '../sandbox/bundle/place.ts';
import { type Sealed, seal } from '../sandbox/bundle/seal.ts';
import { contentsOf } from '../sandbox/server/contents.ts';
import {
  adoptSnapshot,
  captureFiles,
  dropSnapshots,
  listSnapshots,
  readSnapshot,
} from '../sandbox/server/snapshots.ts';
import { otherThing, type Thing, thingOf } from './changes/thing.ts';
import { restoreSandbox, type SandboxDoor, snapshotSandbox } from './sandbox-control.ts';
import type { PackedWorld, WorldSnapshots } from './snapshots.ts';

/** The sandbox's way back: its process takes and restores, its folder tells what is kept. Knows no lesson. */
export function sandboxSnapshots(folder: string, door: () => Promise<SandboxDoor>): WorldSnapshots {
  return {
    take: async (id, note) => snapshotSandbox(await door(), id, note),
    list: async () => listSnapshots(folder).map(({ id, takenAt, note }) => ({ id, takenAt, note })),
    restore: async (id) => restoreSandbox(await door(), id),
    things: async (id) => thingsIn(id === undefined ? captureFiles(folder) : readSnapshot(folder, id).files),
    adopt: (from, id) => adoptSnapshot(folder, from, id),
    forget: async () => dropSnapshots(folder),
    pack: async (isPublished) => packed(seal(contentsOf(captureFiles(folder)), isPublished)),
    place: async (state) => {
      const bundle = readBundle(state);
      if (!bundle) throw faultOf('state.damaged');
      await placeBundle(folder, bundle);
    },
  };
}

function packed({ bundle, leftOut }: Sealed): PackedWorld {
  const objects = bundle.clusters.flatMap((cluster) => cluster.objects);
  const namespaces = objects.flatMap(({ kind, object }) => (kind === 'namespaces' ? [object.metadata.name ?? ''] : []));
  return { state: bundle, objects: objects.length, namespaces, leftOut };
}

function thingsIn(files: Parameters<typeof contentsOf>[0]): Thing[] {
  const { azure, clusters, kubeconfig } = contentsOf(files);
  const groups = Object.values(azure?.groups ?? {}).map(({ name, ...group }) =>
    otherThing('Resource group', name, group),
  );
  const managed = Object.values(azure?.clusters ?? {}).map(({ uid, sshPublicKey: _, createdAt: __, ...cluster }) =>
    otherThing('Managed cluster', `${cluster.resourceGroup}/${cluster.name}`, cluster, uid),
  );
  const objects = clusters.flatMap(({ id, objects }) => objects.map(({ object }) => thingOf(object, id)));
  return [...groups, ...managed, ...contextsIn(kubeconfig), ...objects];
}

/** Which clusters kubectl knows; never their credentials. */
function contextsIn(kubeconfig: string): Thing[] {
  const config: unknown = parse(kubeconfig);
  if (typeof config !== 'object' || config === null) return [];
  const { contexts, 'current-context': current } = config as Record<string, unknown>;
  const names = Array.isArray(contexts) ? contexts.map((context: { name?: unknown }) => String(context?.name)) : [];
  return [otherThing('kubeconfig', 'contexts', { contexts: names, 'current-context': current ?? '' })];
}
