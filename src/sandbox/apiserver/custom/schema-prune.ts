import type { JsonSchema } from '../../../kube/api-extensions.ts';
import { isJsonObject, own } from '../../../kube/json-value.ts';

/** Takes out what a structural schema does not name, and answers the paths. Kubernetes: structural pruning */
export function pruneBySchema(object: Record<string, unknown>, schema: JsonSchema): string[] {
  const dropped: string[] = [];
  pruneStruct(object, schema, '', dropped, true);
  return dropped;
}

const embedded = new Set(['apiVersion', 'kind', 'metadata']);

function pruneStruct(
  object: Record<string, unknown>,
  schema: JsonSchema,
  path: string,
  dropped: string[],
  isRoot: boolean,
): void {
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const key of Object.keys(object)) {
    if (isResource && embedded.has(key)) continue;
    const childPath = path === '' ? key : `${path}.${key}`;
    const child = own(schema.properties, key) ?? additionalOf(schema);
    if (child) pruneValue(object[key], child, childPath, dropped);
    else if (!keepsUnknown && schema.additionalProperties !== true) {
      delete object[key];
      dropped.push(childPath);
    }
  }
}

function pruneValue(value: unknown, schema: JsonSchema, path: string, dropped: string[]): void {
  const { items } = schema;
  if (Array.isArray(value) && items) {
    value.forEach((item, index) => {
      pruneValue(item, items, `${path}[${index}]`, dropped);
    });
  } else if (isJsonObject(value)) {
    pruneStruct(value, schema, path, dropped, false);
  }
}

export function additionalOf(schema: JsonSchema): JsonSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
