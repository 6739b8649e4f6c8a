import { deflateRawSync } from 'node:zlib';
import { stringify } from 'yaml';
import { isJsonObject } from '../../../src/kube/json-value.ts';
import { apiVersionOf } from '../../../src/kube/resources.ts';
import { integerBetween, type Random } from '../../../src/platform/random.ts';
import type { ServedResource } from '../../../src/sandbox/apiserver/served-resource.ts';
import { message } from '../../../src/sandbox/protobuf/wire.ts';
import { soundObjects } from './sound-objects.ts';
import { chance, hostileKeys, hostileValue, objectOfType, oneOf, ownObject } from './values.ts';

/** Random requests to an API server: from nearly right to nonsense, drawn from what the server says it serves. */
export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

const methods = ['GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE'];
const strangeMethods = ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'];
const names = ['a', 'b', 'web'];
const strangeSegments = ['', '%', '%zz', '%00', '%2e%2e', '..', '日本', 'a%2Fb', 'x'.repeat(300), ...hostileKeys];
const namespacesUsed = [...Array<string>(20).fill('fuzz'), ...Array<string>(8).fill('default'), 'nosuch'];

/** Somebody who may do much and yet is no superuser: their roles, bindings and approvals are looked into. */
export const clerk = 'clerk';

/** Pods and namespaces that other tests of the file rely on stay out of reach: each case may delete what it names. */
export function requestGenerator(random: Random, resources: () => readonly ServedResource[]): () => FuzzRequest {
  return () => {
    const resource = oneOf(random, resources());
    const method = chance(random, 0.02) ? oneOf(random, strangeMethods) : methodFor(random, resource);
    const target = pathOf(random, resource, method);
    const { type, body } = bodyOf(random, resource, method, target.name);
    return {
      method,
      path: target.path + queryOf(random),
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headersOf(random, resource) },
      body,
    };
  };
}

function methodFor(random: Random, { verbs }: ServedResource): string {
  // Reviews can only be created; a refusal by method is soon tested.
  return verbs.length > 1 || chance(random, 0.1) ? oneOf(random, methods) : 'POST';
}

function pathOf(random: Random, resource: ServedResource, method: string): { path: string; name: string } {
  const strange = <T extends string>(usual: T) => (chance(random, 0.02) ? oneOf(random, strangeSegments) : usual);
  const name = strange(oneOf(random, names));
  if (chance(random, 0.03)) return { path: oneOf(random, otherPaths), name };
  const root = resource.group === '' ? 'api' : `apis/${strange(resource.group)}`;
  const namespace = resource.namespaced !== chance(random, 0.03) ? ['namespaces', oneOf(random, namespacesUsed)] : [];
  const isCollection = chance(random, method === 'POST' ? 0.9 : 0.2);
  const subresources = [...resource.subresources.map((one) => one.name), 'status', 'log', 'proxy', 'nosuch'];
  const below = isCollection ? [] : [name, ...(chance(random, 0.15) ? [strange(oneOf(random, subresources))] : [])];
  const rest = chance(random, 0.02) ? [oneOf(random, strangeSegments)] : [];
  const segments = [root, strange(resource.version), ...namespace, strange(resource.resource), ...below, ...rest];
  return { path: encodeURI(`/${segments.join('/')}`).replaceAll('%25', '%'), name };
}

const otherPaths = [
  '/',
  '/api',
  '/apis',
  '/apis/apps',
  '/apis/__proto__/v1',
  '/apis/apps/constructor',
  '/version',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/apis/apps/v1',
  '/openapi/v3/__proto__',
  '/openapi/v3/constructor?hash=1',
  '//api/v1/pods',
  '/api/v1/watch/pods',
  '/metrics',
  '/api/v1/namespaces/default/pods/a/proxy/%zz',
  '/api/v1/namespaces/default/services/https:a:1/proxy/x',
  '/%E0%A4%A',
];

const revisions = ['0', '1', '5', '99999999', '-1', 'x', '1e3', '18446744073709551616', ''];
const selectors = [
  'a=b',
  'a in (b,c)',
  'a notin (',
  '!a',
  'a==',
  '=b',
  'a=b,,',
  ',',
  'a>1',
  '(((',
  '!'.repeat(50),
  '"',
];
const fields = ['metadata.name=a', 'spec.nodeName=x', 'status.phase!=Running', 'nope=1', '=', ',', '__proto__=1', 'a'];
const tokens = ['', 'x', 'bnVsbA', 'e30', Buffer.from('{"rv":-5,"start":"a"}').toString('base64url'), 'W10'];

