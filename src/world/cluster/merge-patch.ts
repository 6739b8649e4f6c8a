import { isDeepStrictEqual } from 'node:util';

/** JSON merge patches (RFC 7386) between two versions of an object. */

/** What turns `from` into `to`; undefined where both are equal. Lists are replaced whole. */
export function mergePatch(from: unknown, to: unknown): unknown {
  if (isDeepStrictEqual(from, to)) return undefined;
  if (!isObject(from) || !isObject(to)) return to;
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const change = key in to ? mergePatch(from[key], to[key]) : null;
    if (change !== undefined) patch[key] = change;
  }
  return patch;
}

/** The fields that a patch sets: `traffic.enableEgress`. */
export function patchedPaths(patch: unknown, prefix = ''): string[] {
  if (!isObject(patch)) return prefix === '' ? [] : [prefix];
  return Object.entries(patch).flatMap(([key, value]) => patchedPaths(value, prefix === '' ? key : `${prefix}.${key}`));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
