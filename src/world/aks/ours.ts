import { faultOf } from '../../fault.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { findNamed, isRecord, kubeconfigItems, readKubeconfig } from '../kube-context.ts';
import { removeContext } from '../kubeconfig-removal.ts';
import { type Inventory, type OwnedItem, ourTag, type RemoveProgress } from '../ours.ts';
import type { AzureClient, AzureHolding, ResourceGroupView } from '../world.ts';
import { defaultChoices, readChoices } from './choices.ts';
import { type DeletionRecord, forgetDeletion, keepDeletion, readDeletions } from './deletion-record.ts';
import { costPerHour } from './prices.ts';

/**
 * What lessons made in a subscription, and how it goes: resource groups by our tag with all that is in them, and what the
 * learner's kubeconfig still says of their clusters. Only a group that carries the tag at that moment is deleted.
 */
export interface AksGround {
  azure: AzureClient;
  /** Of this world's state: choices and begun deletions. Both may be gone. */
  folder: string;
  /** As in KUBECONFIG. */
  kubeconfig: string;
  clock: Clock;
}

export async function oursInAks(ground: AksGround): Promise<Inventory> {
  const { azure, folder } = ground;
  const { holdings, untagged } = await azure.ours();
  const begun = readDeletions(folder);
  const groups = holdings.map((holding) => groupItem(holding, begun));
  const gone = await goneGroups(ground, holdings, begun);
  const contexts = await contextsOf(ground, [
    ...groups.map(({ name, clusters }) => ({ group: name, clusters })),
    ...gone,
  ]);
  // A deletion of which nothing is left need not be known any more.
  for (const { group } of gone) {
    if (!contexts.some((context) => context.group === group)) forgetDeletion(folder, group);
  }
  const items: OwnedItem[] = [
    ...groups,
    ...contexts.map(({ name, file }) => ({ type: 'kubeconfig-context' as const, name, file })),
  ];
  return { items, untagged: untagged.map(({ name }) => name) };
}

type GroupItem = Extract<OwnedItem, { type: 'resource-group' }>;

function groupItem({ group, clusters, nodeGroups }: AzureHolding, begun: readonly DeletionRecord[]): GroupItem {
  const record = begun.find((one) => one.group === group.name);
  const createdAt = clusters.flatMap((cluster) => cluster.createdAt ?? []).toSorted((a, b) => a - b)[0];
  const costs = clusters.map(({ location, nodeCount, nodeSize }) =>
    costPerHour({ region: location, nodeCount, ...(nodeSize !== undefined && { nodeSize }) }),
  );
  const sum = (end: 'low' | 'high') => costs.reduce((dollars, cost) => dollars + cost[end], 0);
  return {
    type: 'resource-group',
    name: group.name,
    location: group.location,
    // Azure lists a cluster no longer while its group still goes.
    clusters: [...new Set([...clusters.map(({ name }) => name), ...(record?.clusters ?? [])])],
    nodeGroups: [...new Set([...nodeGroups.map(({ name }) => name), ...(record?.nodeGroups ?? [])])],
    isUnderWay: record !== undefined && isGoing(group),
    ...(createdAt !== undefined && { createdAt }),
    ...(costs.length > 0 && { perHour: { low: sum('low'), high: sum('high') } }),
  };
}

/** A yes of another day, to a deletion that Azure then refused or that never reached it, is none for what is there now. */
const isGoing = ({ provisioningState }: ResourceGroupView): boolean => provisioningState === 'Deleting';

interface ClustersOfGroup {
  group: string;
  clusters: readonly string[];
}

/** Groups that were ours, by what is known of them, and are not there any more; one that is there without our tag is somebody's. */
async function goneGroups(
  { azure, folder }: AksGround,
  holdings: readonly AzureHolding[],
  begun: readonly DeletionRecord[],
): Promise<ClustersOfGroup[]> {
  const chosen = [readChoices(folder) ?? defaultChoices].map(({ resourceGroup, cluster }) => ({
    group: resourceGroup,
    clusters: [cluster],
  }));
  const known = [...begun, ...chosen].filter(({ group }) => !holdings.some((one) => one.group.name === group));
  const isThere = await Promise.all(known.map(({ group }) => azure.resourceGroupExists(group)));
  return known.filter((_, index) => !isThere[index]);
}

/** By the user that `az aks get-credentials` writes for a cluster: it names group and cluster, where servers come and go. */
async function contextsOf(
  { kubeconfig }: AksGround,
  owned: readonly ClustersOfGroup[],
): Promise<{ name: string; file: string; group: string }[]> {
  const users = owned.flatMap(({ group, clusters }) =>
    clusters.flatMap((cluster) =>
      ['clusterUser', 'clusterAdmin'].map((role) => ({ user: `${role}_${group}_${cluster}`.toLowerCase(), group })),
    ),
  );
  const files = await readKubeconfig(kubeconfig);
  return kubeconfigItems(files, 'contexts').flatMap(({ file, item }) => {
    const context = item['context'];
    const user = isRecord(context) ? String(context['user']).toLowerCase() : '';
    const owner = users.find((one) => one.user === user);
    const name = String(item['name']);
    const isFirst = findNamed(files, 'contexts', name)?.file === file;
    return owner && isFirst ? [{ name, file: file.path, group: owner.group }] : [];
  });
}

/** How often a group that goes along with a cluster is looked for. */
const lookMs = 2_000;

export async function removeFromAks(
  ground: AksGround,
  item: OwnedItem,
  progress: (progress: RemoveProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  switch (item.type) {
    case 'resource-group':
      await removeGroup(ground, item, progress, signal);
      break;
    case 'kubeconfig-context':
      removeContext(item.file, item.name);
      break;
    case 'namespace':
    case 'mesh-config':
      throw new Error(`a subscription has no ${item.type} to remove`);
  }
  progress({ type: 'gone' });
}

async function removeGroup(
  { azure, folder, clock }: AksGround,
  { name, clusters, nodeGroups }: GroupItem,
  progress: (progress: RemoveProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const there = await azure.resourceGroup(name);
  if (there && there.tags[ourTag.name] !== ourTag.value)
    throw faultOf('cleanup.no-tag', name, `${ourTag.name}=${ourTag.value}`);
  const record = { group: name, clusters, nodeGroups };
  // A group of that name that was made anew is not what an earlier deletion was about.
  const begun = there && isGoing(there) ? readDeletions(folder).find(({ group }) => group === name) : undefined;
  const resumeFrom = begun?.resumeFrom;
  // Written before Azure is asked, which may take it on without an answer that reaches us.
  keepDeletion(folder, { ...record, ...(resumeFrom !== undefined && { resumeFrom }) });
  progress({ type: 'asked' });
  await azure.deleteGroup(name, {
    ...(resumeFrom !== undefined && { resumeFrom }),
    ...(signal && { signal }),
    onProgress({ resumeFrom: at }) {
      if (at !== undefined) keepDeletion(folder, { ...record, resumeFrom: at });
      progress({ type: 'waiting' });
    },
  });
  for (const group of nodeGroups) {
    while (await azure.resourceGroupExists(group)) {
      progress({ type: 'waiting' });
      await sleep(clock, lookMs, signal);
    }
  }
}
