import { applyPatch, type Operation } from 'rfc6902';
import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import { badRequest, StatusError } from '../../../kube/status.ts';

/** RFC 7386: maps merge, null removes, everything else replaces. */
export function mergePatch(current: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(current) ? { ...current } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** RFC 6902. An operation that can't be done refuses the whole patch with 422, as a real server does. */
export function jsonPatch(current: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  const draft = structuredClone(current);
  const operations = patch.map(asOperation);
  const failure = applyPatch(draft, operations).findIndex((error) => error !== null);
  if (failure < 0) return draft;
  throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'UnexpectedServerResponse', message: failureText(operations[failure]) }],
  });
}

function asOperation(candidate: unknown): Operation {
  const isOperation =
    isJsonObject(candidate) && typeof candidate['op'] === 'string' && typeof candidate['path'] === 'string';
  if (!isOperation) throw badRequest('error decoding patch: an operation needs "op" and "path"');
  return candidate as unknown as Operation;
}

function failureText(operation: Operation | undefined): string {
  if (operation?.op === 'test') return `testing path ${operation.path} failed`;
  return `${operation?.op} operation does not apply: doc is missing path: ${operation?.path}: missing value`;
}
