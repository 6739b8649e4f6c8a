import { randomUUID } from 'node:crypto';
import { type Clock, sleep } from '../../platform/clock.ts';
import { type Pace, paceFactor } from '../pace.ts';
import { ArmError } from './arm-error.ts';
import {
  type ClusterRecord,
  clusterKey,
  forgetOldOperations,
  type OperationKind,
  type OperationRecord,
} from './azure-state.ts';
import type { ClusterHost, ClusterSpec } from './cluster-host.ts';
import type { AzureConditions } from './conditions.ts';
import { checkRegionalQuota } from './quota.ts';
import type { StateFile } from './state-file.ts';

/**
 * Long-running operations: each is written down before it begins, so that one that a killed process left half done
 * goes on at the next start. It knows what to do to clusters and groups, not who asked nor how.
 */
export interface OperationParts {
  file: StateFile;
  host: ClusterHost;
  clock: Clock;
  pace: Pace;
  log: (line: string) => void;
  conditions: () => AzureConditions;
}

/** What AKS takes at pace real, shortened: creation really takes four to eight minutes. */
const durationMs: Record<OperationKind, number> = {
  'create-cluster': 30_000,
  'update-cluster': 12_000,
  'delete-cluster': 12_000,
  'delete-group': 6_000,
};
const progressSteps = 5;

export function specOf(cluster: ClusterRecord): ClusterSpec {
  return {
    id: clusterKey(cluster.resourceGroup, cluster.name),
    name: cluster.name,
    resourceGroup: cluster.resourceGroup,
    nodeResourceGroup: cluster.nodeResourceGroup,
    location: cluster.location,
    kubernetesVersion: cluster.kubernetesVersion,
    nodePoolName: cluster.nodePoolName,
    nodeCount: cluster.nodeCount,
    vmSize: cluster.vmSize,
    openServiceMesh: cluster.openServiceMesh === true,
  };
}

export class Operations {
  readonly #parts: OperationParts;
  readonly #abort = new AbortController();
  readonly #running = new Map<OperationRecord, Promise<void>>();

  constructor(parts: OperationParts) {
    this.#parts = parts;
  }

  /** Records it and runs it; the caller has changed the state already and need not save it. */
  begin(kind: OperationKind, target: string, location: string): OperationRecord {
    const { file, clock } = this.#parts;
    const operation: OperationRecord = {
      id: randomUUID(),
      kind,
      target,
      location,
      startedAt: clock.now(),
      endedAt: null,
      status: 'InProgress',
      percentComplete: 0,
      error: null,
    };
    file.state.operations[operation.id] = operation;
    forgetOldOperations(file.state);
    file.save();
    this.#start(operation);
    return operation;
  }

  /** Brings clusters back up and goes on with what a former process left. Resolves when existing clusters answer. */
  async resume(): Promise<void> {
    const { state } = this.#parts.file;
    const unfinished = Object.values(state.operations).filter((operation) => operation.status === 'InProgress');
    const inWork = new Set(unfinished.map((operation) => operation.target));
    const settled = Object.entries(state.clusters).filter(
      ([key, cluster]) => !inWork.has(key) && cluster.provisioningState === 'Succeeded',
    );
    await Promise.all(settled.map(([, cluster]) => this.#parts.host.start(specOf(cluster))));
    for (const operation of unfinished) this.#start(operation);
  }

  find(id: string): OperationRecord | undefined {
    return this.#parts.file.state.operations[id];
  }

  /** Leaves unfinished operations for the next process. */
  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled(this.#running.values());
  }

  #start(operation: OperationRecord): void {
    const run = this.#run(operation).finally(() => this.#running.delete(operation));
    this.#running.set(operation, run);
  }

  async #run(operation: OperationRecord): Promise<void> {
    const { file, clock, log } = this.#parts;
    try {
      await this.#perform(operation);
      operation.status = 'Succeeded';
      operation.percentComplete = 100;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      const code = error instanceof ArmError ? error.code : 'InternalOperationError';
      const message = error instanceof Error ? error.message : String(error);
      log(`operation ${operation.kind} of ${operation.target} failed: ${message}`);
      operation.status = 'Failed';
      operation.error = { code, message };
      const cluster = file.state.clusters[operation.target];
      if (cluster) Object.assign(cluster, { provisioningState: 'Failed', failure: operation.error });
    }
    operation.endedAt = clock.now();
    file.save();
  }

