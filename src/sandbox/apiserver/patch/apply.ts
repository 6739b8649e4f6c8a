import { apiTime } from '../../../kube/duration.ts';
import { canonicalJson, isJsonObject, type JsonObject, own, sameJson, setOwn } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { apiVersionOf } from '../../../kube/resources.ts';
import { StatusError } from '../../../kube/status.ts';
import type { ServedResource } from '../served-resource.ts';
import { type FieldSet, itemStep, pathText, removeField } from './field-set.ts';
import { type Ownership, ownableFields, ownershipsOf, toManagedFields } from './managed-fields.ts';
import { type Shape, shapeOf } from './shapes.ts';

export interface Application {
  /** The whole configuration that the manager wants, as it was sent. */
  applied: KubeObject;
  manager: string;
  force: boolean;
  subresource: string;
  now: number;
}

/**
 * Server-side apply: what the manager says becomes so, what it said before and no longer says goes, and what another
 * manager owns with another value is a conflict. Kubernetes: structured-merge-diff. `current` is not changed.
 */
export function applyConfiguration(
  current: KubeObject,
  resource: ServedResource,
  application: Application,
): KubeObject {
  const { applied, manager, force, subresource, now } = application;
  const wanted = ownableFields(applied, resource, subresource);
  const ownerships = ownershipsOf(current);
  const isMine = (each: Ownership) =>
    each.manager === manager && each.operation === 'Apply' && each.subresource === subresource;
  const mine = ownerships.find(isMine);
  const others = ownerships.filter((each) => each !== mine);
  const present = ownableFields(current, resource);
  const conflicts = conflictsWith(others, wanted, present);
  const said = manager === clientSideApplier ? saidByClientSideApply(current, resource, present) : new Set<string>();
  const refused = conflicts.filter(({ key }) => !force && !said.has(key));
  if (refused.length > 0) throw conflictError(refused);
  for (const { owner, key } of conflicts) owner.fields.delete(key);

  const next = mergeApplied(structuredClone(current), contentOf(applied), shapeOf(resource, 'apply')) as KubeObject;
  // Items before their fields: a field of an item that is gone needs no second removal.
  const gone = [...(mine?.fields ?? new Map()).values()]
    .filter(({ path }) => !isStillOwned(path, wanted, others))
    .sort((left, right) => left.path.length - right.path.length);
  for (const { path } of gone) removeField(next, path);
  if (manager === clientSideApplier) recordLastApplied(next, applied);

  const isSame =
    mine !== undefined && mine.fields.size === wanted.size && [...wanted.keys()].every((key) => mine.fields.has(key));
  const time = isSame && sameJson(next, current) ? mine.time : apiTime(now);
  const entry: Ownership = {
    manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    subresource,
    time,
    fields: wanted,
  };
  const all = mine ? ownerships.map((each) => (each === mine ? entry : each)) : [...ownerships, entry];
  next.metadata.managedFields = toManagedFields(all);
  return next;
}

/** The managedFields of an object that an apply creates. */
export function firstOwnership(applied: KubeObject, resource: ServedResource, manager: string, now: number): unknown[] {
  const fields = ownableFields(applied, resource, '');
  const time = apiTime(now);
  return toManagedFields([
    { manager, operation: 'Apply', apiVersion: apiVersionOf(resource), subresource: '', time, fields },
  ]);
}

/** The manager of `kubectl apply --server-side`. */
const clientSideApplier = 'kubectl';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Keeps the annotation of a client-side apply in step, so that the next one of those knows what was said meanwhile. */
function recordLastApplied(next: KubeObject, applied: KubeObject): void {
  const annotations = next.metadata.annotations;
  if (annotations?.[lastApplied] === undefined) return;
  const { managedFields: _managedFields, ...metadata } = applied.metadata;
  const { [lastApplied]: _recorded, ...kept } = metadata.annotations ?? {};
  const said = { ...applied, metadata: metadata.annotations ? { ...metadata, annotations: kept } : metadata };
  annotations[lastApplied] = `${canonicalJson(said)}\n`;
}

