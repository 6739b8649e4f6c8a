import type { PodDisruptionBudget } from '../../../kube/disruption.ts';
import { ageOf } from '../../../kube/duration.ts';
import { columns, type TableKind } from './columns.ts';

const amount = (value: number | string | undefined) => (value === undefined ? 'N/A' : String(value));

/** Kubernetes: pkg/printers/internalversion, printPodDisruptionBudget. */
export const disruptionBudgetTable: TableKind<PodDisruptionBudget> = {
  columns: columns('Name/name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions:integer', 'Age'),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    amount(spec?.minAvailable),
    amount(spec?.maxUnavailable),
    status?.disruptionsAllowed ?? 0,
    ageOf(metadata.creationTimestamp, nowMs),
  ],
};
