import type { AgentPool, ContainerServiceClient } from '@azure/arm-containerservice';
import type { ResourceManagementClient } from '@azure/arm-resources';
import { faultOf } from '../fault.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { clusterView, creationView, groupView, inventoryOf } from './aks/azure-views.ts';
import { explainAzureFailure } from './aks/failures.ts';
import { deleteGroup } from './aks/group-deletion.ts';
import { refusalPolicy } from './aks/refusal-policy.ts';
import { type Patience, retryPolicy } from './aks/retry-policy.ts';
import { serverIn } from './kube-context.ts';
import type {
  AzureClient,
  AzureInventory,
  ClusterCreation,
  DeletionOptions,
  ManagedClusterView,
  ResourceGroupView,
} from './world.ts';

/**
 * Azure through its own SDKs. Whatever goes wrong there leaves here as a Fault, in one place; who waits and asks again is
 * decided by the caller's patience, not by the SDKs.
 */

/** How Resource Manager is reached: one that lets us in by a token, or Azure itself by the learner's own az login. */
export type AzureAccess =
  | { type: 'token'; subscriptionId: string; endpoint: string; caPem: string; token: string }
  | { type: 'az-login'; subscriptionId: string };

const tokenLifeMs = 3_600_000;

export interface AzureClients {
  clusters: ContainerServiceClient;
  resources: ResourceManagementClient;
}

/**
 * Loads the SDKs here and not before: together they cost half a second. Without patience nothing is sent twice: a check
 * looks again by itself, and retries in between would only make its answer late.
 */
export async function openAzureClients(access: AzureAccess, patience?: Patience): Promise<AzureClients> {
  const [{ ContainerServiceClient }, { ResourceManagementClient }] = await Promise.all([
    import('@azure/arm-containerservice'),
    import('@azure/arm-resources'),
  ]);
  const { subscriptionId } = access;
  const credential = await credentialOf(access);
  const options = access.type === 'token' ? { endpoint: access.endpoint, tlsOptions: { ca: access.caPem } } : {};
  const clusters = new ContainerServiceClient(credential, subscriptionId, options);
  const resources = new ResourceManagementClient(credential, subscriptionId, options);
  for (const { pipeline } of [clusters, resources]) {
    pipeline.removePolicy({ name: 'defaultRetryPolicy' });
    pipeline.addPolicy(refusalPolicy);
    if (patience) pipeline.addPolicy(retryPolicy(patience), { phase: 'Retry' });
    // A proxy of the learner's environment would carry requests, and their token, away from this machine.
    if (access.type === 'token') pipeline.removePolicy({ name: 'proxyPolicy' });
  }
  return { clusters, resources };
}

async function credentialOf(access: AzureAccess) {
  if (access.type === 'token')
    return { getToken: async () => ({ token: access.token, expiresOnTimestamp: Date.now() + tokenLifeMs }) };
  const { AzureCliCredential } = await import('@azure/identity');
  return new AzureCliCredential({ subscription: access.subscriptionId });
}

export async function connectAzure(access: AzureAccess, patience?: Patience): Promise<AzureClient> {
  return new SubscriptionClient(await openAzureClients(access, patience), patience?.clock ?? systemClock);
}

class SubscriptionClient implements AzureClient {
  readonly #clusters: ContainerServiceClient;
  readonly #resources: ResourceManagementClient;
  readonly #clock: Clock;

  constructor({ clusters, resources }: AzureClients, clock: Clock) {
    this.#clusters = clusters;
    this.#resources = resources;
    this.#clock = clock;
  }

  managedClusters(): Promise<ManagedClusterView[]> {
    return askAzure(async () => {
      const views: ManagedClusterView[] = [];
      for await (const cluster of this.#clusters.managedClusters.list()) views.push(clusterView(cluster));
      return views;
    });
  }

  managedCluster(resourceGroup: string, name: string): Promise<ManagedClusterView | undefined> {
    return ifThere(async () => clusterView(await this.#clusters.managedClusters.get(resourceGroup, name)));
  }

  apiServer(resourceGroup: string, name: string): Promise<string | undefined> {
    return ifThere(async () => {
      const { kubeconfigs = [] } = await this.#clusters.managedClusters.listClusterUserCredentials(resourceGroup, name);
      return serverIn(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
    });
  }

  resourceGroupExists(name: string): Promise<boolean> {
    return askAzure(async () => (await this.#resources.resourceGroups.checkExistence(name)).body);
  }

  resourceGroup(name: string): Promise<ResourceGroupView | undefined> {
    return ifThere(async () => groupView(await this.#resources.resourceGroups.get(name)));
  }

  ours(): Promise<AzureInventory> {
    return askAzure(async () => {
      const groups: ResourceGroupView[] = [];
      for await (const group of this.#resources.resourceGroups.list()) groups.push(groupView(group));
      return inventoryOf(groups, await this.managedClusters());
    });
  }

  deleteGroup(name: string, options: DeletionOptions = {}): Promise<void> {
    return askAzure(() => deleteGroup(this.#resources, this.#clock, name, options));
  }

  creationOf(resourceGroup: string, name: string): Promise<ClusterCreation | undefined> {
    return ifThere(async () => {
      const cluster = await this.#clusters.managedClusters.get(resourceGroup, name);
      const pools: AgentPool[] = [];
      for await (const pool of this.#clusters.agentPools.list(resourceGroup, name)) pools.push(pool);
      return creationView(cluster, pools);
    });
  }
}

/** Undefined for what Azure does not find. */
const ifThere = <T>(ask: () => Promise<T>): Promise<T | undefined> =>
  askAzure(async () => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) {
        const code = 'code' in error ? error.code : undefined;
        // A subscription that is not found is no answer about what lies in it.
        if (code !== 'SubscriptionNotFound') return undefined;
      }
      throw error;
    }
  });

/** Whatever Azure, the network or the login says becomes a Fault; an abort passes, and the SDK has nothing else to say. */
export async function askAzure<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const fault = explainAzureFailure(error);
    if (fault) throw fault;
    if (!(error instanceof Error) || error.name === 'AbortError') throw error;
    throw faultOf('azure.no-answer', 0, error.message.split('\n')[0] ?? error.message).because(error);
  }
}
