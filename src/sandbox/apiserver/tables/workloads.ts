import { ageOf } from '../../../kube/duration.ts';
import type { Deployment, KubeObject, ReplicaSet, StatefulSet } from '../../../kube/objects.ts';
import { columns, containerCells, selectorText, type TableKind } from './columns.ts';

/** Kubernetes: pkg/printers/internalversion printDeployment, printReplicaSet, printStatefulSet. */
export const deploymentTable: TableKind<Deployment> = {
  columns: columns('Name/name', 'Ready', 'Up-to-date', 'Available', 'Age', 'Containers@1', 'Images@1', 'Selector@1'),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    ageOf(metadata.creationTimestamp, nowMs),
    ...containerCells(spec.template),
    selectorText(spec.selector),
  ],
};

export const replicaSetTable: TableKind<ReplicaSet> = {
  columns: columns(
    'Name/name',
    'Desired:integer',
    'Current:integer',
    'Ready:integer',
    'Age',
    'Containers@1',
    'Images@1',
    'Selector@1',
  ),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    spec.replicas ?? 1,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf(metadata.creationTimestamp, nowMs),
    ...containerCells(spec.template),
    selectorText(spec.selector),
  ],
};

export const statefulSetTable: TableKind<StatefulSet> = {
  columns: columns('Name/name', 'Ready', 'Age', 'Containers@1', 'Images@1'),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
    ageOf(metadata.creationTimestamp, nowMs),
    ...containerCells(spec.template),
  ],
};

interface ControllerRevision extends KubeObject {
  revision?: number;
}

export const controllerRevisionTable: TableKind<ControllerRevision> = {
  columns: columns('Name/name', 'Controller', 'Revision', 'Age'),
  cells: ({ metadata, revision }, nowMs) => {
    const owner = metadata.ownerReferences?.find((one) => one.controller);
    const group = owner?.apiVersion.split('/').at(-2);
    const controller = owner ? `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}` : '<none>';
    return [metadata.name, controller, revision ?? 0, ageOf(metadata.creationTimestamp, nowMs)];
  },
};
