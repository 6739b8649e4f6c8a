import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { apiVersionOf } from '../../kube/resources.ts';
import type { Clock } from '../../platform/clock.ts';
import type { NodeApi } from '../node/node-api.ts';
import type { Discovery } from './discovery.ts';
import {
  methodNotAllowed,
  notFoundPath,
  resourceNotServed,
  sendBytes,
  sendObject,
  setWarnings,
} from './http/answer.ts';
import { readBody, readDeleteOptions, readPatch } from './http/body.ts';
import { answerDiscovery, answerOpenApi } from './http/documents.ts';
import { negotiate } from './http/negotiation.ts';
import { parseApiPath, type ResourcePath } from './http/path.ts';
import { deleteQuery, isWatch, listQuery, patchQuery, watchQuery, writeQuery } from './http/query.ts';
import { customWarning, endpointsWarning, objectRenderer, watchRenderer } from './http/rendering.ts';
import type { OpenApi } from './openapi.ts';
import type { ApiAnswer, Caller, ObjectList, RequestApi, ResourceTarget } from './request-api.ts';
import type { ServedResource } from './served-resource.ts';
import { isStreamed, serveStream, serveUpgrade } from './streaming/stream-routes.ts';
import { wantsUpgradeTo } from './streaming/upgrade.ts';
import { webSocketSink } from './streaming/watch-socket.ts';
import { bodySink, streamWatch, type WatchStreamOptions } from './watch-stream.ts';

/** Which request goes where: the REST shapes of Kubernetes on the request logic. Callers are known by now. */
export interface RouteParts {
  api: RequestApi;
  nodes: NodeApi;
  discovery: Discovery;
  openApi: OpenApi;
  clock: Clock;
  version: Readonly<Record<string, string>>;
}