  async #perform(operation: OperationRecord): Promise<void> {
    switch (operation.kind) {
      case 'create-cluster':
        return this.#createCluster(operation);
      case 'update-cluster':
        return this.#updateCluster(operation);
      case 'delete-cluster':
        await this.#takeTime(operation);
        return this.#deleteCluster(operation.target);
      case 'delete-group':
        await this.#takeTime(operation);
        await this.#othersInside(operation.target);
        return this.#deleteGroup(operation.target);
    }
  }

  async #createCluster(operation: OperationRecord): Promise<void> {
    const cluster = this.#cluster(operation);
    const conditions = this.#parts.conditions();
    if (conditions.quotaSeenLate) {
      // The control plane stands for some time before anybody asks for machines.
      await this.#takeTime(operation);
      checkRegionalQuota(this.#parts.file.state, conditions, cluster);
    }
    await Promise.all([this.#parts.host.start(specOf(cluster)), this.#takeTime(operation)]);
    cluster.provisioningState = 'Succeeded';
  }

  async #updateCluster(operation: OperationRecord): Promise<void> {
    const cluster = this.#cluster(operation);
    const { host } = this.#parts;
    // After a restart the cluster is down; on a running one this only hands back its address.
    if (!host.access(operation.target)) await host.start(specOf(cluster));
    if (cluster.openServiceMesh === true) await host.enableOpenServiceMesh(operation.target);
    if (cluster.openServiceMesh === false) await host.disableOpenServiceMesh(operation.target);
    await this.#takeTime(operation);
    cluster.provisioningState = 'Succeeded';
  }

  async #deleteCluster(key: string): Promise<void> {
    const { state } = this.#parts.file;
    await this.#parts.host.delete(key);
    const cluster = state.clusters[key];
    delete state.clusters[key];
    if (cluster) delete state.groups[cluster.nodeResourceGroup.toLowerCase()];
  }

  async #deleteGroup(key: string): Promise<void> {
    const { state } = this.#parts.file;
    const inside = Object.entries(state.clusters).filter(
      ([, cluster]) => cluster.resourceGroup.toLowerCase() === key || cluster.nodeResourceGroup.toLowerCase() === key,
    );
    for (const [clusterId] of inside) await this.#deleteCluster(clusterId);
    delete state.groups[key];
  }

  /** A cluster that is still being made or unmade must settle before its group can go. */
  async #othersInside(group: string): Promise<void> {
    const inside = [...this.#running].filter(([other]) => other.target.startsWith(`${group}/`));
    await Promise.all(inside.map(([, run]) => run));
  }

  #cluster(operation: OperationRecord): ClusterRecord {
    const cluster = this.#parts.file.state.clusters[operation.target];
    if (!cluster) throw new Error(`cluster ${operation.target} vanished during ${operation.kind}`);
    return cluster;
  }

  /** The paced duration, in steps that a poll can see; what passed before a restart counts. */
  async #takeTime(operation: OperationRecord): Promise<void> {
    const { clock, pace, file } = this.#parts;
    const whole = durationMs[operation.kind] * paceFactor[pace];
    if (whole === 0) return;
    for (let step = 1; step <= progressSteps; step++) {
      const due = operation.startedAt + (whole * step) / progressSteps;
      if (due > clock.now()) await sleep(clock, due - clock.now(), this.#abort.signal);
      operation.percentComplete = Math.round((100 * step) / (progressSteps + 1));
      file.save();
    }
  }
}
