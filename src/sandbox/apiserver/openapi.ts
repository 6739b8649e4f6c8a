import { createHash } from 'node:crypto';
import type { JsonSchema } from '../../kube/api-extensions.ts';
import { apiVersionOf } from '../../kube/resources.ts';
import { listKeys } from './patch/list-keys.ts';
import type { RequestApi } from './request-api.ts';
import { builtInTypes } from './schema/built-in-types.ts';
import { descriptions } from './schema/descriptions.ts';
import type { ServedResource } from './served-resource.ts';

/**
 * OpenAPI v3 documents, one per group and version, made from the table of built-in types and from custom resource
 * definitions. kubectl reads two things from them: that PATCH takes fieldValidation and dryRun (so it leaves validation to
 * the server), and, for `explain`, the schemas.
 */
export interface OpenApi {
  /** `/openapi/v3` */
  index(): { body: Buffer; etag: string };
  /** `/openapi/v3/apis/apps/v1`; undefined when there is no such document. */
  document(groupVersion: string): { body: Buffer; etag: string; hash: string } | undefined;
}

type Json = Record<string, unknown>;

interface Document {
  body: Buffer;
  etag: string;
  hash: string;
}

export function createOpenApi(api: RequestApi): OpenApi {
  const documents = new Map<string, Document>();
  api.onResourcesChanged(() => documents.clear());
  const document = (groupVersion: string): Document | undefined => {
    const known = documents.get(groupVersion);
    if (known) return known;
    const served = api.resources().filter((resource) => pathOf(resource) === groupVersion);
    if (served.length === 0) return undefined;
    const body = Buffer.from(JSON.stringify(documentOf(served)));
    const hash = createHash('sha512').update(body).digest('hex').toUpperCase();
    const made = { body, hash, etag: `"${hash}"` };
    documents.set(groupVersion, made);
    return made;
  };
  return {
    document,
    index() {
      const names = [...new Set(api.resources().map(pathOf))].sort();
      const paths = Object.fromEntries(
        names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${document(name)?.hash}` }]),
      );
      const body = Buffer.from(JSON.stringify({ paths }));
      return { body, etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"` };
    },
  };
}

const pathOf = (resource: { group: string; version: string }) =>
  resource.group === '' ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`;

function documentOf(served: readonly ServedResource[]): Json {
  const schemas: Record<string, Json> = {};
  const paths: Json = {};
  for (const resource of served) {
    addPaths(paths, resource);
    if (resource.type) addBuiltIn(schemas, resource.type);
    const name = schemaName(resource);
    const own = resource.custom ? customSchema(resource) : (schemas[name] ?? {});
    schemas[name] = { ...own, 'x-kubernetes-group-version-kind': [gvkOf(resource)] };
    if (resource.custom) addBuiltIn(schemas, 'V1ObjectMeta');
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: { schemas },
  };
}

const gvkOf = ({ group, version, kind }: ServedResource) => ({ group, version, kind });

function addPaths(paths: Json, resource: ServedResource): void {
  const gvk = gvkOf(resource);
  const collection = `/${pathOf(resource)}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.resource}`;
  const schema = { $ref: `#/components/schemas/${schemaName(resource)}` };
  const content = { 'application/json': { schema } };
  const query = (...names: string[]) =>
    names.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } }));
  const operation = (action: string, parameters: Json[]): Json => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters,
    responses: { '200': { description: 'OK', content } },
  });
  const write = query('dryRun', 'fieldManager', 'fieldValidation');
  paths[collection] = {
    get: operation('list', query('labelSelector', 'fieldSelector', 'limit', 'continue', 'watch')),
    ...(resource.verbs.includes('create') ? { post: operation('post', write) } : {}),
  };
  paths[`${collection}/{name}`] = {
    ...(resource.verbs.includes('get') ? { get: operation('get', []) } : {}),
    ...(resource.verbs.includes('update') ? { put: operation('put', write) } : {}),
    ...(resource.verbs.includes('patch') ? { patch: operation('patch', [...write, ...query('force')]) } : {}),
    ...(resource.verbs.includes('delete') ? { delete: operation('delete', query('dryRun')) } : {}),
  };
}

/** Reversed group, version and kind, as CRD schemas are named: `io.smi-spec.split.v1alpha2.TrafficSplit`. */
function schemaName(resource: ServedResource): string {
  return resource.type
    ? typeName(resource.type)
    : [...resource.group.split('.').reverse(), resource.version, resource.kind].join('.');
}

