import { join } from 'node:path';
import { Fault, faultOf } from '../../fault.ts';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../../platform/files.ts';
import { readMachineSize } from './machine-sizes.ts';

/**
 * What a learner chose for the cluster in their own subscription, kept in choices.json of the world's state folder. The
 * names go into commands of lessons, so that only those are taken which mean nothing to a shell.
 */
export interface AksChoices {
  /** Id of the subscription; the one of `az account show` without it. */
  subscription?: string;
  resourceGroup: string;
  cluster: string;
  region: string;
  nodeCount: number;
  /** AKS picks one by capacity and quota without it. */
  nodeSize?: string;
  /** Id of the subscription that was shown when the learner agreed; another one wants another yes. */
  agreedIn?: string;
}

export const defaultChoices: AksChoices = {
  resourceGroup: 'meshwalk-rg',
  cluster: 'meshwalk-aks',
  region: 'southeastasia',
  nodeCount: 3,
};

/** Parentheses are fine for Azure and not for a shell. */
const groupName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,88}[A-Za-z0-9_-])?$/;
const clusterName = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;
const regionName = /^[a-z0-9]{2,40}$/;
const sizeName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const subscriptionId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * OSM's control plane asks for almost two vCPUs, and each node gives up part of its own to the system: four vCPUs in all
 * hold it with the bookstore, and no node may have fewer than two (an AKS rule for system pools).
 */
const leastVcpus = 4;
const leastVcpusOfNode = 2;
const assumedVcpus = 2;
/** The course has no use for more, and each costs. */
const mostNodes = 10;

/** The choices in Azure's spelling; throws the Fault of the first that cannot be. */
export function checkedChoices(choices: AksChoices): AksChoices {
  const region = choices.region.replaceAll(/\s/g, '').toLowerCase();
  const wrong = firstWrong({ ...choices, region });
  if (wrong) throw wrong;
  return { ...choices, region };
}

function firstWrong(choices: AksChoices): Fault | undefined {
  const { subscription, resourceGroup, cluster, region, nodeCount, nodeSize } = choices;
  if (subscription !== undefined && !subscriptionId.test(subscription))
    return faultOf('aks.choice.subscription', subscription);
  if (!groupName.test(resourceGroup)) return faultOf('aks.choice.group', resourceGroup);
  if (!clusterName.test(cluster)) return faultOf('aks.choice.cluster', cluster);
  if (!regionName.test(region)) return faultOf('aks.choice.region', region);
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > mostNodes)
    return faultOf('aks.choice.nodes', String(nodeCount), mostNodes);
  if (nodeSize !== undefined && !sizeName.test(nodeSize)) return faultOf('aks.choice.size', nodeSize);
  return tooSmall(nodeCount, nodeSize);
}

function tooSmall(nodeCount: number, nodeSize: string | undefined): Fault | undefined {
  const size = nodeSize === undefined ? undefined : readMachineSize(nodeSize);
  if (size?.isArm) return faultOf('aks.choice.arm', nodeSize ?? '');
  const each = size?.vcpus ?? assumedVcpus;
  if (each < leastVcpusOfNode || each * nodeCount < leastVcpus)
    return faultOf('aks.choice.small', nodeCount, nodeSize ?? '', each * nodeCount, leastVcpus);
  return undefined;
}

const fileOf = (folder: string) => join(folder, 'choices.json');

/** Undefined when nothing was chosen yet, or the file says nothing that can be used: it is asked for again then. */
export function readChoices(folder: string): AksChoices | undefined {
  const text = readIfThere(fileOf(folder));
  if (text === undefined) return undefined;
  try {
    return checkedChoices(parse(JSON.parse(text)));
  } catch (error) {
    if (error instanceof Fault || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function parse(value: unknown): AksChoices {
  const kept = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const text = (name: keyof AksChoices) => (typeof kept[name] === 'string' ? kept[name] : undefined);
  const [subscription, nodeSize, agreedIn] = [text('subscription'), text('nodeSize'), text('agreedIn')];
  return {
    ...(subscription === undefined ? {} : { subscription }),
    resourceGroup: text('resourceGroup') ?? '',
    cluster: text('cluster') ?? '',
    region: text('region') ?? '',
    nodeCount: Number(kept['nodeCount']),
    ...(nodeSize === undefined ? {} : { nodeSize }),
    ...(agreedIn !== undefined && subscriptionId.test(agreedIn) ? { agreedIn } : {}),
  };
}

export function writeChoices(folder: string, choices: AksChoices): void {
  ensurePrivateFolder(folder);
  writeAtomically(fileOf(folder), `${JSON.stringify({ version: 1, ...checkedChoices(choices) }, null, 1)}\n`);
}
