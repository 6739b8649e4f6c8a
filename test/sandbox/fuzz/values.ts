import { integerBetween, pick, type Random } from '../../../src/platform/random.ts';
import { builtInTypes } from '../../../src/sandbox/apiserver/schema/built-in-types.ts';

/** Random JSON for the fuzz: mostly of the type that a field wants, now and then of one that nobody expects there. */

const hostileTexts = [
  '',
  ' ',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  '\u202e',
  '../../etc/passwd',
  '%00',
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(300),
  'kubernetes.io/',
  'a/b/c',
  '-',
  '.',
  '..',
  '日本',
  '1e999',
  '0x10',
  '9'.repeat(30),
  '-1',
  'null',
  '10Mi',
  '{{',
  "'; drop",
];

const hostileNumbers = [-1, 0, 1.5, 65536, 2 ** 31, 2 ** 53, -(2 ** 63), 1e300, -0];

/** Keys that mean something to JavaScript and nothing to Kubernetes. */
export const hostileKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', ''];

export const chance = (random: Random, share: number): boolean => random.next() < share;

export function oneOf<T>(random: Random, from: readonly T[]): T {
  const chosen = pick(random, from);
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

/** A JSON object whose keys are all its own, `__proto__` included. */
export function ownObject(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, value] of entries)
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

export function hostileValue(random: Random, depth = 0): unknown {
  const kind = integerBetween(random, 0, depth > 3 ? 4 : 7);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return chance(random, 0.5);
    case 2:
      return oneOf(random, hostileNumbers);
    case 3:
      return oneOf(random, hostileTexts);
    case 4:
      return Array.from({ length: integerBetween(random, 0, 4) }, () => hostileValue(random, depth + 1));
    case 5:
      return ownObject([[oneOf(random, hostileKeys), hostileValue(random, depth + 1)]]);
    default:
      return nested(integerBetween(random, 1, 200));
  }
}

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

const plainTexts = ['a', 'app', 'web', 'http', 'TCP', 'default', 'v1', 'True', 'Always', 'Never', 'nginx', '1', '50%'];

/** A value for a field, by the server's own table of types. `wild` is the share of values that fit nowhere. */
export function valueOfType(random: Random, type: string, wild: number, depth = 0): unknown {
  if (chance(random, wild)) return hostileValue(random, depth);
  const bare = type.replace('!', '');
  const several = () => integerBetween(random, 0, depth > 6 ? 1 : 3);
  if (bare.startsWith('[]'))
    return Array.from({ length: several() }, () => valueOfType(random, bare.slice(2), wild, depth + 1));
  if (bare.startsWith('map:')) {
    const keys = Array.from({ length: several() }, () =>
      chance(random, 0.1) ? oneOf(random, hostileKeys) : oneOf(random, plainTexts),
    );
    return ownObject(keys.map((key) => [key, valueOfType(random, bare.slice(4), wild, depth + 1)]));
  }
  if (builtInTypes[bare]) return objectOfType(random, bare, wild, depth + 1);
  return plainValue(random, bare);
}

function plainValue(random: Random, type: string): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return integerBetween(random, 0, 40_000);
    case 'boolean':
      return chance(random, 0.5);
    case 'int-or-string':
      return chance(random, 0.5) ? integerBetween(random, 0, 70_000) : oneOf(random, plainTexts);
    case 'time':
      return '2024-01-02T03:04:05Z';
    case 'microtime':
      return '2024-01-02T03:04:05.678901Z';
    case 'bytes':
      return Buffer.from(oneOf(random, plainTexts)).toString('base64');
    default:
      return chance(random, 0.1) ? oneOf(random, hostileTexts) : oneOf(random, plainTexts);
  }
}

export function objectOfType(random: Random, type: string, wild: number, depth = 0): Record<string, unknown> {
  const fields = Object.entries(builtInTypes[type] ?? {});
  const share = depth > 4 ? 0.1 : 0.3;
  const chosen = fields.filter(([, fieldType]) => chance(random, fieldType.endsWith('!') ? 0.9 : share));
  const entries = chosen.map(([name, fieldType]) => [name, valueOfType(random, fieldType, wild, depth)] as const);
  const strange = chance(random, wild) ? [[oneOf(random, hostileKeys), hostileValue(random, depth)] as const] : [];
  return ownObject([...entries, ...strange]);
}
