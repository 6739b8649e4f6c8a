import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf } from '../../fault.ts';
import { ensurePrivateFolder } from '../../platform/files.ts';
import type { ClusterAccess, ClusterHost, ClusterSpec } from '../azure/cluster-host.ts';
import { clusterFolder } from './sandbox-folder.ts';

/** A cluster that runs in this process. */
export interface RunningCluster {
  readonly access: ClusterAccess;
  enableOpenServiceMesh(): Promise<void>;
  disableOpenServiceMesh(): Promise<void>;
  /** Stops everything, keeps the state on disk. */
  close(): Promise<void>;
}

/** `folder` holds the cluster's state, and what must survive with it: port, authority, token. */
export type StartCluster = (spec: ClusterSpec, folder: string) => Promise<RunningCluster>;

/** The host of managed clusters: each runs in this process, in a folder of its own. It does not know what a cluster is. */
export class EmbeddedClusters implements ClusterHost {
  readonly #folder: string;
  readonly #startCluster: StartCluster;
  readonly #starting = new Map<string, Promise<RunningCluster>>();
  readonly #running = new Map<string, RunningCluster>();

  constructor(folder: string, startCluster: StartCluster) {
    this.#folder = folder;
    this.#startCluster = startCluster;
  }

  async start(spec: ClusterSpec): Promise<ClusterAccess> {
    let starting = this.#starting.get(spec.id);
    if (!starting) {
      const folder = this.#folderOf(spec.id);
      ensurePrivateFolder(folder);
      starting = this.#startCluster(spec, folder);
      this.#starting.set(spec.id, starting);
    }
    try {
      const cluster = await starting;
      if (this.#starting.get(spec.id) === starting) this.#running.set(spec.id, cluster);
      return cluster.access;
    } catch (error) {
      this.#starting.delete(spec.id);
      throw error;
    }
  }

  access(id: string): ClusterAccess | undefined {
    return this.#running.get(id)?.access;
  }

  enableOpenServiceMesh(id: string): Promise<void> {
    return this.#require(id).enableOpenServiceMesh();
  }

  disableOpenServiceMesh(id: string): Promise<void> {
    return this.#require(id).disableOpenServiceMesh();
  }

  async delete(id: string): Promise<void> {
    await this.#stop(id);
    rmSync(this.#folderOf(id), { recursive: true, force: true });
  }

  /** Stops all clusters and keeps their state. */
  async close(): Promise<void> {
    await Promise.all([...this.#starting.keys()].map((id) => this.#stop(id)));
  }

  async #stop(id: string): Promise<void> {
    const starting = this.#starting.get(id);
    this.#starting.delete(id);
    this.#running.delete(id);
    const cluster = await starting?.catch(() => undefined);
    await cluster?.close();
  }

  #require(id: string): RunningCluster {
    const cluster = this.#running.get(id);
    if (!cluster) throw faultOf('sandbox.cluster-down', id);
    return cluster;
  }

  #folderOf(id: string): string {
    return join(this.#folder, clusterFolder(id));
  }
}
