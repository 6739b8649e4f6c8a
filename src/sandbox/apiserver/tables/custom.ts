import type { CustomResourceDefinitionVersion } from '../../../kube/api-extensions.ts';
import { ageOf } from '../../../kube/duration.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { columns, type TableKind } from './columns.ts';
import { jsonPathValues } from './json-path.ts';

/**
 * Custom resources: the name, then the definition's printer columns and no others; without any, the age.
 * Kubernetes: apiextensions-apiserver/pkg/registry/customresource/tableconvertor.
 */
type PrinterColumn = NonNullable<CustomResourceDefinitionVersion['additionalPrinterColumns']>[number];

export function customTable(printed: readonly PrinterColumn[] | undefined): TableKind {
  const shown: readonly PrinterColumn[] =
    printed && printed.length > 0
      ? printed
      : [
          {
            name: 'Age',
            type: 'date',
            description: columns('Age')[0]?.description ?? '',
            jsonPath: '.metadata.creationTimestamp',
          },
        ];
  return {
    columns: [
      ...columns('Name/name'),
      ...shown.map(({ name, type, format = '', description = '', priority = 0 }) => ({
        name,
        type,
        format,
        description,
        priority,
      })),
    ],
    cells: (object, nowMs) => [object.metadata.name, ...shown.map((column) => cellOf(column, object, nowMs))],
  };
}

function cellOf(column: PrinterColumn, object: KubeObject, nowMs: number): unknown {
  const values = jsonPathValues(column.jsonPath, object);
  const [first] = values;
  if (first === undefined) return null;
  switch (column.type) {
    case 'integer':
      return Number.isFinite(Number(first)) ? Math.trunc(Number(first)) : null;
    case 'number':
      return Number.isFinite(Number(first)) ? Number(first) : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    case 'date':
      return ageOf(String(first), nowMs);
    default:
      return values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(',');
  }
}
