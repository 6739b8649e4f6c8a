import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../../kube/objects.ts';
import { type ApiResource, printedKind } from './discovery.ts';
import { jsonPath, jsonPathValues } from './jsonpath.ts';

/** The server's Table, and how kubectl lays it out. */
export interface Table {
  columnDefinitions?: { name: string; type: string; format?: string; priority: number }[] | null;
  rows: { cells: unknown[]; object?: KubeObject }[];
  metadata?: { resourceVersion?: string; continue?: string };
}

export const tableAccept =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** Go's tabwriter as kubectl uses it: columns three blanks apart and at least six wide, the last one not padded. */
export function columns(rows: readonly (readonly string[])[], widths: number[] = [], padding = 3): string {
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 6 - padding, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd((widths[index] ?? 0) + padding)))
        .join(''),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export interface TableOptions {
  wide: boolean;
  headers: boolean;
  withNamespace: boolean;
  labels: boolean;
  labelColumns: readonly string[];
  /** Prefixes names with the kind: several kinds in one listing. */
  prefix: string | undefined;
}

const cellText = (value: unknown) => (value === null || value === undefined ? '<none>' : String(value));

function labelsText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** Rows of text; `definitions` are kept by a watcher, because the server sends them only once. */
export function tableRows(
  table: Table,
  definitions: NonNullable<Table['columnDefinitions']>,
  options: TableOptions,
): string[][] {
  const visible = definitions
    .map((definition, index) => ({ definition, index }))
    .filter(({ definition }) => options.wide || definition.priority === 0);
  const head = [
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...visible.map(({ definition }) => definition.name.toUpperCase()),
    ...options.labelColumns.map((key) => (key.split('/').at(-1) ?? key).toUpperCase()),
    ...(options.labels ? ['LABELS'] : []),
  ];
  const body = table.rows.map((row) => {
    const metadata = row.object?.metadata;
    return [
      ...(options.withNamespace ? [metadata?.namespace ?? ''] : []),
      ...visible.map(({ definition, index }) => {
        const text = cellText(row.cells[index]);
        return options.prefix && definition.format === 'name' ? `${options.prefix}/${text}` : text;
      }),
      ...options.labelColumns.map((key) => metadata?.labels?.[key] ?? ''),
      ...(options.labels ? [labelsText(metadata?.labels)] : []),
    ];
  });
  return options.headers ? [head, ...body] : body;
}

export async function toYaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { version: '1.1', lineWidth: 0, sortMapEntries: true, indentSeq: false });
}

/** JSON as kubectl indents it, keys sorted as Go sorts them. */
export function toJson(value: unknown): string {
  // Go's encoder writes these so that JSON can stand inside HTML.
  const text = JSON.stringify(sorted(value), null, 4).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}

/** Keys in Go's order, at every depth. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** managedFields are noise that kubectl hides. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** True for formats that want objects and not a Table. */
export const wantsObjects = (format: string): boolean => format !== '' && format !== 'wide';

/** Prints objects in every format but tables. `single` prints one object bare, not in a List. */
export async function printObjects(
  format: string,
  objects: readonly { resource: ApiResource; object: KubeObject }[],
  single: boolean,
): Promise<string> {
  const [kind = '', ...rest] = format.split('=');
  const template = rest.join('=');
  if (kind.startsWith('jsonpath') && template === '')
    throw new Error('template format specified but no template given');
  if (kind.startsWith('custom-columns') && template === '')
    throw new Error('custom-columns format specified but no custom columns given');
  const clean = objects.map(({ object }) => withoutManagedFields(object));
  const whole =
    single && clean[0] ? clean[0] : { apiVersion: 'v1', items: clean, kind: 'List', metadata: { resourceVersion: '' } };
  switch (kind) {
    case 'json':
      return toJson(whole);
    case 'yaml':
      return toYaml(whole);
    case 'name':
      return objects.map(({ resource, object }) => `${printedKind(resource)}/${object.metadata.name}\n`).join('');
    case 'jsonpath':
      return renderTemplate(template, whole);
    case 'jsonpath-file':
      return renderTemplate(readFileSync(template, 'utf8'), whole);
    case 'jsonpath-as-json':
      return toJson(jsonPathValues(template, whole));
    case 'custom-columns':
      return customColumns(template, clean);
    case 'custom-columns-file':
      return customColumns(columnsOfFile(readFileSync(template, 'utf8')), clean);
    default:
      throw new Error(
        `unable to match a printer suitable for the output format ${JSON.stringify(kind)}, allowed formats are: custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,wide,yaml`,
      );
  }
}

function renderTemplate(template: string, value: unknown): string {
  try {
    return jsonPath(template, value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${JSON.stringify(value)}\n\n`,
    );
  }
}

/** A file of columns has the headers in its first line and the paths in the second. */
function columnsOfFile(text: string): string {
  const [headers = [], paths = []] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return headers.map((header, index) => `${header}:${paths[index] ?? ''}`).join(',');
}

function customColumns(template: string, objects: readonly KubeObject[]): string {
  const specs = template.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new Error(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), path: part.slice(colon + 1) };
  });
  const cell = (object: KubeObject, path: string) => {
    const values = jsonPathValues(path, object);
    return values.length === 0
      ? '<none>'
      : values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(',');
  };
  return columns([
    specs.map((spec) => spec.header),
    ...objects.map((object) => specs.map((spec) => cell(object, spec.path))),
  ]);
}
