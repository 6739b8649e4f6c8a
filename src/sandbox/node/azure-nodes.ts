import { createHash } from 'node:crypto';
import { apiTime } from '../../kube/duration.ts';
import { fnv32a } from '../../kube/names.ts';
import type { Condition, Node } from '../../kube/objects.ts';
import { nodes } from '../../kube/resources.ts';
import type { ClusterSpec } from '../azure/cluster-host.ts';
import type { ClusterApi } from '../cluster-api.ts';

interface VmSize {
  cores: number;
  memoryGiB: number;
  maxDataDisks: number;
}

/** Azure's published sizes; the ones that AKS picks most, or that its quickstarts name. */
const vmSizes: Record<string, VmSize> = {
  Standard_B2s: { cores: 2, memoryGiB: 4, maxDataDisks: 4 },
  Standard_B2ms: { cores: 2, memoryGiB: 8, maxDataDisks: 4 },
  Standard_D2s_v3: { cores: 2, memoryGiB: 8, maxDataDisks: 4 },
  Standard_D2s_v5: { cores: 2, memoryGiB: 8, maxDataDisks: 4 },
  Standard_D2ds_v5: { cores: 2, memoryGiB: 8, maxDataDisks: 4 },
  Standard_DS2_v2: { cores: 2, memoryGiB: 7, maxDataDisks: 8 },
  Standard_D4s_v3: { cores: 4, memoryGiB: 16, maxDataDisks: 8 },
  Standard_D4s_v5: { cores: 4, memoryGiB: 16, maxDataDisks: 8 },
  Standard_D4ds_v5: { cores: 4, memoryGiB: 16, maxDataDisks: 8 },
};

/** A size that we have no row for: its name tells the cores, and 4 GiB per core is the D series. */
function sizeOf(vmSize: string): VmSize {
  const cores = Number(/^Standard_[A-Z]+(\d+)/.exec(vmSize)?.[1] ?? 2);
  return vmSizes[vmSize] ?? { cores, memoryGiB: 4 * cores, maxDataDisks: 2 * cores };
}

/** The eight digits of AKS node names: a hash of the cluster, the same for every start of it. */
const clusterDigits = (spec: ClusterSpec) => String((fnv32a(spec.id) % 90_000_000) + 10_000_000);

/** `aks-nodepool1-12345678-vmss000000`, with the addresses of AKS's default virtual network. */
export function azureNodeNames(spec: ClusterSpec): { name: string; ip: string }[] {
  const set = `aks-${spec.nodePoolName}-${clusterDigits(spec)}-vmss`;
  // Azure numbers instances in base 36 with six places.
  return Array.from({ length: spec.nodeCount }, (_, index) => ({
    name: `${set}${index.toString(36).padStart(6, '0')}`,
    ip: `10.224.0.${4 + index}`,
  }));
}

