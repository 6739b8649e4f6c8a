import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, StatusError } from '../../../kube/status.ts';
import type { NodeApi } from '../../node/node-api.ts';
import { methodNotAllowed, resourceNotServed } from '../http/answer.ts';
import type { ResourcePath } from '../http/path.ts';
import type { RequestApi } from '../request-api.ts';
import { streamContainerLog } from './container-log.ts';
import { channelProtocols, servePortForwardChannels } from './port-forward-channels.ts';
import { servePortForwardSpdy } from './port-forward-spdy.ts';
import { podProxyTarget, proxyRequest, serviceProxyTarget } from './reverse-proxy.ts';
import { acceptSpdy, acceptWebSocket, tunnelOf, wantsUpgradeTo } from './upgrade.ts';

/** The subresources that are connections and not objects: log, portforward, proxy, exec, attach. */
const streamed = new Set(['log', 'portforward', 'proxy', 'exec', 'attach']);

export const isStreamed = (path: ResourcePath): boolean =>
  path.group === '' &&
  path.subresource !== undefined &&
  streamed.has(path.subresource) &&
  (path.resource === 'pods' || (path.resource === 'services' && path.subresource === 'proxy'));

/** Throws 404 when the pod is not there. */
function existingPod(api: RequestApi, path: ResourcePath): { namespace: string; name: string; uid: string } {
  const resource = api.find('', path.version, 'pods');
  if (!resource || path.namespace === undefined || path.name === undefined) throw resourceNotServed();
  const { metadata } = api.get({ resource, namespace: path.namespace, name: path.name }).object;
  return { namespace: path.namespace, name: path.name, uid: metadata.uid ?? '' };
}

const notOffered = (subresource: string) =>
  new StatusError(
    501,
    'NotImplemented',
    `this sandbox does not offer pods/${subresource} yet: its containers are small programs without a shell. ` +
      'Use kubectl logs, kubectl port-forward or osm proxy get to look inside a pod',
  );

export async function serveStream(
  request: IncomingMessage,
  response: ServerResponse,
  path: ResourcePath,
  url: URL,
  parts: { api: RequestApi; nodes: NodeApi },
): Promise<void> {
  const { api, nodes } = parts;
  switch (path.subresource) {
    case 'log':
      if (request.method !== 'GET') throw methodNotAllowed();
      return streamContainerLog(request, response, existingPod(api, path), url.searchParams, nodes);
    case 'proxy': {
      const [namespace, name] = [path.namespace ?? '', path.name ?? ''];
      const target =
        path.resource === 'pods' ? podProxyTarget(api, namespace, name) : serviceProxyTarget(api, namespace, name);
      // The rest of the path goes on as it was written, percent-encoding included. A namespace may be called proxy, too.
      const rest = url.pathname.replace(/^\/api\/v1\/namespaces(\/[^/]+){3}\/proxy/, '') || '/';
      return proxyRequest(request, response, target, `${rest}${url.search}`, nodes);
    }
    case 'portforward':
      existingPod(api, path);
      throw badRequest('Upgrade request required');
    default:
      existingPod(api, path);
      throw notOffered(path.subresource ?? '');
  }
}

/** A request with `Upgrade:`. Returns how to end what was begun. */
export function serveUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  path: ResourcePath,
  url: URL,
  parts: { api: RequestApi; nodes: NodeApi },
): void {
  const pod = existingPod(parts.api, path);
  if (path.subresource !== 'portforward') throw notOffered(path.subresource ?? '');
  if (wantsUpgradeTo(request, 'spdy/3.1')) {
    acceptSpdy(request, socket, ['portforward.k8s.io']);
    servePortForwardSpdy(socket, head, pod, parts.nodes);
    return;
  }
  const tunnel = 'SPDY/3.1+portforward.k8s.io';
  const ports = url.searchParams
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number);
  const channels = ports.length > 0 ? channelProtocols : [];
  if (ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65535)) {
    throw badRequest('query parameter "ports" must be a list of port numbers');
  }
  acceptWebSocket(request, socket, head, [tunnel, ...channels], (webSocket, protocol) => {
    if (protocol === tunnel) servePortForwardSpdy(tunnelOf(webSocket), Buffer.alloc(0), pod, parts.nodes);
    else servePortForwardChannels(webSocket, pod, ports, parts.nodes);
  });
}