export async function route(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  caller: Caller,
  parts: RouteParts,
): Promise<void> {
  const path = parseApiPath(url.pathname);
  switch (path.type) {
    case 'resource':
      return routeResource(request, response, url, path.path, caller, parts);
    case 'discovery':
      requireGet(request);
      return answerDiscovery(request, response, path, parts.discovery);
    case 'openapi-v2':
      requireGet(request);
      // An empty message is a valid document; clients old enough to ask for it then do without schemas.
      return sendBytes(response, 200, Buffer.alloc(0), 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    case 'openapi-v3':
      requireGet(request);
      return answerOpenApi(request, response, url, path.groupVersion, parts.openApi);
    case 'other':
      if (url.pathname === '/') return sendObject(response, 200, { paths: rootPaths(parts.api) });
      return notFoundPath(response);
  }
}

function requireGet(request: IncomingMessage): void {
  if (request.method !== 'GET') throw methodNotAllowed();
}

function rootPaths(api: RequestApi): string[] {
  const versions = api
    .resources()
    .filter(({ group }) => group !== '')
    .map((one) => `/apis/${apiVersionOf(one)}`);
  const groups = api
    .resources()
    .filter(({ group }) => group !== '')
    .map(({ group }) => `/apis/${group}`);
  const fixed = ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return [...new Set([...fixed, ...groups, ...versions])].sort();
}

async function routeResource(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  path: ResourcePath,
  caller: Caller,
  parts: RouteParts,
): Promise<void> {
  if (isStreamed(path)) return serveStream(request, response, path, url, parts);
  const resource = parts.api.find(path.group, path.version, path.resource);
  if (!resource) {
    const known = parts.api.resources().some((one) => one.group === path.group && one.version === path.version);
    if (known) throw resourceNotServed();
    return notFoundPath(response);
  }
  const target = targetOf(resource, path);
  if (request.method === 'GET' && path.subresource === undefined && isWatch(url.searchParams)) {
    return answerWatch(request, response, url, target, parts);
  }
  // Negotiated before the write, so that a client that can't be answered changes nothing.
  const render = objectRenderer(negotiate(request.headers.accept), target, url.searchParams, parts);
  const answer = await perform(request, url.searchParams, target, caller, parts.api);
  setWarnings(response, [...endpointsWarning(resource), ...answer.warnings]);
  const pretty =
    url.searchParams.get('pretty') === 'true' || /^(curl|Mozilla)\//.test(request.headers['user-agent'] ?? '');
  sendObject(response, answer.code, render.object(answer.object), { encoding: render.encoding, pretty });
}

function targetOf(resource: ServedResource, path: ResourcePath): ResourceTarget {
  const { namespace, name, subresource } = path;
  if (path.rest.length > 0 || namespace === '' || name === '') throw resourceNotServed();
  if (resource.namespaced ? name !== undefined && namespace === undefined : namespace !== undefined) {
    throw resourceNotServed();
  }
  if (subresource !== undefined && !resource.subresources.some((one) => one.name === subresource)) {
    throw resourceNotServed();
  }
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function answerWatch(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  target: ResourceTarget,
  parts: RouteParts,
): void {
  const options = watchOptions(request, url, target, parts);
  setWarnings(response, [...endpointsWarning(target.resource), ...customWarning(target.resource)]);
  streamWatch(bodySink(response), options);
}

function watchOptions(
  request: IncomingMessage,
  url: URL,
  target: ResourceTarget,
  parts: RouteParts,
): WatchStreamOptions {
  if (!target.resource.verbs.includes('watch')) throw methodNotAllowed();
  const query = watchQuery(url.searchParams);
  const { name, ...collection } = target;
  const fieldSelector = [query.fieldSelector, name && `metadata.name=${name}`].filter(Boolean).join(',');
  return {
    api: parts.api,
    target: collection,
    query: { ...query, ...(fieldSelector === '' ? {} : { fieldSelector }) },
    clock: parts.clock,
    render: watchRenderer(negotiate(request.headers.accept), target, url.searchParams, parts),
  };
}

/** A request with `Upgrade:`: one of the streams, or a watch whose events are the messages of a WebSocket. */
export async function routeUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  url: URL,
  parts: RouteParts,
): Promise<void> {
  const parsed = parseApiPath(url.pathname);
  if (parsed.type !== 'resource') throw resourceNotServed();
  const { path } = parsed;
  if (isStreamed(path)) return serveUpgrade(request, socket, head, path, url, parts);
  const resource = parts.api.find(path.group, path.version, path.resource);
  const isSocketWatch =
    request.method === 'GET' &&
    path.subresource === undefined &&
    isWatch(url.searchParams) &&
    wantsUpgradeTo(request, 'websocket');
  if (!resource || !isSocketWatch) throw resourceNotServed();
  const options = watchOptions(request, url, targetOf(resource, path), parts);
  streamWatch(webSocketSink(request, socket, head, parts.clock), options);
}

async function perform(
  request: IncomingMessage,
  params: URLSearchParams,
  target: ResourceTarget,
  caller: Caller,
  api: RequestApi,
): Promise<ApiAnswer<object>> {
  const { resource, name } = target;
  requireVerb(request.method ?? '', target);
  const program = request.headers['user-agent'];
  const expected = { apiVersion: apiVersionOf(resource), kind: resource.kind, custom: resource.custom !== undefined };
  switch (request.method) {
    case 'GET':
      if (name === undefined) return api.list(target, listQuery(params)) satisfies ApiAnswer<ObjectList>;
      return api.get(target, withRevision(params));
    case 'POST':
      return api.create(
        target,
        await readBody(request, expectedOf(target, expected)),
        writeQuery(params, program),
        caller,
      );
    case 'PUT':
      return api.update(
        target,
        await readBody(request, expectedOf(target, expected)),
        writeQuery(params, program),
        caller,
      );
    case 'PATCH': {
      const { type, body } = await readPatch(request, expected.custom);
      return api.patch(target, type, body, patchQuery(params, type === 'apply' ? undefined : program), caller);
    }
    default: {
      const query = deleteQuery(params, await readDeleteOptions(request));
      return name === undefined
        ? api.deleteCollection(target, listQuery(params), query, caller)
        : api.delete(target, query, caller);
    }
  }
}

function withRevision(params: URLSearchParams): { resourceVersion?: string } {
  const resourceVersion = params.get('resourceVersion');
  return resourceVersion ? { resourceVersion } : {};
}

/** The kind that a body without one stands for: a subresource may have its own. */
function expectedOf(
  target: ResourceTarget,
  main: { apiVersion: string; kind: string; custom: boolean },
): { apiVersion: string; kind: string; custom: boolean } {
  const sub = target.resource.subresources.find(({ name }) => name === target.subresource);
  return sub?.kind ? { ...main, apiVersion: apiVersionOf(sub.kind), kind: sub.kind.kind } : main;
}

function requireVerb(method: string, target: ResourceTarget): void {
  const { resource, name, namespace, subresource } = target;
  if (subresource !== undefined) {
    const verb = ({ GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch' } as const)[method];
    const served = resource.subresources.find((one) => one.name === subresource);
    if (verb === undefined || !served?.verbs.includes(verb)) throw methodNotAllowed();
    return;
  }
  const verbs =
    name === undefined
      ? ({ GET: 'list', POST: 'create', DELETE: 'deletecollection' } as const)
      : ({ GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const);
  const verb = (verbs as Record<string, ServedResource['verbs'][number]>)[method];
  if (verb === undefined || !resource.verbs.includes(verb)) throw methodNotAllowed();
  // Writing needs to know where: only reads go across all namespaces.
  if (resource.namespaced && namespace === undefined && verb !== 'list' && !isReview(resource))
    throw methodNotAllowed();
}

const isReview = (resource: ServedResource) => resource.verbs.length === 1 && resource.verbs[0] === 'create';
