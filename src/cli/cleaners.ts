import { systemClock } from '../platform/clock.ts';
import { ensurePrivateFolder } from '../platform/files.ts';
import { acquireLock } from '../platform/lock.ts';
import { systemRandom } from '../platform/random.ts';
import { stateFolders } from '../progress/state-folders.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Inventory, OwnedItem, RemoveProgress } from '../world/ours.ts';
import type { CleanupOptions } from './cleanup.ts';
import { worldFolder } from './course-names.ts';
import type { PlainTerminal } from './plain-lines.ts';
import type { Subcommand } from './subcommand.ts';

/** Who knows what of a world is ours, and takes it away. Asks nobody whether it should. */
export interface Cleaner {
  /** Asked of the world itself, not of what is remembered. */
  inventory(signal: AbortSignal): Promise<Inventory>;
  /** Ends when the item is gone, which the world itself says; rejects with a Fault. */
  remove(item: OwnedItem, progress: (progress: RemoveProgress) => void, signal: AbortSignal): Promise<void>;
}

export interface CleanerOptions {
  findings: Findings;
  /** Who is asked which cluster, where nothing says it any more. */
  terminal: PlainTerminal | undefined;
}

export const openCleaner = (
  world: 'aks' | 'cluster',
  options: CleanupOptions,
  subcommand: Subcommand,
  more: CleanerOptions,
): Promise<Cleaner> => (world === 'aks' ? aksCleaner(options, subcommand) : clusterCleaner(options, subcommand, more));

/** Needs a login and nothing else: the tag tells what is ours, wherever it was made. */
async function aksCleaner({ profile, subscription }: CleanupOptions, { machine }: Subcommand): Promise<Cleaner> {
  const { connectAzure } = await import('../world/azure-client.ts');
  const { azureAccess } = await import('../world/aks/azure-access.ts');
  const { readChoices } = await import('../world/aks/choices.ts');
  const { oursInAks, removeFromAks } = await import('../world/aks/ours.ts');
  const { learnersKubeconfig } = await import('../world/kube-context.ts');
  const { environment } = machine;
  const folder = worldFolder('aks', stateFolders(profile, 'aks', environment));
  const chosen = readChoices(folder);
  // Where the lessons ran, also when az works in another subscription by now.
  const access = azureAccess(environment, subscription ?? chosen?.subscription ?? chosen?.agreedIn);
  const azure = await connectAzure(access, { clock: systemClock, random: systemRandom });
  const ground = { azure, folder, kubeconfig: learnersKubeconfig(environment), clock: systemClock };
  return {
    inventory: () => oursInAks(ground),
    remove: (item, progress, signal) => removeFromAks(ground, item, progress, signal),
  };
}

async function clusterCleaner(
  options: CleanupOptions,
  { machine, teardown, signal }: Subcommand,
  { findings, terminal }: CleanerOptions,
): Promise<Cleaner> {
  const { createWorld } = await import('../world/registry.ts');
  const { settleWorld } = await import('./settling.ts');
  const { profile, context, yes } = options;
  const folders = stateFolders(profile, 'cluster', machine.environment);
  // A screen that is open has its commands go where this one's choice says.
  ensurePrivateFolder(folders.state);
  const lock = acquireLock(folders.lock);
  teardown.add(() => lock.release());
  const common = { world: 'cluster', pace: 'brisk', profile } as const;
  // Nothing to ask where the choice is kept; where it is gone, the cluster is chosen as it was for the lessons.
  await settleWorld(
    { ...common, ...(context !== undefined && { context }), ...(yes !== undefined && { yes }) },
    folders,
    machine.root,
    { machine, findings, settler: { terminal, signal } },
  );
  const world = createWorld('cluster', {
    folder: worldFolder('cluster', folders),
    workingFolder: machine.root,
    serverFile: '',
    pace: 'brisk',
    learner: machine.environment,
  });
  teardown.add(() => world.close());
  await world.prepare(() => {}, signal);
  return {
    inventory: async (signal) => (await world.ours?.(signal)) ?? { items: [] },
    remove: async (item, progress, signal) => world.remove?.(item, progress, signal),
  };
}