/** Kubernetes reserves memory for itself on AKS: https://learn.microsoft.com/azure/aks/concepts-clusters-workloads */
function capacityOf(vmSize: string): { capacity: Record<string, string>; allocatable: Record<string, string> } {
  const { cores, memoryGiB } = sizeOf(vmSize);
  // The firmware keeps about 2.5 %.
  const memoryKi = Math.floor(memoryGiB * 1024 * 1024 * 0.975);
  const reservedMilliCores = 60 + 40 * cores;
  const reservedKi = Math.floor(memoryKi * 0.25);
  const shared = { 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', pods: '110' };
  return {
    capacity: { ...shared, cpu: String(cores), 'ephemeral-storage': '129886128Ki', memory: `${memoryKi}Ki` },
    allocatable: {
      ...shared,
      cpu: `${cores * 1000 - reservedMilliCores}m`,
      'ephemeral-storage': '119703055367',
      memory: `${memoryKi - reservedKi}Ki`,
    },
  };
}

const healthy: readonly [type: string, status: 'True' | 'False', reason: string, message: string][] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/** Heartbeats move; transitions stay. */
export function nodeConditions(before: readonly Condition[] | undefined, now: number): Condition[] {
  return healthy.map(([type, status, reason, message]) => ({
    type,
    status,
    lastHeartbeatTime: apiTime(now),
    lastTransitionTime: before?.find((condition) => condition.type === type)?.lastTransitionTime ?? apiTime(now),
    reason,
    message,
  }));
}

function labelsFor(spec: ClusterSpec, name: string, index: number): Record<string, string> {
  const { location, nodePoolName, nodeResourceGroup, vmSize } = spec;
  return {
    agentpool: nodePoolName,
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/instance-type': vmSize,
    'beta.kubernetes.io/os': 'linux',
    'failure-domain.beta.kubernetes.io/region': location,
    'failure-domain.beta.kubernetes.io/zone': String(index),
    'kubernetes.azure.com/agentpool': nodePoolName,
    'kubernetes.azure.com/cluster': nodeResourceGroup,
    'kubernetes.azure.com/mode': 'system',
    'kubernetes.azure.com/os-sku': 'Ubuntu',
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': vmSize,
    'topology.kubernetes.io/region': location,
    'topology.kubernetes.io/zone': String(index),
  };
}

function draftNode(spec: ClusterSpec, node: { name: string; ip: string }, index: number, now: number): Node {
  const { name, ip } = node;
  const set = name.slice(0, -6);
  const podCIDR = `10.244.${index}.0/24`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: labelsFor(spec, name, index), annotations: { 'node.alpha.kubernetes.io/ttl': '0' } },
    spec: {
      podCIDR,
      podCIDRs: [podCIDR],
      providerID: `azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/${spec.nodeResourceGroup.toLowerCase()}/providers/Microsoft.Compute/virtualMachineScaleSets/${set}/virtualMachines/${index}`,
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      ...capacityOf(spec.vmSize),
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://1.7.28-1',
        kernelVersion: '5.15.0-1092-azure',
        kubeProxyVersion: `v${spec.kubernetesVersion}`,
        kubeletVersion: `v${spec.kubernetesVersion}`,
        operatingSystem: 'linux',
        osImage: 'Ubuntu 22.04.5 LTS',
        ...machineIds(`${spec.id}/${name}`, now),
      },
    },
  };
}

/** What a machine is called by itself: the same at every start, but for the id of the boot. */
function machineIds(machine: string, bootedAt: number): Record<'machineID' | 'systemUUID' | 'bootID', string> {
  const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  const uuid = (text: string) => hex(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
  return {
    machineID: hex(`machine ${machine}`),
    systemUUID: uuid(`system ${machine}`),
    bootID: uuid(`boot ${machine} ${bootedAt}`),
  };
}

/** Makes the cluster's Node objects, or brings those of an earlier start up to date. */
export async function registerNodes(cluster: ClusterApi, spec: ClusterSpec, now: number): Promise<void> {
  for (const [index, node] of azureNodeNames(spec).entries()) {
    const draft = draftNode(spec, node, index, now);
    if (!cluster.get(nodes, node.name)) await cluster.create(nodes, draft);
    await cluster.modifyStatus(nodes, node.name, undefined, (current) => {
      const { conditions, images } = current.status ?? {};
      current.status = { ...draft.status, ...(images ? { images } : {}), conditions: nodeConditions(conditions, now) };
    });
  }
}

/** Kubernetes: kubelet --node-status-report-frequency=5m when nothing changed. */
export const heartbeatEveryMs = 5 * 60 * 1000;

export async function beatHearts(cluster: ClusterApi, now: number): Promise<void> {
  for (const node of cluster.list(nodes))
    await cluster.modifyStatus(nodes, node.metadata.name ?? '', undefined, (draft) => {
      draft.status = { ...draft.status, conditions: nodeConditions(draft.status?.conditions, now) };
    });
}
