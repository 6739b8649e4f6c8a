import { isDeepStrictEqual } from 'node:util';

/**
 * The patch that client-side apply sends: from the live object to the wanted one, minus what the last apply had said
 * and this one does not. Knows which lists of built-in kinds have keys; everything else counts as one value. Pure.
 */
type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** patchMergeKey of the lists that people write (Kubernetes: types.go of core/v1, apps/v1, admissionregistration/v1). */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  secrets: 'name',
  webhooks: 'name',
  volumeMounts: 'mountPath',
  hostAliases: 'ip',
};

function mergeKeyOf(field: string, items: readonly unknown[]): string | undefined {
  if (field !== 'ports') return mergeKeys[field];
  return items.some((item) => isRecord(item) && 'containerPort' in item) ? 'containerPort' : 'port';
}

/** `keyed` is false for custom resources, whose lists a JSON merge patch replaces. */
export function threeWayMergePatch(before: unknown, wanted: Fields, live: Fields, keyed: boolean): Fields {
  const patch: Fields = {};
  const previous = isRecord(before) ? before : {};
  for (const [key, value] of Object.entries(wanted)) {
    const current = live[key];
    if (isRecord(value) && isRecord(current)) {
      const inner = threeWayMergePatch(previous[key], value, current, keyed);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (keyed && Array.isArray(value) && Array.isArray(current) && mergeKeyOf(key, value)) {
      Object.assign(patch, listPatch(key, previous[key], value, current));
    } else if (!isDeepStrictEqual(value, current)) patch[key] = value;
  }
  for (const key of Object.keys(previous)) {
    if (!(key in wanted) && key in live) patch[key] = null;
  }
  return patch;
}

function listPatch(field: string, before: unknown, wanted: readonly unknown[], live: readonly unknown[]): Fields {
  const key = mergeKeyOf(field, wanted) ?? '';
  const keyIn = (item: unknown) => (isRecord(item) ? item[key] : undefined);
  const named = (items: unknown, name: unknown) =>
    Array.isArray(items) ? items.find((item) => keyIn(item) === name) : undefined;
  const items: unknown[] = [];
  for (const item of wanted) {
    const current = named(live, keyIn(item));
    if (!isRecord(item) || !isRecord(current)) items.push(item);
    else {
      const inner = threeWayMergePatch(named(before, keyIn(item)), item, current, true);
      if (Object.keys(inner).length > 0) items.push({ ...inner, [key]: keyIn(item) });
    }
  }
  for (const item of Array.isArray(before) ? before : []) {
    const name = keyIn(item);
    if (!named(wanted, name) && named(live, name)) items.push({ $patch: 'delete', [key]: name });
  }
  const order = wanted.map((item) => ({ [key]: keyIn(item) }));
  const liveOrder = live.filter((item) => named(wanted, keyIn(item))).map((item) => ({ [key]: keyIn(item) }));
  if (items.length === 0 && isDeepStrictEqual(order, liveOrder)) return {};
  return { [`$setElementOrder/${field}`]: order, ...(items.length > 0 ? { [field]: items } : {}) };
}
