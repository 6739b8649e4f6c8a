import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { Shape } from './shapes.ts';

/** One field: its path in the notation of FieldsV1 (`f:spec`, `k:{"name":"web"}`, `v:"x"`). */
export interface Field {
  path: readonly string[];
  /** Undefined on an item of a keyed list, which is a member beside its fields. */
  value: unknown;
}

/** Fields by path. */
export type FieldSet = Map<string, Field>;

export const pathKey = (path: readonly string[]): string => path.join('\u0000');

/** Every leaf of an object, and every item of its keyed lists. */
export function fieldsOf(value: unknown, shape: Shape): FieldSet {
  const set: FieldSet = new Map();
  collect(value, shape, [], set);
  return set;
}

function collect(value: unknown, shape: Shape, path: readonly string[], set: FieldSet): void {
  const add = (at: readonly string[], field: unknown) => set.set(pathKey(at), { path: at, value: field });
  if (shape.type === 'object' && isJsonObject(value)) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    if (entries.length === 0 && path.length > 0) add(path, value);
    for (const [key, part] of entries) collect(part, shape.child(key), [...path, `f:${key}`], set);
  } else if (shape.type === 'keyed-list' && Array.isArray(value)) {
    for (const item of value) {
      const itemPath = [...path, itemStep(item, shape.keys)];
      add(itemPath, undefined);
      collect(item, shape.item, itemPath, set);
    }
  } else if (shape.type === 'set' && Array.isArray(value)) {
    for (const item of value) add([...path, `v:${JSON.stringify(item)}`], item);
  } else {
    add(path, value);
  }
}

/** Keys that are left out have their default: only `protocol` has one. */
export function itemStep(item: unknown, keys: readonly string[]): string {
  const fields = isJsonObject(item) ? item : {};
  const named = [...keys].sort().map((key) => [key, fields[key] ?? (key === 'protocol' ? 'TCP' : null)]);
  return `k:${JSON.stringify(Object.fromEntries(named))}`;
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const root: JsonObject = {};
  for (const { path } of set.values()) {
    let node = root;
    for (const step of path) {
      if (!isJsonObject(node[step])) node[step] = {};
      node = node[step] as JsonObject;
    }
    node['.'] = {};
  }
  return withoutLeafDots(root);
}

/** A leaf is written `{}`; only inner nodes that are members themselves say so with a dot. */
function withoutLeafDots(node: JsonObject): JsonObject {
  const entries = Object.entries(node);
  if (entries.length === 1 && entries[0]?.[0] === '.') return {};
  return Object.fromEntries(
    entries.map(([step, child]) => [step, isJsonObject(child) ? withoutLeafDots(child) : child]),
  );
}

export function fromFieldsV1(fields: unknown): FieldSet {
  const set: FieldSet = new Map();
  const walk = (node: unknown, path: readonly string[]): void => {
    const steps = isJsonObject(node) ? Object.keys(node) : [];
    if (path.length > 0 && (steps.length === 0 || steps.includes('.')))
      set.set(pathKey(path), { path, value: undefined });
    for (const step of steps) if (step !== '.' && isJsonObject(node)) walk(node[step], [...path, step]);
  };
  walk(fields, []);
  return set;
}

/** `.spec.template.spec.containers[name="web"].image`, as conflicts name a field. */
export function pathText(path: readonly string[]): string {
  return path
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      const keys = JSON.parse(step.slice(2)) as JsonObject;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}

/** Takes one field out of a draft, and the maps that it leaves empty. */
export function removeField(draft: JsonObject, path: readonly string[]): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  const key = step.slice(2);
  if (rest.length === 0) {
    delete draft[key];
    return;
  }
  const child = draft[key];
  if (Array.isArray(child)) removeFromList(draft, key, child, rest);
  else if (isJsonObject(child)) {
    removeField(child, rest);
    if (Object.keys(child).length === 0) delete draft[key];
  }
}

function removeFromList(draft: JsonObject, key: string, list: readonly unknown[], path: readonly string[]): void {
  const [step = '', ...rest] = path;
  const matches = (item: unknown) => {
    if (step.startsWith('v:')) return JSON.stringify(item) === step.slice(2);
    const keys = Object.keys(JSON.parse(step.slice(2)) as JsonObject);
    return itemStep(item, keys) === step;
  };
  if (rest.length > 0) {
    for (const item of list) if (matches(item) && isJsonObject(item)) removeField(item, rest);
    return;
  }
  const left = list.filter((item) => !matches(item));
  if (left.length === 0) delete draft[key];
  else draft[key] = left;
}
