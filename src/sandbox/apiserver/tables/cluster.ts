import { ageOf } from '../../../kube/duration.ts';
import type { KubeObject, Namespace, Node } from '../../../kube/objects.ts';
import { columns, none, type TableKind } from './columns.ts';

/** Namespaces, nodes and what hangs on them. Kubernetes: pkg/printers/internalversion. */
export const namespaceTable: TableKind<Namespace> = {
  columns: columns('Name/name', 'Status', 'Age'),
  cells: ({ metadata, status }, nowMs) => [
    metadata.name,
    status?.phase ?? '',
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};

const rolePrefix = 'node-role.kubernetes.io/';

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles(labels: Readonly<Record<string, string>> = {}): string {
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return [...new Set(roles)].filter(Boolean).sort().join(',') || none;
}

export const nodeTable: TableKind<Node> = {
  columns: columns(
    'Name/name',
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP@1',
    'External-IP@1',
    'OS-Image@1',
    'Kernel-Version@1',
    'Container-Runtime@1',
  ),
  cells: (node, nowMs) => {
    const address = (type: string) => node.status?.addresses?.find((one) => one.type === type)?.address ?? none;
    const info = node.status?.nodeInfo ?? {};
    return [
      node.metadata.name,
      nodeStatus(node),
      nodeRoles(node.metadata.labels),
      ageOf(node.metadata.creationTimestamp, nowMs),
      info['kubeletVersion'] ?? '',
      address('InternalIP'),
      address('ExternalIP'),
      info['osImage'] || '<unknown>',
      info['kernelVersion'] || '<unknown>',
      info['containerRuntimeVersion'] || '<unknown>',
    ];
  },
};

interface Lease extends KubeObject {
  spec?: { holderIdentity?: string };
}

export const leaseTable: TableKind<Lease> = {
  columns: columns('Name/name', 'Holder', 'Age'),
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec?.holderIdentity ?? '',
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};

interface Quota extends KubeObject {
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

/** `pods: 1/4, services: 0/2`, requests and limits apart. */
function quotaText(quota: Quota, limits: boolean): string {
  const { hard = {}, used = {} } = quota.status ?? {};
  return Object.keys(hard)
    .sort()
    .filter((name) => name.startsWith('limits.') === limits)
    .map((name) => `${name}: ${used[name] ?? 0}/${hard[name]}`)
    .join(', ');
}

export const resourceQuotaTable: TableKind<Quota> = {
  columns: columns('Name/name', 'Request', 'Limit', 'Age'),
  cells: (quota, nowMs) => [
    quota.metadata.name,
    quotaText(quota, false),
    quotaText(quota, true),
    ageOf(quota.metadata.creationTimestamp, nowMs),
  ],
};
