import type { Fault } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Inventory, OwnedItem, RemoveProgress } from './ours.ts';
import type { WorldSnapshots } from './snapshots.ts';

export type WorldKind = 'sandbox' | 'aks' | 'cluster';

/** What the header and the consent card say about where commands go. */
export interface WorldDescription {
  kind: WorldKind;
  /** kubeconfig context in use, once there is one. */
  context?: string;
  /** `https://10.0.0.1:6443`: where that context leads, in worlds where it could lead astray. */
  server?: string;
  /** Subscription that pays, where something can cost money. */
  subscription?: string;
  costsMoney: boolean;
  /** Only while a cluster that costs money is known to exist; an estimate, from when it was made (ms since the epoch). */
  cost?: { cluster: string; perHour: { low: number; high: number }; since: number; currency: 'USD' };
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
  /** Size of the first pool's machines: `Standard_D2ds_v5`. */
  nodeSize: string | undefined;
  addons: Record<string, boolean>;
  tags: Readonly<Record<string, string>>;
  /** The group that AKS made for the machines. */
  nodeResourceGroup: string | undefined;
  /** Milliseconds since the epoch, by Azure's clock. */
  createdAt: number | undefined;
}

export interface ResourceGroupView {
  name: string;
  location: string;
  tags: Readonly<Record<string, string>>;
  provisioningState: string;
  /** Id of the resource that made and looks after it: a cluster, for the group of its machines. */
  managedBy: string | undefined;
}

/** One group of ours and what lies in it. */
export interface AzureHolding {
  group: ResourceGroupView;
  clusters: readonly ManagedClusterView[];
  /** Groups that AKS made for these clusters' machines: they go with them. */
  nodeGroups: readonly ResourceGroupView[];
}

/** What in a subscription is ours, by the tag of lesson 1. */
export interface AzureInventory {
  holdings: readonly AzureHolding[];
  /** Named as ours are, without the tag: told, never touched. */
  untagged: readonly ResourceGroupView[];
}

export interface PoolProgress {
  name: string;
  provisioningState: string;
  count: number;
}

/** How far the creation of a cluster is, or where it ended. */
export interface ClusterCreation {
  provisioningState: string;
  /** By Azure's clock, where it tells. */
  startedAt: number | undefined;
  pools: readonly PoolProgress[];
  /** Why it failed, when Azure keeps that. */
  failure: Fault | undefined;
}

/** Of a deletion that goes on in Azure, whoever looks. */
export interface DeletionProgress {
  /** Goes on from here after a crash: give it to `deleteGroup` as `resumeFrom`. Undefined where only looking is left. */
  resumeFrom: string | undefined;
  elapsedMs: number;
}

export interface DeletionOptions {
  resumeFrom?: string;
  signal?: AbortSignal;
  /** The first time as soon as Azure took it on; what it returns is waited for. */
  onProgress?(progress: DeletionProgress): void | Promise<void>;
}

/** Reads Azure, and deletes what is ours; rejects with Faults. */
export interface AzureClient {
  managedClusters(): Promise<ManagedClusterView[]>;
  /** Undefined when it does not exist. */
  managedCluster(resourceGroup: string, name: string): Promise<ManagedClusterView | undefined>;
  /** The API server that `az aks get-credentials` writes into a kubeconfig; undefined when the cluster does not exist. */
  apiServer(resourceGroup: string, name: string): Promise<string | undefined>;
  resourceGroupExists(name: string): Promise<boolean>;
  resourceGroup(name: string): Promise<ResourceGroupView | undefined>;
  ours(): Promise<AzureInventory>;
  /** Resolves when the group is gone, and all in it. One that does not exist is gone. */
  deleteGroup(name: string, options?: DeletionOptions): Promise<void>;
  creationOf(resourceGroup: string, name: string): Promise<ClusterCreation | undefined>;
}

/** What a world does until it can be used; its words are the screen's. */
export type PrepareStep =
  | 'starting-sandbox'
  | 'sandbox-ready'
  | 'reaching-cluster'
  | 'cluster-reached'
  | 'reaching-azure'
  | 'azure-reached';

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
  /** Why a command would reach another cluster than the lessons' just now; absent in worlds whose commands cannot. */
  astray?(): Promise<Fault | undefined>;
  /** Sandbox only: forgets every cluster and all of Azure's state; the next prepare starts fresh. */
  reset?(): Promise<void>;
  /** Sandbox only: the ways back. Ask for them with mustHaveSnapshots, which says why there are none. */
  readonly snapshots?: WorldSnapshots;
  /** What lessons made here and nobody removed yet, asked of the world itself. Absent where a reset does all. */
  ours?(signal?: AbortSignal): Promise<Inventory>;
  /** Resolves when the item is gone (or as it was), which the world itself says; rejects with a Fault. */
  remove?(item: OwnedItem, progress: (progress: RemoveProgress) => void, signal?: AbortSignal): Promise<void>;
  /** It ended by itself and is being started again. */
  isRestarting?(): boolean;
  close(): Promise<void>;
}
