import { isJsonObject, type JsonObject, own, sameJson, setOwn } from '../../../kube/json-value.ts';
import { badRequest } from '../../../kube/status.ts';
import type { Shape } from './shapes.ts';

type KeyedList = Extract<Shape, { type: 'keyed-list' }>;

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch: maps merge, lists merge by their key where the type has one, directives do the rest.
 * Kubernetes: apimachinery/pkg/util/strategicpatch. Neither argument is changed.
 */
export function strategicMerge(current: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch) as JsonObject;
  if (patch['$patch'] === 'delete') return {};
  if (patch['$patch'] !== undefined && patch['$patch'] !== 'merge') {
    throw badRequest(`unknown patch type found in merge: ${JSON.stringify(patch['$patch'])}`);
  }
  const merged: JsonObject = { ...current };
  keepOnlyRetained(merged, patch);
  for (const [key, list] of directives(patch, deletePrefix)) {
    const existing = merged[key];
    if (Array.isArray(existing)) merged[key] = existing.filter((item) => !list.some((gone) => sameJson(gone, item)));
  }
  const orders = new Map(directives(patch, orderPrefix));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete merged[key];
    else setOwn(merged, key, mergeValue(own(merged, key), value, childOf(shape, key), orders.get(key)));
    orders.delete(key);
  }
  // An order without changes still puts the items of the list in that order.
  for (const [key, order] of orders) {
    const existing = merged[key];
    const child = childOf(shape, key);
    if (Array.isArray(existing)) merged[key] = inOrder(existing, existing, order, child);
  }
  return merged;
}

const childOf = (shape: Shape, key: string): Shape => (shape.type === 'object' ? shape.child(key) : { type: 'atomic' });

function directives(patch: JsonObject, prefix: string): [string, unknown[]][] {
  return Object.entries(patch)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), Array.isArray(value) ? value : []]);
}

function keepOnlyRetained(merged: JsonObject, patch: JsonObject): void {
  const retained = patch['$retainKeys'];
  if (!Array.isArray(retained)) return;
  for (const key of Object.keys(merged)) if (!retained.includes(key)) delete merged[key];
}

function mergeValue(current: unknown, patch: unknown, shape: Shape, order: unknown[] | undefined): unknown {
  if (isJsonObject(patch)) {
    return isJsonObject(current) ? strategicMerge(current, patch, shape) : withoutDirectives(patch);
  }
  if (!Array.isArray(patch)) return patch;
  const existing = Array.isArray(current) ? current : [];
  if (shape.type === 'set') {
    const union = [...existing, ...patch.filter((item) => !existing.some((each) => sameJson(each, item)))];
    return inOrder(union, existing, order, shape);
  }
  if (shape.type !== 'keyed-list') return withoutDirectives(patch);
  return inOrder(mergeKeyedList(existing, patch, shape), existing, order, shape);
}

function mergeKeyedList(current: readonly unknown[], patch: readonly unknown[], shape: KeyedList): unknown[] {
  if (patch.some((item) => isJsonObject(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isJsonObject(item) && item['$patch'] === 'replace')).map(withoutDirectives);
  }
  let merged = [...current];
  for (const item of patch) {
    const key = isJsonObject(item) ? item[shape.patchKey] : undefined;
    if (!isJsonObject(item) || key === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${shape.patchKey}`);
    }
    const isSame = (each: unknown) => isJsonObject(each) && sameJson(each[shape.patchKey], key);
    if (item['$patch'] === 'delete') {
      merged = merged.filter((each) => !isSame(each));
      continue;
    }
    const at = merged.findIndex(isSame);
    const existing = merged[at];
    if (isJsonObject(existing)) merged[at] = strategicMerge(existing, item, shape.item);
    else merged.push(withoutDirectives(item));
  }
  return merged;
}

/**
 * Puts what the patch orders in that order; what only the server has stays where it was between them.
 * Kubernetes: strategicpatch.normalizeElementOrder
 */
function inOrder(merged: unknown[], before: readonly unknown[], order: unknown[] | undefined, shape: Shape): unknown[] {
  if (!order) return merged;
  const identity = (item: unknown) =>
    JSON.stringify(shape.type === 'keyed-list' && isJsonObject(item) ? item[shape.patchKey] : item);
  const wanted = order.map(identity);
  const serverOrder = before.map(identity);
  const ordered = merged
    .filter((item) => wanted.includes(identity(item)))
    .sort((left, right) => wanted.indexOf(identity(left)) - wanted.indexOf(identity(right)));
  const others = merged.filter((item) => !wanted.includes(identity(item)));
  const result: unknown[] = [];
  while (ordered.length > 0 && others.length > 0) {
    const [ours, theirs] = [serverOrder.indexOf(identity(ordered[0])), serverOrder.indexOf(identity(others[0]))];
    const theirsFirst = ours >= 0 && theirs >= 0 && theirs < ours;
    result.push(theirsFirst ? others.shift() : ordered.shift());
  }
  return [...result, ...ordered, ...others];
}

/** What a patch adds is stored without its directives and nulls. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !(isJsonObject(item) && item['$patch'] === 'delete')).map(withoutDirectives);
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => part !== null && !key.startsWith('$'))
      .map(([key, part]) => [key, withoutDirectives(part)]),
  );
}
