import { randomUUID } from 'node:crypto';
import { ArmError, aksError, badRequest } from './arm-error.ts';
import type { AzureState, ClusterRecord } from './azure-state.ts';
import {
  defaultMachineSize,
  findLocation,
  findMachineSize,
  machineSizes,
  resolveKubernetesVersion,
} from './catalog.ts';
import type { AzureConditions } from './conditions.ts';
import { checkClusterCount, checkQuota } from './quota.ts';

/**
 * What a PUT of a managed cluster asks for, judged as AKS judges it. Refusals are ArmErrors in AKS's words; a field
 * that the sandbox cannot honour is refused too, never dropped.
 */
interface AgentPoolBody {
  name?: string;
  count?: number;
  vmSize?: string;
  mode?: string;
  osType?: string;
  enableAutoScaling?: boolean;
}

interface ClusterBody {
  location?: string;
  tags?: Record<string, string>;
  sku?: { name?: string; tier?: string };
  identity?: { type?: string };
  properties?: {
    kubernetesVersion?: string;
    dnsPrefix?: string;
    nodeResourceGroup?: string;
    agentPoolProfiles?: AgentPoolBody[];
    addonProfiles?: Record<string, { enabled?: boolean; config?: unknown } | null>;
    linuxProfile?: { adminUsername?: string; ssh?: { publicKeys?: { keyData?: string }[] } };
    serviceMeshProfile?: { mode?: string };
    [field: string]: unknown;
  };
}

const clusterName = /^[a-z0-9]$|^[a-z0-9][-_a-z0-9]{0,61}[a-z0-9]$/i;
const poolName = /^[a-z][a-z0-9]{0,11}$/;

function parseBody(body: unknown): ClusterBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  return body as ClusterBody;
}

function invalidParameter(name: string, why: string): ArmError {
  return aksError(400, 'InvalidParameter', `The value of parameter ${name} is invalid. Error details: ${why}`);
}

/** The one add-on of the sandbox: null when the request does not speak of it. */
function openServiceMeshOf(body: ClusterBody): boolean | null {
  const profiles = body.properties?.addonProfiles ?? {};
  const other = Object.entries(profiles).find(
    ([name, profile]) => name.toLowerCase() !== 'openservicemesh' && profile?.enabled,
  );
  if (other)
    throw badRequest(
      `The add-on '${other[0]}' is not available in the sandbox, which has openServiceMesh only. Remove it from addonProfiles.`,
    );
  if (body.properties?.serviceMeshProfile?.mode === 'Istio')
    throw badRequest('The Istio-based service mesh add-on is not available in the sandbox; use openServiceMesh.');
  const profile = Object.entries(profiles).find(([name]) => name.toLowerCase() === 'openservicemesh')?.[1];
  return profile ? profile.enabled === true : null;
}

function poolOf(body: ClusterBody): AgentPoolBody {
  const pools = body.properties?.agentPoolProfiles ?? [];
  if (pools.length === 0)
    throw invalidParameter('agentPoolProfiles', 'At least one agent pool of mode System is required.');
  if (pools.length > 1) throw badRequest('The sandbox runs one node pool for each cluster; name exactly one.');
  const pool = pools[0] ?? {};
  if (!poolName.test(pool.name ?? ''))
    throw invalidParameter(
      'agentPoolProfile.name',
      'Agent pool name must start with a lowercase letter, have max length of 12, and only have characters a-z0-9.',
    );
  const count = pool.count ?? 3;
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw invalidParameter('agentPoolProfile.count', 'The node count of a System pool must be between 1 and 1000.');
  if (pool.osType !== undefined && pool.osType !== 'Linux')
    throw badRequest('The sandbox runs Linux nodes only; osType must be Linux.');
  if (pool.enableAutoScaling)
    throw badRequest('The sandbox does not scale node pools; enableAutoScaling must be false.');
  return { ...pool, count };
}

function vmSizeOf(pool: AgentPoolBody, location: string, { sizes }: AzureConditions): string {
  const wanted = pool.vmSize || defaultMachineSize;
  const found = findMachineSize(wanted);
  if (found && sizes === 'not-available') throw sizeNotAvailable(found.name, location);
  if (found && sizes === 'offered') return found.name;
  const available = machineSizes.map((size) => size.name.toLowerCase()).filter((name) => name !== wanted.toLowerCase());
  throw badRequest(
    `The VM size of ${wanted} is not allowed in your subscription in location '${location}'. The available VM sizes are '${available.join(',')}'. For more details, please visit https://aka.ms/aks/quotas-skus-regions`,
  );
}

/** The compute layer's words, which AKS passes on. */
const sizeNotAvailable = (size: string, location: string): ArmError =>
  aksError(
    409,
    'SkuNotAvailable',
    `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${size}' is currently not available in location '${location}'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.`,
  );

/**
 * As AKS refuses a feature that it does not offer any more; how it will say so of this one, Microsoft has not told yet.
 * A cluster that has the add-on keeps it.
 */