const queryParts: readonly ((random: Random) => [string, string])[] = [
  (random) => ['limit', oneOf(random, ['0', '1', '2', '-1', 'x', '1e2', '99999999999999999999'])],
  (random) => ['continue', oneOf(random, tokens)],
  (random) => ['resourceVersion', oneOf(random, revisions)],
  (random) => ['resourceVersionMatch', oneOf(random, ['Exact', 'NotOlderThan', 'nope', ''])],
  (random) => ['labelSelector', oneOf(random, selectors)],
  (random) => ['fieldSelector', oneOf(random, fields)],
  (random) => ['watch', oneOf(random, ['true', '1', '0', 'false', 'x'])],
  (random) => ['timeoutSeconds', oneOf(random, ['0', '1', '-1', 'x', '1e9', '999999999999'])],
  () => ['sendInitialEvents', 'true'],
  () => ['allowWatchBookmarks', 'true'],
  (random) => ['dryRun', oneOf(random, ['All', 'None', ''])],
  (random) => ['fieldManager', oneOf(random, ['m', '\u0000', 'x'.repeat(200), 'kubectl'])],
  (random) => ['fieldValidation', oneOf(random, ['Strict', 'Warn', 'Ignore', 'nope'])],
  (random) => ['force', oneOf(random, ['true', 'x'])],
  (random) => ['gracePeriodSeconds', oneOf(random, ['0', '-5', 'x', '1', '9999999999'])],
  (random) => ['propagationPolicy', oneOf(random, ['Orphan', 'Foreground', 'Background', 'nope'])],
  (random) => ['includeObject', oneOf(random, ['Object', 'None', 'nope'])],
  () => ['pretty', 'true'],
  (random) => ['tailLines', oneOf(random, ['-1', '0', '1e9', 'x'])],
  (random) => ['sinceTime', oneOf(random, ['2024-01-01T00:00:00Z', 'x'])],
  (random) => [oneOf(random, hostileKeys), 'x'],
];

function queryOf(random: Random): string {
  const count = oneOf(random, [0, 0, 1, 1, 2, 3]);
  const params = new URLSearchParams();
  for (let index = 0; index < count; index += 1) params.append(...oneOf(random, queryParts)(random));
  const text = params.toString();
  if (chance(random, 0.01)) return `?${text}&%zz=%`;
  return text === '' ? '' : `?${text}`;
}

const accepts = [
  'application/json',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/yaml',
  'application/vnd.kubernetes.protobuf,application/json',
];
const strangeAccepts = ['text/csv', ';;;q=,', '*/*;q=x', 'application/json;as=__proto__;g=meta.k8s.io'];

function headersOf(random: Random, { group }: ServedResource): Record<string, string> {
  return {
    ...(chance(random, 0.5) ? { accept: oneOf(random, chance(random, 0.1) ? strangeAccepts : accepts) } : {}),
    ...(chance(random, 0.02) ? { 'x-strange': 'x'.repeat(integerBetween(random, 1, 20_000)) } : {}),
    ...(chance(random, 0.02) ? { 'if-none-match': '"x", *' } : {}),
    ...(chance(random, 0.01) ? { expect: '100-continue' } : {}),
    ...(chance(random, guarded.has(group) ? 0.5 : 0.1) ? asClerk(random) : {}),
    ...(chance(random, 0.02) ? { 'impersonate-user': oneOf(random, ['jane', '\u00ff', '']) } : {}),
    ...(chance(random, 0.01) ? { 'impersonate-group': 'system:masters' } : {}),
  };
}

/** Where more is asked of a caller than the right to the request. */
const guarded = new Set(['rbac.authorization.k8s.io', 'certificates.k8s.io']);

