import type { KubeObject } from '../../../kube/objects.ts';
import type { DescribeText } from './describe-text.ts';
import { withoutManagedFields } from './print.ts';

/** The page of every kind without one of its own: its fields as a tree (k8s.io/kubectl: genericDescriber). Pure. */
const acronyms = ['API', 'URL', 'UID', 'OSB', 'GUID'];

/** `creationTimestamp` is `Creation Timestamp`; names with anything but letters and `-` stay as they are. */
function smartLabel(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  return field
    .split(/(?<=\p{Ll})(?=\p{Lu})|(?=-)|(?<=-)/u)
    .map((part) =>
      acronyms.includes(part.toUpperCase()) ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1),
    )
    .join(' ');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function describeFields(out: DescribeText, level: number, fields: Record<string, unknown>): void {
  for (const key of Object.keys(fields).sort()) {
    const value = fields[key];
    const label = smartLabel(key);
    if (isRecord(value)) {
      out.line(level, `${label}:`);
      describeFields(out, level + 1, value);
    } else if (Array.isArray(value)) {
      out.line(level, `${label}:`);
      for (const item of value) {
        if (isRecord(item)) describeFields(out, level + 1, item);
        else out.line(level + 1, goValue(item));
      }
    } else out.line(level, `${label}:\t${goValue(value)}`);
  }
}

/** Go's %v. */
const goValue = (value: unknown): string => (value === null || value === undefined ? '<nil>' : String(value));

export function describeTree(out: DescribeText, object: KubeObject): void {
  const { metadata } = object;
  out.line(0, `Name:\t${metadata.name}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.annotations(0, metadata.annotations);
  const {
    name: _name,
    namespace: _space,
    labels: _labels,
    annotations: _notes,
    ...shown
  } = withoutManagedFields(object).metadata;
  describeFields(out, 0, { ...object, metadata: shown });
}
