import type { AgentPool, ManagedCluster } from '@azure/arm-containerservice';
import type { ResourceGroup } from '@azure/arm-resources';
import { ourTag } from '../ours.ts';
import type { AzureHolding, AzureInventory, ClusterCreation, ManagedClusterView, ResourceGroupView } from '../world.ts';
import { explainAzureFailure } from './failures.ts';

/** What the SDKs give, cut to what is looked at; and what of it is ours. Asks nobody. */

export function clusterView(cluster: ManagedCluster): ManagedClusterView {
  const pools = cluster.agentPoolProfiles ?? [];
  return {
    name: cluster.name ?? '',
    resourceGroup: groupOfId(cluster.id),
    location: cluster.location,
    provisioningState: cluster.provisioningState ?? 'Unknown',
    kubernetesVersion: cluster.currentKubernetesVersion ?? cluster.kubernetesVersion ?? '',
    powerState: cluster.powerState?.code,
    nodeCount: pools.reduce((sum, pool) => sum + (pool.count ?? 0), 0),
    nodeSize: pools[0]?.vmSize,
    addons: Object.fromEntries(Object.entries(cluster.addonProfiles ?? {}).map(([name, one]) => [name, one.enabled])),
    tags: cluster.tags ?? {},
    nodeResourceGroup: cluster.nodeResourceGroup,
    createdAt: cluster.systemData?.createdAt?.getTime(),
  };
}

export const groupView = (group: ResourceGroup): ResourceGroupView => ({
  name: group.name ?? '',
  location: group.location,
  tags: group.tags ?? {},
  provisioningState: group.properties?.provisioningState ?? 'Unknown',
  managedBy: group.managedBy,
});

export function creationView(cluster: ManagedCluster, pools: readonly AgentPool[]): ClusterCreation {
  return {
    provisioningState: cluster.provisioningState ?? 'Unknown',
    startedAt: cluster.systemData?.createdAt?.getTime(),
    pools: pools.map(({ name = '', provisioningState = 'Unknown', count = 0 }) => ({ name, provisioningState, count })),
    failure: explainAzureFailure(cluster.status?.provisioningError),
  };
}

/** Resource Manager writes ids of the same thing with `resourceGroups` and with `resourcegroups`. */
const groupOfId = (id: string | undefined): string => /\/resourcegroups\/([^/]+)/i.exec(id ?? '')?.[1] ?? '';

const same = (one: string, other: string | undefined): boolean => one.toLowerCase() === other?.toLowerCase();
const isOurs = (group: ResourceGroupView): boolean => group.tags[ourTag.name] === ourTag.value;

/** Names that this course gives; a group that has one without the tag may be a learner's own. */
const ourName = /meshwalk/i;

/** Groups by the tag; AKS's groups of machines are found by their cluster, for they carry tags of AKS only. */
export function inventoryOf(
  groups: readonly ResourceGroupView[],
  clusters: readonly ManagedClusterView[],
): AzureInventory {
  const holdings = groups.filter(isOurs).map((group): AzureHolding => {
    const inside = clusters.filter((cluster) => same(cluster.resourceGroup, group.name));
    const nodeGroups = groups.filter(({ name }) => inside.some((cluster) => same(name, cluster.nodeResourceGroup)));
    return { group, clusters: inside, nodeGroups };
  });
  const isKnown = ({ name }: ResourceGroupView) =>
    holdings.some(({ nodeGroups }) => nodeGroups.some((group) => same(group.name, name)));
  const untagged = groups.filter(
    (group) => !isOurs(group) && group.managedBy === undefined && !isKnown(group) && ourName.test(group.name),
  );
  return { holdings, untagged };
}
