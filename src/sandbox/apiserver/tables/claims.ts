import { ageOf } from '../../../kube/duration.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { columns, type TableKind } from './columns.ts';

/** Kubernetes: pkg/printers/internalversion, printPersistentVolumeClaim. */
interface PersistentVolumeClaim extends KubeObject {
  spec?: { volumeName?: string; storageClassName?: string; volumeAttributesClassName?: string; volumeMode?: string };
  status?: { phase?: string; capacity?: Record<string, string>; accessModes?: string[] };
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const claimTable: TableKind<PersistentVolumeClaim> = {
  columns: columns(
    'Name/name',
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
    'VolumeMode@1',
  ),
  cells: ({ metadata, spec = {}, status = {} }, nowMs) => {
    const isBound = Boolean(spec.volumeName);
    const modes = (status.accessModes ?? []).flatMap((mode) => shortModes[mode] ?? []);
    return [
      metadata.name,
      metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
      spec.volumeName ?? '',
      isBound ? (status.capacity?.['storage'] ?? '') : '',
      isBound ? modes.join(',') : '',
      spec.storageClassName ?? '',
      spec.volumeAttributesClassName ?? '<unset>',
      ageOf(metadata.creationTimestamp, nowMs),
      spec.volumeMode ?? '<unset>',
    ];
  },
};
