import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Discovery } from '../discovery.ts';
import type { OpenApi } from '../openapi.ts';
import { notFoundPath, sendBytes, sendObject } from './answer.ts';
import { acceptClauses, notAcceptable } from './negotiation.ts';
import type { ApiPath } from './path.ts';

/** Discovery and OpenAPI over HTTP: which form, and not at all when the client has it already. */
function notModified(request: IncomingMessage, response: ServerResponse, etag: string): boolean {
  response.setHeader('ETag', etag);
  if (!(request.headers['if-none-match'] ?? '').includes(etag)) return false;
  response.writeHead(304);
  response.end();
  return true;
}

export function answerDiscovery(
  request: IncomingMessage,
  response: ServerResponse,
  path: Extract<ApiPath, { type: 'discovery' }>,
  discovery: Discovery,
): void {
  if (path.version === undefined && (path.core || path.group === undefined)) {
    response.setHeader('Vary', 'Accept');
    const wanted = acceptClauses(request.headers.accept).find(
      ({ type, parameters }) =>
        (type === 'application/json' && (!parameters.has('g') || /^v2(beta1)?$/.test(parameters.get('v') ?? ''))) ||
        type === '*/*' ||
        type === 'application/*',
    );
    if (!wanted) throw notAcceptable();
    if (wanted.parameters.get('g') !== 'apidiscovery.k8s.io') {
      sendObject(response, 200, path.core ? discovery.coreVersions(request.headers.host ?? '') : discovery.groups());
      return;
    }
    const version = wanted.parameters.get('v') === 'v2beta1' ? 'v2beta1' : 'v2';
    const { body, etag, contentType } = discovery.aggregated(path.core, version);
    if (!notModified(request, response, etag)) sendBytes(response, 200, body, contentType);
    return;
  }
  const group = path.group ?? '';
  const answer = path.version === undefined ? discovery.group(group) : discovery.resources(group, path.version);
  if (answer) sendObject(response, 200, answer);
  else notFoundPath(response);
}

export function answerOpenApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  groupVersion: string | undefined,
  openApi: OpenApi,
): void {
  if (groupVersion === undefined) {
    const { body, etag } = openApi.index();
    if (!notModified(request, response, etag)) sendBytes(response, 200, body, 'application/json');
    return;
  }
  const document = openApi.document(groupVersion);
  if (!document) {
    notFoundPath(response);
    return;
  }
  if (url.searchParams.get('hash') === document.hash) {
    response.setHeader('Cache-Control', 'public, immutable');
    response.setHeader('Expires', new Date(8.64e13).toUTCString());
  }
  if (!notModified(request, response, document.etag)) sendBytes(response, 200, document.body, 'application/json');
}
