import { apiTime } from '../../../kube/duration.ts';
import { isJsonObject, sameJson } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { apiVersionOf } from '../../../kube/resources.ts';
import type { ServedResource } from '../served-resource.ts';
import { type FieldSet, fieldsOf, fromFieldsV1, toFieldsV1 } from './field-set.ts';
import { shapeOf } from './shapes.ts';

/** One line of metadata.managedFields, with its fields as a set. */
export interface Ownership {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string;
  fields: FieldSet;
}

const systemFields = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** The fields of an object that managers can own; with a subresource, those that a request to it can set. */
export function ownableFields(object: KubeObject, resource: ServedResource, subresource?: string): FieldSet {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const ownable = Object.entries(metadata).filter(([field]) => !systemFields.includes(field));
  const withMetadata = ownable.length === 0 ? rest : { metadata: Object.fromEntries(ownable), ...rest };
  const all = fieldsOf(withMetadata, shapeOf(resource, 'apply'));
  if (subresource === undefined) return all;
  return new Map([...all].filter(([, { path }]) => isWithin(path, subresource, resource)));
}

export function ownershipsOf(object: KubeObject | undefined): Ownership[] {
  return (object?.metadata.managedFields ?? []).filter(isJsonObject).map((entry) => ({
    manager: String(entry['manager'] ?? ''),
    operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
    apiVersion: String(entry['apiVersion'] ?? ''),
    subresource: String(entry['subresource'] ?? ''),
    time: String(entry['time'] ?? ''),
    fields: fromFieldsV1(entry['fieldsV1']),
  }));
}

export function toManagedFields(ownerships: readonly Ownership[]): unknown[] {
  return ownerships
    .filter(({ fields }) => fields.size > 0)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

/**
 * Notes in a draft who owns what after an update that is not an apply: what differs belongs to the manager now, and to
 * nobody else. A request that sets managedFields itself (kubectl moving to server-side apply) is taken at its word.
 */
export function recordUpdate(
  draft: KubeObject,
  current: KubeObject | undefined,
  resource: ServedResource,
  manager: string,
  subresource: string,
  now: number,
): void {
  const given = draft.metadata.managedFields;
  const before = current?.metadata.managedFields;
  if (current && given && !sameJson(given, before)) return;
  const next = ownableFields(draft, resource);
  const previous = current ? ownableFields(current, resource) : new Map();
  const isTouched = (key: string, path: readonly string[]) =>
    isWithin(path, subresource, resource) && !sameJson(next.get(key)?.value, previous.get(key)?.value);
  const changed = [...next].filter(([key, { path }]) =>
    !previous.has(key) ? isWithin(path, subresource, resource) : isTouched(key, path),
  );
  const removed = [...previous].filter(([key, { path }]) => !next.has(key) && isWithin(path, subresource, resource));
  if (changed.length === 0 && removed.length === 0) {
    restore(draft, before);
    return;
  }
  const ownerships = ownershipsOf(current);
  let mine = ownerships.find(
    (each) => each.manager === manager && each.operation === 'Update' && each.subresource === subresource,
  );
  if (!mine) {
    const apiVersion = apiVersionOf(resource);
    mine = { manager, operation: 'Update', apiVersion, subresource, time: '', fields: new Map() };
    ownerships.push(mine);
  }
  const had = mine.fields.size;
  let gained = 0;
  for (const each of ownerships) {
    for (const [key] of removed) each.fields.delete(key);
    // An item of a list may have several owners: the fields in it tell them apart.
    if (each !== mine)
      for (const [key, { path }] of changed) if (!path.at(-1)?.startsWith('k:')) each.fields.delete(key);
  }
  for (const [key, field] of changed) {
    if (!mine.fields.has(key)) gained += 1;
    mine.fields.set(key, field);
  }
  if (gained > 0 || mine.fields.size !== had || changed.length > 0) mine.time = apiTime(now);
  draft.metadata.managedFields = toManagedFields(ownerships);
}

function restore(draft: KubeObject, managedFields: unknown[] | undefined): void {
  if (managedFields) draft.metadata.managedFields = managedFields;
  else delete draft.metadata.managedFields;
}

/** A request to the object leaves the status alone, one to the status the rest. */
function isWithin(path: readonly string[], subresource: string, { strategy }: ServedResource): boolean {
  const isStatus = path[0] === 'f:status';
  if (subresource === 'status') return isStatus;
  return !(isStatus && strategy.hasStatus);
}
