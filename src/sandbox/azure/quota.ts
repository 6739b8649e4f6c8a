import { ArmError, aksError } from './arm-error.ts';
import type { AzureState, ClusterRecord } from './azure-state.ts';
import { findMachineSize } from './catalog.ts';
import type { AzureConditions } from './conditions.ts';

/** How many virtual CPUs and clusters a subscription may have in a region, and how many it has. */
export interface VcpuQuota {
  used: number;
  limit: number;
}

const inRegion = (state: AzureState, location: string, except?: ClusterRecord): ClusterRecord[] =>
  Object.values(state.clusters).filter((cluster) => cluster.location === location && cluster.uid !== except?.uid);

const vcpusOf = (cluster: ClusterRecord): number => (findMachineSize(cluster.vmSize)?.vcpus ?? 0) * cluster.nodeCount;
const sum = (clusters: readonly ClusterRecord[]): number =>
  clusters.reduce((total, cluster) => total + vcpusOf(cluster), 0);

export function regionalQuota(
  state: AzureState,
  conditions: AzureConditions,
  location: string,
  except?: ClusterRecord,
): VcpuQuota {
  return { used: sum(inRegion(state, location, except)), limit: conditions.regionalVcpus ?? state.vcpuLimit };
}

export function familyQuota(
  state: AzureState,
  conditions: AzureConditions,
  at: { location: string; family: string; except?: ClusterRecord | undefined },
): VcpuQuota {
  const ofFamily = inRegion(state, at.location, at.except).filter(
    (cluster) => findMachineSize(cluster.vmSize)?.family === at.family,
  );
  return { used: sum(ofFamily), limit: conditions.familyVcpus ?? state.vcpuLimit };
}

/** What AKS asks before it takes a request on. */
export function checkQuota(state: AzureState, conditions: AzureConditions, wanted: ClusterRecord): void {
  const size = findMachineSize(wanted.vmSize);
  if (!size) return;
  const { location } = wanted;
  const requested = vcpusOf(wanted);
  const family = familyQuota(state, conditions, { location, family: size.family, except: wanted });
  if (family.used + requested > family.limit)
    throw aksError(
      400,
      'ErrCode_InsufficientVCPUQuota',
      `Insufficient vcpu quota requested ${requested}, remaining ${Math.max(0, family.limit - family.used)} for family ${size.family} for region ${location}.`,
    );
  if (!conditions.quotaSeenLate) checkRegionalQuota(state, conditions, wanted);
}

/** What the compute layer says when it makes the machines. */
export function checkRegionalQuota(state: AzureState, conditions: AzureConditions, wanted: ClusterRecord): void {
  const { used, limit } = regionalQuota(state, conditions, wanted.location, wanted);
  const requested = vcpusOf(wanted);
  if (used + requested <= limit) return;
  throw aksError(
    409,
    'QuotaExceeded',
    `Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: ${wanted.location}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${requested}, (Minimum) New Limit Required: ${used + requested}.`,
  );
}

export function checkClusterCount(state: AzureState, conditions: AzureConditions, location: string): void {
  const current = inRegion(state, location).length;
  if (current < conditions.managedClusters) return;
  throw new ArmError(
    400,
    'ManagedClusterCountExceedsQuotaLimit',
    `Operation results in exceeding quota limits for managed clusters. Maximum allowed: ${conditions.managedClusters}, Current usage: ${current}, Additional requested: 1. For more details, please visit https://aka.ms/aks/quotas-skus-regions`,
    { from: 'aks' },
  );
}