function asClerk(random: Random): Record<string, string> {
  const extra = oneOf(random, ['a%2Fb', '50%', '%ff', '__proto__']);
  return { 'impersonate-user': clerk, ...(chance(random, 0.1) ? { [`impersonate-extra-${extra}`]: 'x' } : {}) };
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

function bodyOf(
  random: Random,
  resource: ServedResource,
  method: string,
  name: string,
): { type?: string; body: Buffer | undefined } {
  if (method === 'GET' || method === 'HEAD') return { body: undefined };
  if (method === 'DELETE' && chance(random, 0.5)) return { body: undefined };
  const object = method === 'DELETE' ? deleteOptions(random) : objectFor(random, resource, name);
  if (method === 'PATCH') {
    const type = oneOf(random, chance(random, 0.02) ? ['text/plain', ''] : patchTypes);
    if (type.includes('json-patch')) return { type, body: damaged(random, json(operations(random))) };
    return {
      type,
      body: damaged(
        random,
        type.includes('yaml') ? yaml(random, object) : json(patchOf(random, isJsonObject(object) ? object : {})),
      ),
    };
  }
  switch (integerBetween(random, 0, 8)) {
    case 0:
      return { type: 'application/yaml', body: damaged(random, yaml(random, object)) };
    case 1:
      return { type: 'application/vnd.kubernetes.protobuf', body: damaged(random, protobuf(random, resource)) };
    case 2:
      return chance(random, 0.2) ? { type: 'text/csv', body: Buffer.from('a,b') } : { body: json(object) };
    default:
      return { type: 'application/json', body: damaged(random, json(object)) };
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? 'null');

function objectFor(random: Random, resource: ServedResource, name: string): Record<string, unknown> {
  if (chance(random, 0.03)) return ownObject([['spec', hostileValue(random)]]);
  const sound = soundObjects[resource.kind];
  if (sound !== undefined && chance(random, 0.6)) return nearlySound(random, resource, sound, name);
  // Half of the objects hold nothing but values of the right types, so that they come far.
  const wild = chance(random, 0.5) ? 0 : 0.05;
  const drawn =
    resource.type === undefined ? { spec: hostileValue(random) } : objectOfType(random, resource.type, wild);
  const metadata = chance(random, 0.05) ? drawn['metadata'] : metadataOf(random, name, wild);
  return ownObject([
    ...Object.entries(drawn).filter(([key]) => key !== 'metadata'),
    ['apiVersion', chance(random, 0.97) ? apiVersionOf(resource) : hostileValue(random)],
    ['kind', chance(random, 0.97) ? resource.kind : hostileValue(random)],
    ['metadata', metadata],
  ]);
}

/** A sound object with up to three values exchanged, taken out or added anywhere. */
function nearlySound(
  random: Random,
  resource: ServedResource,
  sound: Record<string, unknown>,
  name: string,
): Record<string, unknown> {
  const metadata = { ...(sound['metadata'] as object | undefined), name };
  const whole = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...structuredClone(sound), metadata };
  const blows = oneOf(random, [0, 0, 1, 1, 2, 3]);
  for (let blow = 0; blow < blows; blow += 1) hurt(random, whole);
  return whole;
}

function hurt(random: Random, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const keys = Object.keys(value);
  const container = value as Record<string, unknown>;
  const key = keys.length === 0 || chance(random, 0.1) ? oneOf(random, hostileKeys) : oneOf(random, keys);
  const inside = Object.hasOwn(container, key) ? container[key] : undefined;
  if (typeof inside === 'object' && inside !== null && chance(random, 0.75)) hurt(random, inside);
  else if (chance(random, 0.3) && !Array.isArray(value)) delete container[key];
  else {
    const replacement = hostileValue(random);
    Object.defineProperty(value, key === '' && Array.isArray(value) ? '0' : key, {
      value: replacement,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

function metadataOf(random: Random, name: string, wild: number): unknown {
  const metadata = objectOfType(random, 'V1ObjectMeta', wild);
  for (const field of ['namespace', 'resourceVersion', 'uid', 'generateName', 'managedFields', 'selfLink'])
    if (chance(random, 0.9)) delete metadata[field];
  for (const field of ['finalizers', 'ownerReferences', 'deletionTimestamp', 'deletionGracePeriodSeconds'])
    if (chance(random, 0.7)) delete metadata[field];
  return ownObject([...Object.entries(metadata).filter(([key]) => key !== 'name'), ['name', name]]);
}

function deleteOptions(random: Random): unknown {
  return chance(random, 0.2) ? hostileValue(random) : objectOfType(random, 'V1DeleteOptions', 0.1);
}

/** Strategic and merge patches: parts of an object, now and then with directives or nulls in them. */
function patchOf(random: Random, object: Record<string, unknown>): unknown {
  if (chance(random, 0.05)) return hostileValue(random);
  const kept = Object.entries(object).filter(() => chance(random, 0.6));
  const directives: readonly (readonly [string, unknown])[] = [
    ['$patch', oneOf(random, ['delete', 'replace', 'merge', 'nope'])],
    ['$setElementOrder/containers', hostileValue(random)],
    ['$deleteFromPrimitiveList/finalizers', hostileValue(random)],
    ['$retainKeys', hostileValue(random)],
    ['spec', null],
    ['metadata', hostileValue(random)],
  ];
  return ownObject([...kept, ...(chance(random, 0.4) ? [oneOf(random, directives)] : [])]);
}

const pointers = [
  '',
  '/',
  '/metadata/labels/a',
  '/metadata',
  '/metadata/name',
  '/spec/containers/0',
  '/spec/containers/-',
  '/spec/ports/99999999999',
  '/__proto__/polluted',
  '/constructor/prototype/polluted',
  '/metadata/annotations/a~1b~0c~2',
  'no-slash',
];

function operations(random: Random): unknown {
  if (chance(random, 0.05)) return hostileValue(random);
  const ops = ['add', 'remove', 'replace', 'move', 'copy', 'test', 'nope'];
  return Array.from({ length: integerBetween(random, 0, 4) }, () =>
    ownObject([
      ['op', chance(random, 0.05) ? hostileValue(random) : oneOf(random, ops)],
      ['path', chance(random, 0.05) ? hostileValue(random) : oneOf(random, pointers)],
      ...(chance(random, 0.8) ? [['value', hostileValue(random)] as const] : []),
      ...(chance(random, 0.4) ? [['from', oneOf(random, pointers)] as const] : []),
    ]),
  );
}

const strangeYaml = [
  'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
  'a: &a\n  b: *a\n',
  '---\na: 1\n---\nb: 2\n',
  '!!js/function "return 1"',
  '? [a, b]\n: c\n',
  '<<: {a: 1}\n',
  'a: .nan\nb: .inf\n',
  'metadata: {name: a, labels: {on: yes}}\n',
  '%YAML 1.3\n',
  '\t- x',
  '[',
];

function yaml(random: Random, object: unknown): Buffer {
  if (chance(random, 0.2)) return Buffer.from(oneOf(random, strangeYaml));
  return chance(random, 0.3) ? json(object) : Buffer.from(stringify(object));
}

/** The envelope is right; what is in it is a tree of fields that may or may not exist. */
function protobuf(random: Random, resource: ServedResource): Buffer {
  const typeMeta = message([1, apiVersionOf(resource)], [2, chance(random, 0.95) ? resource.kind : 'Nope']);
  return Buffer.concat([Buffer.from('k8s\0'), message([1, typeMeta], [2, wireTree(random, 0)])]);
}

function wireTree(random: Random, depth: number): Buffer {
  const parts = Array.from({ length: integerBetween(random, 0, 6) }, () => {
    const number = integerBetween(random, 1, 20);
    switch (integerBetween(random, 0, depth > 4 ? 3 : 6)) {
      case 0:
        return message([number, integerBetween(random, 1, 2 ** 40)]);
      case 1:
        return message([number, oneOf(random, ['a', 'TCP', '__proto__', '\u0000', 'x'.repeat(400)])]);
      case 2:
        return Buffer.from(
          [(number << 3) | oneOf(random, [1, 5]), ...Array.from({ length: 8 }, () => 255)].slice(0, 9),
        );
      default:
        return message([number, wireTree(random, depth + 1)]);
    }
  });
  return Buffer.concat(parts);
}

function damaged(random: Random, body: Buffer): Buffer {
  if (chance(random, 0.9)) return body;
  switch (integerBetween(random, 0, 6)) {
    case 0:
      return body.subarray(0, integerBetween(random, 0, body.length + 1));
    case 1: {
      const copy = Buffer.from(body);
      for (let count = 0; count < 3 && copy.length > 0; count += 1)
        copy[integerBetween(random, 0, copy.length)] = integerBetween(random, 0, 256);
      return copy;
    }
    case 2:
      return Buffer.concat([body, body]);
    case 3:
      return deflateRawSync(body);
    case 4:
      return Buffer.from(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    default:
      return Buffer.from([0xff, 0xfe, ...body.subarray(0, 100)]);
  }
}
