import type { JsonSchema } from '../../../kube/api-extensions.ts';
import { isJsonObject, own } from '../../../kube/json-value.ts';
import { additionalOf } from './schema-prune.ts';

/** Fills in a structural schema's defaults; a null where null is not allowed counts as absent. */
export function defaultBySchema(value: unknown, schema: JsonSchema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) defaultBySchema(item, schema.items);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (value[key] === null && child.nullable !== true && child.default !== undefined) delete value[key];
    if (value[key] === undefined && child.default !== undefined) value[key] = structuredClone(child.default);
    defaultBySchema(value[key], child);
  }
  const additional = additionalOf(schema);
  if (!additional) return;
  for (const key in value) if (!own(schema.properties, key)) defaultBySchema(value[key], additional);
}
