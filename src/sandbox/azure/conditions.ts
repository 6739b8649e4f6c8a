/**
 * Under which conditions a subscription is: its quotas, its rights, its policies, what is still offered. Requests are
 * judged by these; a scenario changes some of them. Holds no rule and no words.
 */
export interface AzureConditions {
  /** Virtual CPUs that a region allows in all, and of one family; undefined: what the state says. */
  regionalVcpus: number | undefined;
  familyVcpus: number | undefined;
  /** Managed clusters that a region allows. */
  managedClusters: number;
  /** Whether the quota is only noticed when machines are being made, after the request was taken on. */
  quotaSeenLate: boolean;
  /** Sizes that this subscription may not have: not told to AKS, or not to be had in the region at the moment. */
  sizes: 'offered' | 'not-allowed' | 'not-available';
  /** Regions that a policy allows; undefined: no policy. */
  allowedLocations: readonly string[] | undefined;
  /** The login's role: a reader may look and nothing else. */
  role: 'owner' | 'reader';
  login: 'good' | 'expired' | 'invalid';
  subscription: 'enabled' | 'disabled' | 'missing';
  /** Somebody forbade deletions, for the whole subscription. */
  isLocked: boolean;
  /** Whether AKS still enables the Open Service Mesh add-on. */
  offersOpenServiceMesh: boolean;
}

export const goodConditions: AzureConditions = {
  regionalVcpus: undefined,
  familyVcpus: undefined,
  managedClusters: 100,
  quotaSeenLate: false,
  sizes: 'offered',
  allowedLocations: undefined,
  role: 'owner',
  login: 'good',
  subscription: 'enabled',
  isLocked: false,
  offersOpenServiceMesh: true,
};
