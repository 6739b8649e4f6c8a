import type { KubeClient } from '../kube/client.ts';
import type { WorldSnapshots } from './snapshots.ts';

export type WorldKind = 'sandbox' | 'aks' | 'cluster';

/** What the header and the consent card say about where commands go. */
export interface WorldDescription {
  kind: WorldKind;
  /** kubeconfig context in use, once there is one. */
  context?: string;
  /** Subscription that pays, where something can cost money. */
  subscription?: string;
  costsMoney: boolean;
}

/** A managed cluster as Resource Manager shows it, cut to what checks look at. */
export interface ManagedClusterView {
  name: string;
  resourceGroup: string;
  location: string;
  provisioningState: string;
  kubernetesVersion: string;
  powerState: string | undefined;
  nodeCount: number;
  addons: Record<string, boolean>;
}

/** Reads Azure; errors are RestErrors of the SDK or network errors. */
export interface AzureClient {
  managedClusters(): Promise<ManagedClusterView[]>;
  /** Undefined when it does not exist. */
  managedCluster(resourceGroup: string, name: string): Promise<ManagedClusterView | undefined>;
  resourceGroupExists(name: string): Promise<boolean>;
}

/** What a world does until it can be used; its words are the screen's. */
export type PrepareStep = 'starting-sandbox' | 'sandbox-ready';

/** Where commands run and evidence comes from. Checks, the driver and the screen see only this. */
export interface World {
  readonly kind: WorldKind;
  /** Brings the world up (starts the sandbox process); reports progress in short sentences. Rejects with a Fault. */
  prepare(progress: (step: PrepareStep) => void, signal?: AbortSignal): Promise<void>;
  /** The whole environment of a command's process, made from scratch: nothing of ours or npm's leaks in. */
  environment(): Record<string, string>;
  /** Folder the learner's shell starts in; holds manifests/ and lessons/. */
  readonly workingFolder: string;
  /** Undefined while no kubeconfig context exists. Rejects when the context cannot be read. */
  kube(): Promise<KubeClient | undefined>;
  azure(): Promise<AzureClient | undefined>;
  describe(): Promise<WorldDescription>;
  /** Sandbox only: forgets every cluster and all of Azure's state; the next prepare starts fresh. */
  reset?(): Promise<void>;
  /** Sandbox only: the ways back. Ask for them with mustHaveSnapshots, which says why there are none. */
  readonly snapshots?: WorldSnapshots;
  /** It ended by itself and is being started again. */
  isRestarting?(): boolean;
  close(): Promise<void>;
}
