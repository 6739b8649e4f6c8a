import type { AzureClient, ClusterCreation, ManagedClusterView } from '../../src/world/world.ts';

/** A cluster as lesson 1 leaves it. */
export const aCluster: ManagedClusterView = {
  name: 'aks',
  resourceGroup: 'rg',
  location: 'westeurope',
  provisioningState: 'Succeeded',
  kubernetesVersion: '1.32.4',
  powerState: 'Running',
  nodeCount: 3,
  nodeSize: 'Standard_D2ds_v5',
  addons: { openServiceMesh: true },
  tags: { 'made-by': 'meshwalk' },
  nodeResourceGroup: 'MC_rg_aks_westeurope',
  createdAt: undefined,
};

/** An Azure that has just these; nothing in it changes. */
export function scriptedAzure(
  clusters: readonly ManagedClusterView[],
  groups: readonly string[] = ['rg'],
  creation?: ClusterCreation,
): AzureClient {
  const groupViews = groups.map((name) => ({
    name,
    location: 'westeurope',
    tags: {},
    provisioningState: 'Succeeded',
    managedBy: undefined,
  }));
  return {
    managedClusters: async () => [...clusters],
    managedCluster: async (_group, name) => clusters.find((one) => one.name === name),
    apiServer: async () => undefined,
    resourceGroupExists: async (name) => groups.includes(name),
    resourceGroup: async (name) => groupViews.find((group) => group.name === name),
    ours: async () => ({ holdings: [], untagged: groupViews }),
    deleteGroup: async () => {
      throw new Error('this Azure is only looked at');
    },
    creationOf: async () => creation,
  };
}
