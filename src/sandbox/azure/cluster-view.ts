import { createHash } from 'node:crypto';
import type { AzureState, ClusterRecord, ResourceGroupRecord } from './azure-state.ts';
import { findMachineSize } from './catalog.ts';
import type { ClusterAccess } from './cluster-host.ts';

/** Resources as Resource Manager shows them on the wire. Reads records only. */
const shortHash = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length);

/** A stable id for something that Azure would have made beside the cluster. */
function derivedUuid(cluster: ClusterRecord, role: string): string {
  const hex = shortHash(`${cluster.uid}/${role}`, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function groupView(state: AzureState, group: ResourceGroupRecord): object {
  return {
    id: `/subscriptions/${state.subscription.id}/resourceGroups/${group.name}`,
    name: group.name,
    type: 'Microsoft.Resources/resourceGroups',
    location: group.location,
    ...(group.tags ? { tags: group.tags } : {}),
    ...(group.managedBy ? { managedBy: group.managedBy } : {}),
    properties: { provisioningState: group.provisioningState },
  };
}

export function clusterId(state: AzureState, cluster: ClusterRecord): string {
  return `/subscriptions/${state.subscription.id}/resourcegroups/${cluster.resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster.name}`;
}

function userIdentity(state: AzureState, cluster: ClusterRecord, name: string): object {
  return {
    resourceId: `/subscriptions/${state.subscription.id}/resourcegroups/${cluster.nodeResourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`,
    clientId: derivedUuid(cluster, `${name}/client`),
    objectId: derivedUuid(cluster, `${name}/object`),
  };
}

export function agentPoolView(cluster: ClusterRecord): Record<string, unknown> {
  return {
    count: cluster.nodeCount,
    vmSize: cluster.vmSize,
    osDiskSizeGB: 128,
    osDiskType: (findMachineSize(cluster.vmSize)?.name ?? '').includes('ds_') ? 'Ephemeral' : 'Managed',
    kubeletDiskType: 'OS',
    maxPods: 250,
    type: 'VirtualMachineScaleSets',
    enableAutoScaling: false,
    scaleDownMode: 'Delete',
    provisioningState: cluster.provisioningState,
    powerState: { code: 'Running' },
    orchestratorVersion: cluster.kubernetesVersion,
    currentOrchestratorVersion: cluster.kubernetesVersion,
    enableNodePublicIP: false,
    mode: 'System',
    osType: 'Linux',
    osSKU: 'Ubuntu',
    nodeImageVersion: 'AKSUbuntu-2204gen2containerd-202610.25.0',
    upgradeSettings: { maxSurge: '10%', maxUnavailable: '0' },
    enableFIPS: false,
    securityProfile: { enableVTPM: false, enableSecureBoot: false },
  };
}

function networkView(state: AzureState, cluster: ClusterRecord): object {
  const outboundIp = `/subscriptions/${state.subscription.id}/resourceGroups/${cluster.nodeResourceGroup}/providers/Microsoft.Network/publicIPAddresses/${derivedUuid(cluster, 'outbound')}`;
  return {
    networkPlugin: 'azure',
    networkPluginMode: 'overlay',
    networkPolicy: 'none',
    networkDataplane: 'azure',
    loadBalancerSku: 'standard',
    loadBalancerProfile: {
      managedOutboundIPs: { count: 1 },
      effectiveOutboundIPs: [{ id: outboundIp }],
      backendPoolType: 'nodeIPConfiguration',
    },
    podCidr: '10.244.0.0/16',
    serviceCidr: '10.0.0.0/16',
    dnsServiceIP: '10.0.0.10',
    outboundType: 'loadBalancer',
    podCidrs: ['10.244.0.0/16'],
    serviceCidrs: ['10.0.0.0/16'],
    ipFamilies: ['IPv4'],
  };
}

function addonProfiles(state: AzureState, cluster: ClusterRecord): object {
  if (cluster.openServiceMesh === null) return {};
  const identity = userIdentity(state, cluster, `openservicemesh-${cluster.name.toLowerCase()}`);
  const profile = { enabled: cluster.openServiceMesh, config: null };
  return { addonProfiles: { openServiceMesh: cluster.openServiceMesh ? { ...profile, identity } : profile } };
}

export function clusterView(state: AzureState, cluster: ClusterRecord): Record<string, unknown> {
  const host = `${cluster.dnsPrefix}-${shortHash(cluster.uid, 8)}`.toLowerCase();
  return {
    id: clusterId(state, cluster),
    location: cluster.location,
    name: cluster.name,
    type: 'Microsoft.ContainerService/ManagedClusters',
    ...(cluster.tags ? { tags: cluster.tags } : {}),
    systemData: {
      createdBy: state.subscription.user,
      createdByType: 'User',
      createdAt: new Date(cluster.createdAt).toISOString(),
    },
    properties: {
      provisioningState: cluster.provisioningState,
      ...(cluster.failure ? { status: { provisioningError: cluster.failure } } : {}),
      powerState: { code: 'Running' },
      kubernetesVersion: cluster.kubernetesVersion,
      currentKubernetesVersion: cluster.kubernetesVersion,
      dnsPrefix: cluster.dnsPrefix,
      fqdn: `${host}.hcp.${cluster.location}.azmk8s.io`,
      azurePortalFQDN: `${host}.portal.hcp.${cluster.location}.azmk8s.io`,
      agentPoolProfiles: [{ name: cluster.nodePoolName, ...agentPoolView(cluster) }],
      ...(cluster.sshPublicKey
        ? {
            linuxProfile: {
              adminUsername: cluster.adminUsername ?? 'azureuser',
              ssh: { publicKeys: [{ keyData: cluster.sshPublicKey }] },
            },
          }
        : {}),
      windowsProfile: { adminUsername: 'azureuser', enableCSIProxy: true },
      servicePrincipalProfile: { clientId: 'msi' },
      ...addonProfiles(state, cluster),
      nodeResourceGroup: cluster.nodeResourceGroup,
      enableRBAC: true,
      supportPlan: 'KubernetesOfficial',
      networkProfile: networkView(state, cluster),
      maxAgentPools: 100,
      identityProfile: { kubeletidentity: userIdentity(state, cluster, `${cluster.name}-agentpool`) },
      autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage' },
      disableLocalAccounts: false,
      securityProfile: {},
      storageProfile: {
        diskCSIDriver: { enabled: true },
        fileCSIDriver: { enabled: true },
        snapshotController: { enabled: true },
      },
      oidcIssuerProfile: { enabled: false },
      workloadAutoScalerProfile: {},
      resourceUID: cluster.uid,
      metricsProfile: { costAnalysis: { enabled: false } },
    },
    identity: {
      type: 'SystemAssigned',
      principalId: derivedUuid(cluster, 'principal'),
      tenantId: state.subscription.tenantId,
    },
    sku: { name: 'Base', tier: cluster.tier },
  };
}

/** A YAML scalar; names like `123` or `on` would change their type unquoted. */
const scalar = (text: string) =>
  /^[a-z][\w.-]*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);

/** The file that AKS hands out; its cluster, context and user are named as AKS names them. */
export function kubeconfigYaml(
  cluster: ClusterRecord,
  access: ClusterAccess,
  role: 'clusterUser' | 'clusterAdmin',
): string {
  const name = scalar(cluster.name);
  const user = scalar(`${role}_${cluster.resourceGroup}_${cluster.name}`);
  const context = scalar(role === 'clusterAdmin' ? `${cluster.name}-admin` : cluster.name);
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(access.caPem).toString('base64')}
    server: ${access.server}
  name: ${name}
contexts:
- context:
    cluster: ${name}
    user: ${user}
  name: ${context}
current-context: ${context}
kind: Config
preferences: {}
users:
- name: ${user}
  user:
    token: ${access.token}
`;
}
