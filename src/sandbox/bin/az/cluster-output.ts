import type { ManagedCluster } from '@azure/arm-containerservice';

/**
 * A cluster as az prints it: keys in alphabetical order and cased as the Python SDK cases them, unset ones as null.
 */
const freeForm = new Set([
  'tags',
  'addonProfiles',
  'nodeLabels',
  'identityProfile',
  'userAssignedIdentities',
  'config',
]);

/** `dnsServiceIP` becomes `dnsServiceIp`: Python's names went through snake case, which forgets runs of capitals. */
function pythonCase(key: string): string {
  return key
    .replaceAll(/([A-Z])([A-Z]+)(?![a-z])/g, (_, first: string, rest: string) => `${first}${rest.toLowerCase()}`)
    .replaceAll(/([A-Z])([A-Z]+)(?=[A-Z][a-z])/g, (_, first: string, rest: string) => `${first}${rest.toLowerCase()}`);
}

export function asAzPrints(value: unknown, keepKeys = false): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => asAzPrints(item));
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [keepKeys ? key : pythonCase(key), asAzPrints(inner, freeForm.has(key))] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function resourceGroupOf(id: string | undefined): string | null {
  return /\/resourcegroups\/([^/]+)/i.exec(id ?? '')?.[1] ?? null;
}

export function clusterOutput(cluster: ManagedCluster): unknown {
  return asAzPrints({ ...cluster, resourceGroup: resourceGroupOf(cluster.id) });
}

export const clusterTable: Readonly<Record<string, string>> = {
  Name: 'name',
  Location: 'location',
  ResourceGroup: 'resourceGroup',
  KubernetesVersion: 'kubernetesVersion',
  CurrentKubernetesVersion: 'currentKubernetesVersion',
  ProvisioningState: 'provisioningState',
  Fqdn: 'fqdn || privateFqdn',
};
