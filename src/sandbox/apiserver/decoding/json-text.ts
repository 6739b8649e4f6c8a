import type { JsonObject } from '../../../kube/json-value.ts';

export interface DecodedJson {
  value: unknown;
  /** Paths of keys that came twice, as `spec.replicas`, `spec.ports[0].name`. */
  duplicates: string[];
}

/** Go's decoder stops at 10,000 levels; the walks over objects here are recursive and want to be safe well before. */
const deepest = 1000;

/** The text nests deeper than any object may. */
export class TooDeep extends Error {
  override readonly name = 'TooDeep';
}

function checkDepth(text: string): void {
  let depth = 0;
  let opened = 0;
  for (const _ of text.matchAll(/[[{]/g)) opened += 1;
  if (opened <= deepest) return;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth > deepest) throw new TooDeep('exceeded max depth');
  }
}

/** JSON.parse, plus which keys came twice (JSON.parse keeps the last and is silent). */
export function parseJson(text: string, wantsDuplicates: boolean): DecodedJson {
  const value: unknown = JSON.parse(text);
  checkDepth(text);
  return { value, duplicates: wantsDuplicates ? duplicatesIn(text) : [] };
}

/** Walks the tokens of a text that JSON.parse accepted; strings are the only tokens that can hide others. */
function duplicatesIn(text: string): string[] {
  const found: string[] = [];
  const stack: { path: string; keys: Set<string> | undefined; index: number; key: string }[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  let pending: string | undefined;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [part] = match;
    const top = stack.at(-1);
    switch (part) {
      case '{':
      case '[':
        stack.push({ path: top ? childPath(top) : '', keys: part === '{' ? new Set() : undefined, index: 0, key: '' });
        break;
      case '}':
      case ']':
        stack.pop();
        break;
      case ',':
        if (top) top.index += 1;
        break;
      case ':':
        if (top?.keys && pending !== undefined) {
          top.key = pending;
          if (top.keys.has(pending)) found.push(childPath(top));
          top.keys.add(pending);
        }
        break;
      default:
        pending = JSON.parse(part) as string;
    }
  }
  return found;
}

function childPath(parent: { path: string; keys: unknown; index: number; key: string }): string {
  if (!parent.keys) return `${parent.path}[${parent.index}]`;
  return parent.path === '' ? parent.key : `${parent.path}.${parent.key}`;
}

export const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};

export type { JsonObject };
