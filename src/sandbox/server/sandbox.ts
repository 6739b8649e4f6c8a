import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { writeAtomically } from '../../platform/files.ts';
import { startTimeOf } from '../../platform/process-identity.ts';
import { type ResourceManager, startResourceManager } from '../azure/resource-manager.ts';
import type { ScenarioChoice } from '../azure/scenarios.ts';
import type { Pace } from '../pace.ts';
import { tenYearsMs } from '../pki/authority.ts';
import { writeWrappers } from './bin-wrappers.ts';
import { requireScenario } from './command-line.ts';
import { type ControlServer, startControlServer } from './control-server.ts';
import { EmbeddedClusters, type StartCluster } from './embedded-clusters.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import type { Notices } from './notices.ts';
import { finishRestore, forgetRestore, intendRestore } from './restore.ts';
import { openFolder, openSecrets, type SandboxPaths, type Secrets } from './sandbox-folder.ts';
import { sweepSnapshots, takeSnapshot } from './snapshots.ts';

/**
 * One sandbox: a Resource Manager, the clusters that it manages, and a folder that holds it all. It does not know who
 * started it, nor what runs in the clusters.
 */
export interface SandboxOptions {
  folder: string;
  pace: Pace;
  azureScenario: ScenarioChoice | undefined;
  clock: Clock;
  /** The file that this process runs; the wrappers in bin/ name its neighbours. */
  entry: string;
  startCluster: StartCluster;
  notices: Notices;
  log(line: string): void;
  onStop(): void;
}

export interface Sandbox {
  /** Path of sandbox.json. */
  readonly description: string;
  close(): Promise<void>;
}

interface Parts {
  options: SandboxOptions;
  paths: SandboxPaths;
  secrets: Secrets;
  lock: FolderLock;
  clusters: EmbeddedClusters;
  manager: ResourceManager;
}

/** The one thing by which `az` and the world find Resource Manager: AZURE_CONFIG_DIR/meshwalk.json, mode 0600. */
function writeAzureConfig(parts: Parts): void {
  const { subscription } = parts.manager.file.state;
  const config = {
    version: 1,
    endpoint: parts.manager.endpoint,
    ca: parts.secrets.authority.certPem,
    token: parts.secrets.azureToken,
    subscription,
  };
  writeAtomically(join(parts.paths.azureConfig, 'meshwalk.json'), `${JSON.stringify(config, null, 1)}\n`);
}

async function startManager(
  options: SandboxOptions,
  paths: SandboxPaths,
  secrets: Secrets,
): Promise<{ manager: ResourceManager; clusters: EmbeddedClusters }> {
  const { clock, pace, log, notices } = options;
  const clusters = new EmbeddedClusters(paths.clusters, options.startCluster);
  try {
    const manager = await startResourceManager({
      statePath: paths.azureState,
      host: clusters,
      clock,
      pace,
      tls: secrets.authority.issue({
        commonName: 'management.azure.com',
        dnsNames: ['localhost'],
        ipAddresses: ['127.0.0.1'],
        validityMs: tenYearsMs,
        usages: ['server'],
      }),
      token: secrets.azureToken,
      scenario: options.azureScenario,
      log,
      notice: (sentence) => notices.add(sentence),
    });
    return { manager, clusters };
  } catch (error) {
    await clusters.close();
    throw error;
  }
}

async function stopManager(parts: Parts): Promise<void> {
  await parts.manager.close();
  await parts.clusters.close();
}

/** Forgets every cluster and all of Azure. */
async function reset(parts: Parts): Promise<void> {
  await stopManager(parts);
  rmSync(parts.paths.state, { recursive: true, force: true });
  parts.options.notices.clear();
  forgetRestore(parts.paths);
  await startAgain(parts);
}

/** Everything becomes what it was: all clusters end, the files are exchanged, all begin again as after a reboot of their nodes. */
async function restore(parts: Parts, id: string): Promise<void> {
  intendRestore(parts.paths, id);
  await stopManager(parts);
  await startAgain(parts);
}

async function startAgain(parts: Parts): Promise<void> {
  finishRestore(parts.paths);
  openFolder(parts.paths.folder);
  Object.assign(parts, await startManager(parts.options, parts.paths, parts.secrets));
  writeAzureConfig(parts);
}

/** One after the other, whatever became of the one before. */
function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.catch(() => {}).then(work);
    last = next;
    return next;
  };
}

function statusOf(parts: Parts, startedAt: number): object {
  const { groups, clusters } = parts.manager.file.state;
  return {
    pid: process.pid,
    startedAt: new Date(startedAt).toISOString(),
    pace: parts.options.pace,
    folder: parts.paths.folder,
    azure: parts.manager.endpoint,
    azureScenario: parts.manager.scenario ?? null,
    resourceGroups: Object.values(groups).map((group) => group.name),
    clusters: Object.entries(clusters).map(([id, cluster]) => ({
      id,
      name: cluster.name,
      resourceGroup: cluster.resourceGroup,
      provisioningState: cluster.provisioningState,
      kubernetesVersion: cluster.kubernetesVersion,
      openServiceMesh: cluster.openServiceMesh === true,
      server: parts.clusters.access(id)?.server ?? null,
    })),
    memoryBytes: process.memoryUsage.rss(),
    notices: parts.options.notices.sentences,
  };
}

function writeDescription(parts: Parts, startedAt: number, control: ControlServer, token: string): void {
  const text = {
    version: 1,
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    startedAt: new Date(startedAt).toISOString(),
    pace: parts.options.pace,
    azure: { endpoint: parts.manager.endpoint },
    control: { url: control.url, token },
  };
  writeAtomically(parts.paths.description, `${JSON.stringify(text, null, 1)}\n`);
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const startedAt = options.clock.now();
  const paths = openFolder(options.folder);
  const lock = lockFolder(options.folder);
  /** What runs already; without an owner it would go on for ever. */
  const running: (() => unknown)[] = [];
  try {
    sweepSnapshots(paths);
    // One that a killed process had begun.
    if (finishRestore(paths)) openFolder(options.folder);
    const secrets = openSecrets(paths, options.clock, (sentence) => options.notices.add(sentence));
    writeWrappers(paths.bin, options.entry);
    const parts: Parts = { options, paths, secrets, lock, ...(await startManager(options, paths, secrets)) };
    running.push(() => stopManager(parts));
    writeAzureConfig(parts);
    const token = randomBytes(32).toString('base64url');
    const next = inTurn();
    const control = await startControlServer(token, {
      status: () => statusOf(parts, startedAt),
      reset: () => next(() => reset(parts)),
      snapshot: (id, note) => next(() => takeSnapshot(paths.folder, { id, takenAt: options.clock.now(), note })),
      restore: (id) => next(() => restore(parts, id)),
      playScenario: (text) => parts.manager.play(text === undefined ? undefined : requireScenario(text)),
      stop: options.onStop,
    });
    running.push(() => control.close());
    writeDescription(parts, startedAt, control, token);
    return {
      description: paths.description,
      async close() {
        control.close();
        await next(() => stopManager(parts));
        rmSync(paths.description, { force: true });
        lock.release();
      },
    };
  } catch (error) {
    for (const end of running.reverse()) await end();
    lock.release();
    throw error;
  }
}