/**
 * Fields that are still as a client-side apply left them: who applied them may go on with server-side apply without a
 * conflict with himself. Kubernetes: managedfields/internal/lastapplied.go.
 */
function saidByClientSideApply(current: KubeObject, resource: ServedResource, present: FieldSet): Set<string> {
  const recorded = current.metadata.annotations?.[lastApplied];
  if (recorded === undefined) return new Set();
  let last: unknown;
  try {
    last = JSON.parse(recorded);
  } catch {
    // Anybody can write an annotation; one that is no JSON permits nothing.
    return new Set();
  }
  if (!isJsonObject(last) || !isJsonObject(last['metadata'])) return new Set();
  const fields = ownableFields(last as unknown as KubeObject, resource);
  return new Set(
    [...fields].filter(([key, { value }]) => sameJson(value, present.get(key)?.value)).map(([key]) => key),
  );
}

interface Conflict {
  owner: Ownership;
  key: string;
  path: readonly string[];
}

function conflictsWith(others: readonly Ownership[], wanted: FieldSet, present: FieldSet): Conflict[] {
  return others.flatMap((owner) =>
    [...wanted]
      .filter(([key, { path, value }]) => {
        const isItem = path.at(-1)?.startsWith('k:') === true;
        return !isItem && owner.fields.has(key) && !sameJson(value, present.get(key)?.value);
      })
      .map(([key, { path }]) => ({ owner, key, path })),
  );
}

function conflictError(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: conflictText(owner),
    field: pathText(path),
  }));
  const count = `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}:`;
  const byOwner = Map.groupBy(causes, ({ message }) => message);
  const lines = [...byOwner].map(([message, fields]) =>
    fields.length === 1
      ? `${message}: ${fields[0]?.field}`
      : `${message.replace(/^conflict/, 'conflicts')}:\n${fields.map(({ field }) => `- ${field}`).join('\n')}`,
  );
  return new StatusError(409, 'Conflict', `${count} ${lines.join('\n')}`, { causes });
}

function conflictText({ manager, subresource, apiVersion }: Ownership): string {
  const part = subresource === '' ? '' : ` with subresource "${subresource}"`;
  return `conflict with "${manager}"${part} using ${apiVersion}`;
}

function isStillOwned(path: readonly string[], wanted: FieldSet, others: readonly Ownership[]): boolean {
  const key = path.join('\u0000');
  const isAtOrUnder = (candidate: string) => candidate === key || candidate.startsWith(`${key}\u0000`);
  return [wanted, ...others.map(({ fields }) => fields)].some(
    (set) => set.has(key) || [...set.keys()].some(isAtOrUnder),
  );
}

function contentOf({ metadata, ...rest }: KubeObject): JsonObject {
  const { managedFields: _managedFields, resourceVersion, ...kept } = metadata;
  return { ...rest, metadata: { ...kept, ...(resourceVersion && { resourceVersion }) } };
}

function mergeApplied(current: unknown, applied: unknown, shape: Shape): unknown {
  if (shape.type === 'object' && isJsonObject(current) && isJsonObject(applied)) {
    for (const [key, value] of Object.entries(applied)) {
      if (value !== undefined) setOwn(current, key, mergeApplied(own(current, key), value, shape.child(key)));
    }
    return current;
  }
  if (!Array.isArray(current) || !Array.isArray(applied)) return structuredClone(applied);
  if (shape.type === 'set') {
    return [...current, ...applied.filter((item) => !current.some((each) => sameJson(each, item)))];
  }
  if (shape.type !== 'keyed-list') return structuredClone(applied);
  const merged: unknown[] = [...current];
  for (const item of applied) {
    const step = itemStep(item, shape.keys);
    const at = merged.findIndex((each) => itemStep(each, shape.keys) === step);
    if (at < 0) merged.push(structuredClone(item));
    else merged[at] = mergeApplied(merged[at], item, shape.item);
  }
  return merged;
}