function checkAddOn(wanted: boolean | null, existing: ClusterRecord | undefined, conditions: AzureConditions): void {
  if (wanted !== true || existing?.openServiceMesh || conditions.offersOpenServiceMesh) return;
  throw aksError(
    400,
    'AddonNotSupported',
    'The Open Service Mesh add-on is retired and can no longer be enabled. Use the Istio-based service mesh add-on instead: https://aka.ms/asm-aks-addon-docs',
    'properties.addonProfiles.openServiceMesh',
  );
}

function versionOf(name: string, wanted: string | undefined): string {
  const version = resolveKubernetesVersion(wanted);
  if (version) return version;
  throw aksError(
    400,
    'K8sVersionNotSupported',
    `Managed cluster ${name} is on version ${wanted}, which is not supported in this region. Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list`,
  );
}

export interface ClusterTarget {
  group: string;
  name: string;
  now: number;
  conditions: AzureConditions;
}

export function readNewCluster(state: AzureState, target: ClusterTarget, rawBody: unknown): ClusterRecord {
  const body = parseBody(rawBody);
  const { group, name, conditions } = target;
  if (!clusterName.test(name))
    throw badRequest(
      `The resource name '${name}' is not valid: it must have 1 to 63 letters, digits, underscores and hyphens, and start and end with a letter or digit.`,
    );
  if (!body.location)
    throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
  const location = findLocation(body.location);
  if (!location)
    throw new ArmError(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${body.location}' is not available for resource type 'Microsoft.ContainerService/managedClusters'.`,
    );
  const pool = poolOf(body);
  const vmSize = vmSizeOf(pool, location.name, conditions);
  const openServiceMesh = openServiceMeshOf(body);
  const kubernetesVersion = versionOf(name, body.properties?.kubernetesVersion);
  const nodeCount = pool.count ?? 3;
  checkAddOn(openServiceMesh, undefined, conditions);
  const subscriptionPart = state.subscription.id.slice(0, 6);
  const linux = body.properties?.linuxProfile;
  const cluster: ClusterRecord = {
    name,
    resourceGroup: group,
    location: location.name,
    createdAt: target.now,
    uid: randomUUID().replaceAll('-', '').slice(0, 24),
    kubernetesVersion,
    dnsPrefix: body.properties?.dnsPrefix ?? `${name.slice(0, 10)}-${group.slice(0, 16)}-${subscriptionPart}`,
    nodeResourceGroup: body.properties?.nodeResourceGroup ?? `MC_${group}_${name}_${location.name}`.slice(0, 80),
    nodePoolName: pool.name ?? 'nodepool1',
    nodeCount,
    vmSize,
    tier: body.sku?.tier ?? 'Free',
    tags: body.tags ?? null,
    adminUsername: linux?.adminUsername ?? null,
    sshPublicKey: linux?.ssh?.publicKeys?.[0]?.keyData ?? null,
    openServiceMesh,
    provisioningState: 'Creating',
  };
  checkClusterCount(state, conditions, cluster.location);
  checkQuota(state, conditions, cluster);
  return cluster;
}

/** What a PUT may change on a cluster that exists; other changes are refused in AKS's way. */
export function readClusterUpdate(
  state: AzureState,
  existing: ClusterRecord,
  rawBody: unknown,
  conditions: AzureConditions,
): ClusterRecord {
  const body = parseBody(rawBody);
  const wanted = body.properties ?? {};
  const unchangeable = (field: string) =>
    aksError(400, 'PropertyChangeNotAllowed', `Changing property '${field}' is not allowed.`);
  if (body.location && findLocation(body.location)?.name !== existing.location)
    throw new ArmError(
      409,
      'InvalidResourceLocation',
      `The resource '${existing.name}' already exists in location '${existing.location}' in resource group '${existing.resourceGroup}'. A resource with the same name cannot be created in location '${body.location}'. Please select a new resource name.`,
    );
  if (wanted.dnsPrefix !== undefined && wanted.dnsPrefix !== existing.dnsPrefix)
    throw unchangeable('properties.dnsPrefix');
  const pool = wanted.agentPoolProfiles ? poolOf(body) : undefined;
  if (pool && pool.name !== existing.nodePoolName) throw unchangeable('agentPoolProfile.name');
  if (pool?.vmSize && pool.vmSize.toLowerCase() !== existing.vmSize.toLowerCase())
    throw unchangeable('agentPoolProfile.vmSize');
  if (pool?.count !== undefined && pool.count !== existing.nodeCount)
    throw badRequest('The sandbox does not add or remove nodes of a running cluster; keep the count as it is.');
  const version = wanted.kubernetesVersion;
  if (version !== undefined && versionOf(existing.name, version) !== existing.kubernetesVersion)
    throw badRequest('The sandbox does not upgrade a running cluster; keep kubernetesVersion as it is.');
  checkQuota(state, conditions, existing);
  const openServiceMesh = openServiceMeshOf(body);
  checkAddOn(openServiceMesh, existing, conditions);
  return {
    ...existing,
    tags: body.tags ?? existing.tags,
    tier: body.sku?.tier ?? existing.tier,
    openServiceMesh: openServiceMesh ?? existing.openServiceMesh,
    provisioningState: 'Updating',
  };
}
