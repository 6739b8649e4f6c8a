import { isJsonObject, sameJson } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { FieldChange, ForeseenChange, ObjectName } from './foresight.ts';

/** What differs between an object and what it would be. Pure. */

/** The server's own bookkeeping, and kubectl's note of what was applied last. */
const bookkeeping = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']);
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const longestValue = 120;

export const nameOf = ({ kind = '', metadata }: KubeObject): ObjectName => ({
  kind,
  name: metadata.name ?? '',
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
});

/** One object before and after; either may be missing. */
export function changeOf(before: KubeObject | undefined, after: KubeObject): ForeseenChange {
  if (!before) return { type: 'creates', object: nameOf(after), fields: [] };
  const fields = fieldChanges(before, after);
  if (fields.length === 0) return { type: 'leaves', object: nameOf(after), fields };
  const replacesPods = hasTemplate(after) && fields.some(({ path }) => path.startsWith('spec.template.'));
  return { type: 'changes', object: nameOf(after), fields, ...(replacesPods && { replacesPods }) };
}

/** Kinds whose controllers bring a changed template to pods by themselves. */
const hasTemplate = ({ kind }: KubeObject): boolean =>
  kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet';

export function fieldChanges(before: KubeObject, after: KubeObject): FieldChange[] {
  const changes: FieldChange[] = [];
  collect(withoutBookkeeping(before), withoutBookkeeping(after), '', changes);
  return after.kind === 'Secret' ? changes.map(masked) : changes;
}

/** That a secret changes may be seen by whoever looks at the screen; its values not. */
function masked({ path, from, to }: FieldChange): FieldChange {
  const hide = (value: string | undefined) => (value === undefined ? undefined : '(secret)');
  return /^(data|stringData)\b/.test(path) ? { path, from: hide(from), to: hide(to) } : { path, from, to };
}

function withoutBookkeeping(object: KubeObject): Record<string, unknown> {
  const { status: _, ...rest } = object;
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !bookkeeping.has(key)));
  const annotations = { ...object.metadata.annotations };
  delete annotations[lastApplied];
  return { ...rest, metadata: { ...metadata, annotations } };
}

function collect(before: unknown, after: unknown, path: string, changes: FieldChange[]): void {
  if (sameJson(before, after)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      collect(before[key], after[key], path === '' ? key : `${path}${step(key)}`, changes);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && (before.length === after.length || isNamed(before, after))) {
    collectItems(before, after, path, changes);
    return;
  }
  // What comes as a whole is told field by field where that is what one reads.
  if (before === undefined && isJsonObject(after) && Object.keys(after).length > 0) collect({}, after, path, changes);
  else if (after === undefined && isJsonObject(before) && Object.keys(before).length > 0)
    collect(before, {}, path, changes);
  else changes.push({ path, from: shortJson(before), to: shortJson(after) });
}

/** `metadata.labels["a.b/c"]`: a dot or slash in a key would read as another field. */
const step = (key: string): string => (/^[A-Za-z_$][\w$-]*$/.test(key) ? `.${key}` : `["${key}"]`);

const nameIn = (item: unknown): string | undefined =>
  isJsonObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined;
const isNamed = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  [...before, ...after].every((item) => nameIn(item) !== undefined);

/** Items are the same thing by name where they have one (containers, ports), else by place. */
function collectItems(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
  changes: FieldChange[],
): void {
  if (!isNamed(before, after)) {
    for (const [index, item] of after.entries()) collect(before[index], item, `${path}[${index}]`, changes);
    return;
  }
  const names = new Set([...before, ...after].map(nameIn));
  for (const name of names) {
    const same = (item: unknown) => nameIn(item) === name;
    collect(before.find(same), after.find(same), `${path}[name=${name}]`, changes);
  }
}

function shortJson(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
}

/** A merge patch (RFC 7386): null takes a field away. */
export function mergePatched(object: KubeObject, patch: object): KubeObject {
  return merged(object, patch) as KubeObject;
}

function merged(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
