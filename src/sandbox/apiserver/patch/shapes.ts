import type { JsonSchema } from '../../../kube/api-extensions.ts';
import { own } from '../../../kube/json-value.ts';
import { builtInTypes } from '../schema/built-in-types.ts';
import type { ServedResource } from '../served-resource.ts';
import { listKeys } from './list-keys.ts';

/** How a value merges: field by field, item by item, or as one piece. */
export type Shape =
  | { type: 'object'; child(key: string): Shape; retainKeys: boolean }
  /** Items known by their keys. `patchKey` is the one that strategic merge goes by. */
  | { type: 'keyed-list'; keys: readonly string[]; patchKey: string; item: Shape; retainKeys: boolean }
  | { type: 'set' }
  | { type: 'atomic' };

const atomic: Shape = { type: 'atomic' };

/** Strategic merge enters some structs that are one piece to server-side apply. */
type Purpose = 'strategic' | 'apply';

export function shapeOf(resource: ServedResource, purpose: Purpose): Shape {
  if (resource.custom) return customRoot(resource.custom.schemaRoot, purpose);
  return builtIn(resource.type ?? '', '', purpose);
}

// Types that are one piece to server-side apply (x-kubernetes-map-type: atomic in Kubernetes' own OpenAPI).
const atomicTypes = new Set([
  'V1LabelSelector',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1SecretKeySelector',
  'V1ConfigMapKeySelector',
  'V1LocalObjectReference',
  'V1TypedLocalObjectReference',
  'V1ObjectReference',
  'CoreV1ObjectReference',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1RoleRef',
]);

function builtIn(type: string, owner: string, purpose: Purpose): Shape {
  const bare = type.replace('!', '');
  const keys = listKeys[owner];
  if (bare.startsWith('[]')) {
    if (keys?.type === 'set') return { type: 'set' };
    if (keys?.type !== 'keyed') return atomic;
    const item = builtIn(bare.slice(2), '', purpose);
    const { retainKeys = false } = keys;
    return { type: 'keyed-list', keys: keys.keys, patchKey: keys.keys[0] ?? '', item, retainKeys };
  }
  if (bare.startsWith('map:'))
    return { type: 'object', child: () => builtIn(bare.slice(4), '', purpose), retainKeys: false };
  const fields = builtInTypes[bare];
  if (!fields || (purpose === 'apply' && atomicTypes.has(bare))) return atomic;
  const isWhole = keys?.type === 'retain-keys';
  return {
    type: 'object',
    child: (key) => builtIn(own(fields, key) ?? 'any', `${bare}.${key}`, purpose),
    retainKeys: isWhole,
  };
}

function customRoot(schema: JsonSchema, purpose: Purpose): Shape {
  const metadata = builtIn('V1ObjectMeta', '', purpose);
  const root = custom(schema);
  if (root.type !== 'object') return root;
  return { type: 'object', child: (key) => (key === 'metadata' ? metadata : root.child(key)), retainKeys: false };
}

function custom(schema: JsonSchema | undefined): Shape {
  if (!schema) return atomic;
  if (schema.type === 'array') {
    if (schema['x-kubernetes-list-type'] === 'set') return { type: 'set' };
    if (schema['x-kubernetes-list-type'] !== 'map') return atomic;
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    return { type: 'keyed-list', keys, patchKey: keys[0] ?? '', item: custom(schema.items), retainKeys: false };
  }
  if (schema.type !== 'object' || schema['x-kubernetes-map-type'] === 'atomic') return atomic;
  const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!schema.properties && !additional && !keepsUnknown)
    return { type: 'object', child: () => atomic, retainKeys: false };
  return { type: 'object', child: (key) => custom(own(schema.properties, key) ?? additional), retainKeys: false };
}
