import { ageOf } from '../../../kube/duration.ts';
import type { ConfigMap, KubeObject, Secret, ServiceAccount } from '../../../kube/objects.ts';
import { columns, type TableKind } from './columns.ts';

/** Config maps, secrets, accounts, roles, webhooks. Kubernetes: pkg/printers/internalversion. */
export const configMapTable: TableKind<ConfigMap> = {
  columns: columns('Name/name', 'Data', 'Age'),
  cells: ({ metadata, data, binaryData }, nowMs) => [
    metadata.name,
    Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};

export const secretTable: TableKind<Secret> = {
  columns: columns('Name/name', 'Type', 'Data', 'Age'),
  cells: ({ metadata, type, data }, nowMs) => [
    metadata.name,
    type ?? 'Opaque',
    Object.keys(data ?? {}).length,
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};

export const serviceAccountTable: TableKind<ServiceAccount> = {
  columns: columns('Name/name', 'Age'),
  cells: ({ metadata }, nowMs) => [metadata.name, ageOf(metadata.creationTimestamp, nowMs)],
};

/** Roles, definitions, and every kind without columns of its own. */
export const createdAtTable: TableKind = {
  columns: columns('Name/name', 'Created At:date'),
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? null],
};

interface Binding extends KubeObject {
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

export const bindingTable: TableKind<Binding> = {
  columns: columns('Name/name', 'Role', 'Age', 'Users@1', 'Groups@1', 'ServiceAccounts@1'),
  cells: ({ metadata, roleRef, subjects = [] }, nowMs) => {
    const of = (kind: string) => subjects.filter((subject) => subject.kind === kind);
    return [
      metadata.name,
      `${roleRef?.kind}/${roleRef?.name}`,
      ageOf(metadata.creationTimestamp, nowMs),
      of('User')
        .map(({ name }) => name)
        .join(', '),
      of('Group')
        .map(({ name }) => name)
        .join(', '),
      of('ServiceAccount')
        .map(({ namespace, name }) => `${namespace}/${name}`)
        .join(', '),
    ];
  },
};

interface WebhookConfiguration extends KubeObject {
  webhooks?: unknown[];
}

export const webhookTable: TableKind<WebhookConfiguration> = {
  columns: columns('Name/name', 'Webhooks:integer', 'Age'),
  cells: ({ metadata, webhooks }, nowMs) => [
    metadata.name,
    webhooks?.length ?? 0,
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};
