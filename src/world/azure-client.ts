import type { ContainerServiceClient, ManagedCluster } from '@azure/arm-containerservice';
import type { ResourceManagementClient } from '@azure/arm-resources';
import { faultOf } from '../fault.ts';
import type { AzureClient, ManagedClusterView } from './world.ts';

/** How Resource Manager is reached: one that lets us in by a token, or Azure itself by the learner's own az login. */
export type AzureAccess =
  | { type: 'token'; subscriptionId: string; endpoint: string; caPem: string; token: string }
  | { type: 'az-login'; subscriptionId: string };

const tokenLifeMs = 3_600_000;

/** Loads the SDKs here and not before: together they cost half a second. */
export async function connectAzure(access: AzureAccess): Promise<AzureClient> {
  const [{ ContainerServiceClient }, { ResourceManagementClient }] = await Promise.all([
    import('@azure/arm-containerservice'),
    import('@azure/arm-resources'),
  ]);
  if (access.type === 'az-login') {
    const { AzureCliCredential } = await import('@azure/identity');
    const credential = new AzureCliCredential();
    const clusters = new ContainerServiceClient(credential, access.subscriptionId);
    return new ResourceManagerClient(clusters, new ResourceManagementClient(credential, access.subscriptionId));
  }
  const credential = {
    getToken: async () => ({ token: access.token, expiresOnTimestamp: Date.now() + tokenLifeMs }),
  };
  const options = {
    endpoint: access.endpoint,
    tlsOptions: { ca: access.caPem },
    // A check looks again by itself; retries in between would only make its answer late.
    retryOptions: { maxRetries: 0 },
  };
  const clusters = new ContainerServiceClient(credential, access.subscriptionId, options);
  const resources = new ResourceManagementClient(credential, access.subscriptionId, options);
  // A proxy of the learner's environment would carry requests, and their token, away from this machine.
  for (const { pipeline } of [clusters, resources]) pipeline.removePolicy({ name: 'proxyPolicy' });
  return new ResourceManagerClient(clusters, resources);
}

class ResourceManagerClient implements AzureClient {
  readonly #clusters: ContainerServiceClient;
  readonly #resources: ResourceManagementClient;

  constructor(clusters: ContainerServiceClient, resources: ResourceManagementClient) {
    this.#clusters = clusters;
    this.#resources = resources;
  }

  managedClusters(): Promise<ManagedClusterView[]> {
    return asked(async () => {
      const views: ManagedClusterView[] = [];
      for await (const cluster of this.#clusters.managedClusters.list()) views.push(viewOf(cluster));
      return views;
    });
  }

  managedCluster(resourceGroup: string, name: string): Promise<ManagedClusterView | undefined> {
    return asked(async () => {
      try {
        return viewOf(await this.#clusters.managedClusters.get(resourceGroup, name));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    });
  }

  resourceGroupExists(name: string): Promise<boolean> {
    return asked(async () => (await this.#resources.resourceGroups.checkExistence(name)).body);
  }
}

const statusOf = (error: unknown) =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;

/** Whatever Azure, the network or the login says becomes a Fault; the SDK has nothing else to say. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = statusOf(error);
    throw faultOf('azure.no-answer', status ?? 0, error.message.split('\n')[0] ?? error.message).because(error);
  }
}

function viewOf(cluster: ManagedCluster): ManagedClusterView {
  // Resource Manager writes ids of the same cluster with `resourceGroups` and with `resourcegroups`.
  const resourceGroup = /\/resourcegroups\/([^/]+)/i.exec(cluster.id ?? '')?.[1] ?? '';
  const pools = cluster.agentPoolProfiles ?? [];
  return {
    name: cluster.name ?? '',
    resourceGroup,
    location: cluster.location,
    provisioningState: cluster.provisioningState ?? 'Unknown',
    kubernetesVersion: cluster.currentKubernetesVersion ?? cluster.kubernetesVersion ?? '',
    powerState: cluster.powerState?.code,
    nodeCount: pools.reduce((sum, pool) => sum + (pool.count ?? 0), 0),
    addons: Object.fromEntries(Object.entries(cluster.addonProfiles ?? {}).map(([name, one]) => [name, one.enabled])),
  };
}
