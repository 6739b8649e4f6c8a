import type { ContainerServiceClient, KubernetesVersion } from '@azure/arm-containerservice';
import type { Provider, ResourceManagementClient } from '@azure/arm-resources';
import { Fault } from '../../fault.ts';
import { type AzureAccess, askAzure, openAzureClients } from '../azure-client.ts';
import { type ArmReader, armReader, isJson, type Json, readAll } from './arm-reader.ts';
import type { AksChoices } from './choices.ts';
import {
  type MachineOffer,
  type QuotaLine,
  type QuotaVerdict,
  quotaVerdict,
  type SizeVerdict,
  sizeVerdict,
} from './offers.ts';
import type { Patience } from './retry-policy.ts';

/**
 * What Azure answers about a cluster that is not made yet: who pays, whether AKS may be used, what is offered in the region
 * and whether the quota holds it. Each is read by itself, so that one refusal hides nothing of the others. Makes nothing.
 */
export type Reading<T> = { type: 'read'; value: T } | { type: 'failed'; fault: Fault };

export interface SubscriptionReading {
  id: string;
  name: string;
  /** `Enabled`, `Warned`, `PastDue`, `Disabled`, `Deleted` */
  state: string;
}

export interface ProviderReading {
  namespace: string;
  /** `Registered`, `Registering`, `NotRegistered` */
  registrationState: string;
  /** Whether AKS is in the chosen region; undefined where Azure does not say. */
  isInRegion: boolean | undefined;
}

export interface VersionReading {
  /** `1.36` */
  version: string;
  isDefault: boolean;
  isPreview: boolean;
  /** Others are for clusters with paid long-term support only. */
  hasStandardSupport: boolean;
}

export interface AksReadings {
  subscription: Reading<SubscriptionReading>;
  provider: Reading<ProviderReading>;
  versions: Reading<VersionReading[]>;
  size: Reading<SizeVerdict>;
  quota: Reading<QuotaVerdict>;
}

/** Stable versions of the API, as the SDKs would send them. */
const subscriptionsApi = '2022-12-01';
const skusApi = '2021-07-01';
const usagesApi = '2024-11-01';
const containerService = 'Microsoft.ContainerService';

interface Sources {
  read: ArmReader;
  clusters: ContainerServiceClient;
  resources: ResourceManagementClient;
  choices: AksChoices;
}

export async function readAks(access: AzureAccess, choices: AksChoices, patience?: Patience): Promise<AksReadings> {
  const { clusters, resources } = await openAzureClients(access, patience);
  const sources: Sources = { read: await armReader(access, resources), clusters, resources, choices };
  const offers = machineOffers(sources);
  const [subscription, provider, versions, size, quota] = await Promise.all([
    reading(() => subscriptionOf(sources)),
    reading(() => providerOf(sources)),
    reading(() => versionsOf(sources)),
    reading(async () => sizeVerdict(await offers, choices)),
    reading(async () => {
      // Both are under way before either is waited for.
      const [lines, machines] = await Promise.all([usagesOf(sources), offers]);
      return quotaVerdict(lines, machines, choices);
    }),
  ]);
  return { subscription, provider, versions, size, quota };
}

async function reading<T>(look: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { type: 'read', value: await askAzure(look) };
  } catch (error) {
    if (error instanceof Fault) return { type: 'failed', fault: error };
    throw error;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (Number.isFinite(Number(value)) ? Number(value) : 0);

async function subscriptionOf({ read }: Sources): Promise<SubscriptionReading> {
  const body = await read('', { 'api-version': subscriptionsApi });
  return { id: textOf(body['subscriptionId']), name: textOf(body['displayName']), state: textOf(body['state']) };
}

async function providerOf({ resources, choices }: Sources): Promise<ProviderReading> {
  const provider = await resources.providers.get(containerService);
  return {
    namespace: containerService,
    registrationState: provider.registrationState ?? 'Unknown',
    isInRegion: isInRegion(provider, choices.region),
  };
}

/** AKS lists its regions as people read them: `Southeast Asia`. */
function isInRegion({ resourceTypes = [] }: Provider, region: string): boolean | undefined {
  const clusters = resourceTypes.find(({ resourceType }) => resourceType?.toLowerCase() === 'managedclusters');
  return clusters?.locations?.some((name) => name.replaceAll(/\s/g, '').toLowerCase() === region);
}

async function versionsOf({ clusters, choices }: Sources): Promise<VersionReading[]> {
  const { values = [] } = await clusters.managedClusters.listKubernetesVersions(choices.region);
  return values.map((one: KubernetesVersion) => ({
    version: one.version ?? '',
    isDefault: one.isDefault === true,
    isPreview: one.isPreview === true,
    hasStandardSupport: one.capabilities?.supportPlan?.includes('KubernetesOfficial') ?? true,
  }));
}

async function machineOffers({ read, choices }: Sources): Promise<MachineOffer[]> {
  const query = { 'api-version': skusApi, $filter: `location eq '${choices.region}'` };
  const skus = await readAll(read, '/providers/Microsoft.Compute/skus', query);
  return skus.filter((sku) => sku['resourceType'] === 'virtualMachines').map(offerOf);
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

function offerOf(sku: Json): MachineOffer {
  const has = (name: string) => textOf(listOf(sku['capabilities']).find((one) => one['name'] === name)?.['value']);
  // A restriction of some zones leaves the others.
  const isRestricted = listOf(sku['restrictions']).some(({ type }) => type === 'Location');
  return {
    name: textOf(sku['name']),
    family: textOf(sku['family']),
    vcpus: numberOf(has('vCPUsAvailable') || has('vCPUs')),
    memoryGiB: numberOf(has('MemoryGB')),
    isArm: has('CpuArchitectureType').toLowerCase() === 'arm64',
    isOffered: !isRestricted,
  };
}

async function usagesOf({ read, choices }: Sources): Promise<QuotaLine[]> {
  const path = `/providers/Microsoft.Compute/locations/${encodeURIComponent(choices.region)}/usages`;
  const lines = await readAll(read, path, { 'api-version': usagesApi });
  return lines.map((line) => ({
    name: isJson(line['name']) ? textOf(line['name']['value']) : '',
    used: numberOf(line['currentValue']),
    limit: numberOf(line['limit']),
  }));
}
