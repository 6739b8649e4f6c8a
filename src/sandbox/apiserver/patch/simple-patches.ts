import { applyPatch, type Operation } from 'rfc6902';
import { isJsonObject, type JsonObject, own, setOwn } from '../../../kube/json-value.ts';
import { badRequest, StatusError } from '../../../kube/status.ts';

/** RFC 7386: maps merge, null removes, everything else replaces. */
export function mergePatch(current: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(current) ? { ...current } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else setOwn(merged, key, mergePatch(own(merged, key), value));
  }
  return merged;
}

/** RFC 6902. An operation that can't be done refuses the whole patch with 422, as a real server does. */
export function jsonPatch(current: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  const draft = structuredClone(current);
  const operations = patch.map(asOperation);
  const failed = operations.find((operation) => !applies(draft, operation));
  if (!failed) return draft;
  throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'UnexpectedServerResponse', message: failureText(failed) }],
  });
}

function asOperation(candidate: unknown): Operation {
  const isOperation =
    isJsonObject(candidate) && typeof candidate['op'] === 'string' && typeof candidate['path'] === 'string';
  if (!isOperation) throw badRequest('error decoding patch: an operation needs "op" and "path"');
  return candidate as unknown as Operation;
}

function applies(draft: JsonObject, operation: Operation): boolean {
  if (!hasPointers(operation)) return false;
  try {
    return applyPatch(draft, [operation])[0] === null;
  } catch (error) {
    // A failed test puts its values into a text, which objects with a `toString` of their own do not survive.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** RFC 6901: a pointer is empty or begins with a slash. */
function hasPointers(operation: Operation): boolean {
  const isPointer = (text: unknown) => typeof text === 'string' && (text === '' || text.startsWith('/'));
  const needsFrom = operation.op === 'move' || operation.op === 'copy';
  return isPointer(operation.path) && (!needsFrom || isPointer(operation.from));
}

function failureText(operation: Operation | undefined): string {
  if (operation?.op === 'test') return `testing path ${operation.path} failed`;
  return `${operation?.op} operation does not apply: doc is missing path: ${operation?.path}: missing value`;
}
