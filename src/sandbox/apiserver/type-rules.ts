import type { JsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/resources.ts';
import { badRequest, type StatusCause } from '../../kube/status.ts';
import { defaultBySchema } from './custom/schema-defaults.ts';
import { pruneBySchema } from './custom/schema-prune.ts';
import { validateBySchema } from './custom/schema-validate.ts';
import { checkType, missingFields } from './decoding/type-check.ts';
import { required } from './field-errors.ts';
import { builtInTypes } from './schema/built-in-types.ts';
import type { ServedResource } from './served-resource.ts';
import type { WriteContext } from './write-context.ts';

/** What a body is said to be: a resource, or what a subresource takes. */
export type TypedBody = Pick<ServedResource, 'kind' | 'version' | 'type' | 'custom'>;

/** The rules of a kind's type, be it in the table of built-in types or in a custom resource's schema. */
export function fillDefaults(draft: KubeObject, resource: ServedResource): void {
  if (resource.custom) {
    pruneBySchema(draft, resource.custom.schemaRoot);
    defaultBySchema(draft, resource.custom.schemaRoot);
  } else {
    // Go's spec is a struct and no pointer: where nobody gave one, an empty one is there.
    const spec = builtInTypes[resource.type ?? '']?.['spec'];
    if (spec !== undefined && spec !== 'any') draft['spec'] ??= {};
    resource.strategy.defaults?.(draft);
  }
}

export function schemaErrors(object: KubeObject, resource: ServedResource): StatusCause[] {
  if (resource.custom) return validateBySchema(object, resource.custom.schemaRoot);
  const { status: _status, metadata: _metadata, ...rest } = object;
  return missingFields(rest, resource.type ?? '')
    .filter((field) => field !== 'metadata')
    .map((field) => required(field));
}

/** The same of the kind that it must be; where it says none (a patch may take it away), that one is meant. */
export function ofKind<T extends JsonObject>(
  value: T,
  resource: ServedResource,
): T & { apiVersion: string; kind: string } {
  const expected = apiVersionOf(resource);
  const apiVersion = value['apiVersion'] ?? expected;
  const kind = value['kind'] ?? resource.kind;
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${shown(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== resource.kind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): ${shown(kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}`,
    );
  }
  return { ...value, apiVersion: expected, kind: resource.kind };
}

// A patch may have put anything there.
const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Takes unknown fields out; answers them, and what of the rest has a wrong type. */
export function findTypeProblems(
  object: Record<string, unknown>,
  resource: TypedBody,
): { unknown: string[]; mismatch: string | undefined } {
  if (!resource.custom) return checkType(object, resource.type ?? '');
  const metadata = checkType({ metadata: object['metadata'] }, 'V1Pod');
  return {
    unknown: [...pruneBySchema(object, resource.custom.schemaRoot), ...metadata.unknown],
    mismatch: metadata.mismatch,
  };
}

/** Refuses, warns of or silently drops unknown and duplicate fields, as fieldValidation asks. */
export function checkFields(
  object: Record<string, unknown>,
  duplicates: readonly string[],
  resource: TypedBody,
  context: WriteContext,
): void {
  const { unknown, mismatch } = findTypeProblems(object, resource);
  const prefix = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
  if (mismatch) throw badRequest(`${prefix}: ${mismatch}`);
  const problems = fieldProblems(unknown, duplicates);
  if (problems.length === 0 || context.fieldValidation === 'Ignore') return;
  if (context.fieldValidation === 'Warn') context.warnings.push(...problems);
  else throw badRequest(`${prefix}: strict decoding error: ${problems.join(', ')}`);
}

export function fieldProblems(unknown: readonly string[], duplicates: readonly string[]): string[] {
  return [
    ...duplicates.map((path) => `duplicate field "${path}"`),
    ...unknown.map((path) => `unknown field "${path}"`),
  ];
}