/** `V1PodSpec` → `io.k8s.v1.PodSpec`. `explain` prints the last part as the type of a field. */
function typeName(type: string): string {
  const [, owner = '', version = '', name = type] =
    /^([A-Z][a-z]+?)??(V\d+(?:(?:alpha|beta)\d+)?)(.+)$/.exec(type) ?? [];
  return ['io.k8s', owner.toLowerCase(), version.toLowerCase(), name].filter(Boolean).join('.');
}

function addBuiltIn(schemas: Record<string, Json>, schemaType: string): void {
  const name = typeName(schemaType);
  const fields = builtInTypes[schemaType];
  if (schemas[name] || !fields) return;
  const texts = descriptions[schemaType] ?? {};
  const properties: Json = {};
  const schema: Json = { type: 'object', ...(texts[''] ? { description: texts[''] } : {}), properties };
  schemas[name] = schema;
  const required = Object.keys(fields).filter((field) => fields[field]?.endsWith('!'));
  if (required.length > 0) schema['required'] = required;
  for (const [field, written] of Object.entries(fields)) {
    const value = fieldSchema(schemas, written.replace(/!$/, ''));
    const type = written.replaceAll(/^\[\]|^map:|!$/g, '');
    // Upstream leaves some references without words; what their type is for is the next best answer.
    const text = texts[field] ?? descriptions[type]?.[''];
    const description = text ? { description: text } : {};
    // OpenAPI 3.0 ignores what stands beside a $ref, so a described reference goes into allOf, as upstream writes it.
    const beside = { ...description, ...mergeRule(`${schemaType}.${field}`, written.startsWith('[]')) };
    properties[field] = '$ref' in value ? { allOf: [value], ...beside } : { ...value, ...beside };
  }
}

/** How a client merges the field by itself, by the same table as the server does. */
function mergeRule(owner: string, isList: boolean): Json {
  const rule = listKeys[owner];
  switch (rule?.type) {
    case 'keyed':
      return {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': rule.keys,
        'x-kubernetes-patch-merge-key': rule.keys[0],
        'x-kubernetes-patch-strategy': rule.retainKeys ? 'merge,retainKeys' : 'merge',
      };
    case 'set':
      return { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
    case 'retain-keys':
      return { 'x-kubernetes-patch-strategy': 'retainKeys' };
    case undefined:
      return isList ? { 'x-kubernetes-list-type': 'atomic' } : {};
  }
}

function fieldSchema(schemas: Record<string, Json>, written: string): Json {
  if (written.startsWith('[]')) return { type: 'array', items: itemSchema(schemas, written.slice(2)) };
  if (written.startsWith('map:')) {
    return { type: 'object', additionalProperties: itemSchema(schemas, written.slice(4)) };
  }
  switch (written) {
    case 'string':
    case 'boolean':
    case 'integer':
    case 'number':
      return { type: written };
    case 'bytes':
      return { type: 'string', format: 'byte' };
    case 'time':
    case 'microtime':
      return { type: 'string', format: 'date-time' };
    case 'int-or-string':
      return { 'x-kubernetes-int-or-string': true, oneOf: [{ type: 'integer' }, { type: 'string' }] };
    case 'any':
      return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    default:
      addBuiltIn(schemas, written);
      return { $ref: `#/components/schemas/${typeName(written)}` };
  }
}

function itemSchema(schemas: Record<string, Json>, written: string): Json {
  const value = fieldSchema(schemas, written);
  return '$ref' in value ? { allOf: [value] } : value;
}

function customSchema(resource: ServedResource): Json {
  const root: JsonSchema = resource.custom?.schemaRoot ?? { type: 'object' };
  const texts = descriptions['V1Pod'] ?? {};
  return {
    ...root,
    properties: {
      ...root.properties,
      apiVersion: { type: 'string', ...(texts['apiVersion'] ? { description: texts['apiVersion'] } : {}) },
      kind: { type: 'string', ...(texts['kind'] ? { description: texts['kind'] } : {}) },
      metadata: {
        allOf: [{ $ref: `#/components/schemas/${typeName('V1ObjectMeta')}` }],
        description: texts['metadata'] ?? 'Standard object metadata.',
      },
    },
  };
}
