import { randomUUID } from 'node:crypto';

/** Everything that Azure remembers, as it lies on disk. Knows no HTTP and no file. */
export const azureStateVersion = 1;

export type ProvisioningState = 'Creating' | 'Updating' | 'Deleting' | 'Succeeded' | 'Failed';

export interface ResourceGroupRecord {
  name: string;
  location: string;
  tags: Record<string, string> | null;
  provisioningState: 'Succeeded' | 'Deleting';
  /** Set on the group that holds a cluster's machines. */
  managedBy: string | null;
}

export interface ClusterRecord {
  name: string;
  resourceGroup: string;
  location: string;
  createdAt: number;
  /** Tells a re-created cluster from its predecessor. */
  uid: string;
  kubernetesVersion: string;
  dnsPrefix: string;
  nodeResourceGroup: string;
  nodePoolName: string;
  nodeCount: number;
  vmSize: string;
  tier: string;
  tags: Record<string, string> | null;
  adminUsername: string | null;
  sshPublicKey: string | null;
  /** Null until the add-on is named for the first time; false once it was switched off. */
  openServiceMesh: boolean | null;
  provisioningState: ProvisioningState;
  /** Why it failed; gone once it is well. */
  failure?: { code: string; message: string };
}

export type OperationKind = 'create-cluster' | 'update-cluster' | 'delete-cluster' | 'delete-group';

export interface OperationRecord {
  id: string;
  kind: OperationKind;
  /** `<group>/<cluster>`, or the group's name; lower case. */
  target: string;
  location: string;
  startedAt: number;
  endedAt: number | null;
  status: 'InProgress' | 'Succeeded' | 'Failed';
  percentComplete: number;
  error: { code: string; message: string } | null;
}

export interface AzureState {
  version: typeof azureStateVersion;
  subscription: { id: string; name: string; tenantId: string; user: string };
  /** Keys are lower case: Azure's names are case-insensitive. */
  groups: Record<string, ResourceGroupRecord>;
  clusters: Record<string, ClusterRecord>;
  operations: Record<string, OperationRecord>;
  unregisteredProviders: string[];
  /** Regional quota of virtual CPUs. */
  vcpuLimit: number;
}

export function newAzureState(): AzureState {
  return {
    version: azureStateVersion,
    subscription: {
      id: randomUUID(),
      name: 'meshwalk sandbox',
      tenantId: randomUUID(),
      user: 'learner@meshwalk.example',
    },
    groups: {},
    clusters: {},
    operations: {},
    unregisteredProviders: [],
    vcpuLimit: 20,
  };
}

export const clusterKey = (group: string, name: string): string => `${group}/${name}`.toLowerCase();

/** Undefined when the text is not a state of this version. */
export function parseAzureState(text: string): AzureState | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord(parsed)) return undefined;
  const state = parsed as AzureState;
  const whole =
    state.version === azureStateVersion &&
    isRecord(state.subscription) &&
    isRecord(state.groups) &&
    isRecord(state.clusters) &&
    isRecord(state.operations);
  return whole ? { ...newAzureState(), ...state } : undefined;
}

/** Finished operations that are still worth asking about. */
const keptOperations = 100;

export function forgetOldOperations(state: AzureState): void {
  const ended = Object.values(state.operations).filter((operation) => operation.endedAt !== null);
  ended.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
  for (const operation of ended.slice(0, Math.max(0, ended.length - keptOperations)))
    delete state.operations[operation.id];
}
