import type { KubeObject } from '../../../kube/objects.ts';
import type { ServedResource } from '../served-resource.ts';
import { autoscalerTable } from './autoscaling.ts';
import { certificateRequestTable } from './certificates.ts';
import { claimTable } from './claims.ts';
import { leaseTable, namespaceTable, nodeTable, resourceQuotaTable } from './cluster.ts';
import type { TableColumn, TableKind } from './columns.ts';
import {
  bindingTable,
  configMapTable,
  createdAtTable,
  secretTable,
  serviceAccountTable,
  webhookTable,
} from './configuration.ts';
import { customTable } from './custom.ts';
import { disruptionBudgetTable } from './disruption.ts';
import { eventTable } from './events.ts';
import { endpointSliceTable, endpointsTable, serviceTable } from './networking.ts';
import { podTable } from './pods.ts';
import { controllerRevisionTable, deploymentTable, replicaSetTable, statefulSetTable } from './workloads.ts';

/** meta.k8s.io Tables: what `kubectl get` prints is decided here, row by row. Knows nothing of HTTP. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: object;
  columnDefinitions: readonly TableColumn[] | null;
  rows: { cells: readonly unknown[]; object: unknown }[];
}

/** A kind's cells are only ever asked of objects of that kind; the registry forgets the type in between. */
const kind = <T extends KubeObject>(table: TableKind<T>): TableKind => table as unknown as TableKind;

const tables: Readonly<Record<string, TableKind>> = {
  Namespace: kind(namespaceTable),
  Node: kind(nodeTable),
  Lease: kind(leaseTable),
  CertificateSigningRequest: kind(certificateRequestTable),
  ResourceQuota: kind(resourceQuotaTable),
  PersistentVolumeClaim: kind(claimTable),
  HorizontalPodAutoscaler: kind(autoscalerTable),
  PodDisruptionBudget: kind(disruptionBudgetTable),
  Pod: kind(podTable),
  Deployment: kind(deploymentTable),
  ReplicaSet: kind(replicaSetTable),
  StatefulSet: kind(statefulSetTable),
  ControllerRevision: kind(controllerRevisionTable),
  Service: kind(serviceTable),
  Endpoints: kind(endpointsTable),
  EndpointSlice: kind(endpointSliceTable),
  ConfigMap: kind(configMapTable),
  Secret: kind(secretTable),
  ServiceAccount: kind(serviceAccountTable),
  Event: kind(eventTable),
  RoleBinding: kind(bindingTable),
  ClusterRoleBinding: kind(bindingTable),
  MutatingWebhookConfiguration: kind(webhookTable),
  ValidatingWebhookConfiguration: kind(webhookTable),
};

export function tableKindOf(resource: ServedResource): TableKind {
  if (resource.custom) return customTable(resource.custom.additionalPrinterColumns);
  const form = tables[resource.kind] ?? createdAtTable;
  const { view } = resource;
  return view ? { ...form, cells: (object, nowMs) => form.cells(view.store(object), nowMs) } : form;
}

interface TableOptions {
  version: 'v1' | 'v1beta1';
  include: IncludeObject;
  nowMs: number;
  /** False in every event of a watch but the first. */
  columns?: boolean;
}

export function createTable(
  resource: ServedResource,
  objects: readonly KubeObject[],
  options: TableOptions & { metadata: object },
): Table {
  const form = tableKindOf(resource);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: options.columns === false ? null : form.columns,
    rows: objects.map((object) => ({
      cells: form.cells(object, options.nowMs),
      object: included(object, options),
    })),
  };
}

/** A bookmark of a watch in Table form: no rows, only how far it is. */
export function emptyTable(resource: ServedResource, bookmark: KubeObject, options: TableOptions): Table {
  const { resourceVersion } = bookmark.metadata;
  return createTable(resource, [], { ...options, metadata: { resourceVersion } });
}

function included(object: KubeObject, { include, version }: TableOptions): unknown {
  switch (include) {
    case 'None':
      return null;
    case 'Object':
      return object;
    case 'Metadata':
      return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
  }
}
