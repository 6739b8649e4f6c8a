import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Pod } from '../../../kube/objects.ts';
import { badRequest, internalError } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { NodeApi } from '../../node/node-api.ts';
import { methodNotAllowed, resourceNotServed } from '../http/answer.ts';
import type { ResourcePath } from '../http/path.ts';
import type { RequestApi } from '../request-api.ts';
import { streamContainerLog } from './container-log.ts';
import { channelProtocols, servePortForwardChannels } from './port-forward-channels.ts';
import { servePortForwardSpdy } from './port-forward-spdy.ts';
import { containerNotFound, remoteCommand, runningContainer } from './remote-command.ts';
import { remoteCommandChannelProtocols, serveRemoteCommandChannels } from './remote-command-channels.ts';
import { remoteCommandProtocols, serveRemoteCommandSpdy } from './remote-command-spdy.ts';
import { podProxyTarget, proxyRequest, serviceProxyTarget } from './reverse-proxy.ts';
import { acceptSpdy, acceptWebSocket, refuseUpgradeAsKubelet, tunnelOf, wantsUpgradeTo } from './upgrade.ts';

/** The subresources that are connections and not objects: log, portforward, proxy, exec, attach. */
const streamed = new Set(['log', 'portforward', 'proxy', 'exec', 'attach']);

export const isStreamed = (path: ResourcePath): boolean =>
  path.group === '' &&
  path.subresource !== undefined &&
  streamed.has(path.subresource) &&
  (path.resource === 'pods' || (path.resource === 'services' && path.subresource === 'proxy'));

/** Throws 404 when the pod is not there. */
function podAt(api: RequestApi, path: ResourcePath): Pod {
  const resource = api.find('', path.version, 'pods');
  if (!resource || path.namespace === undefined || path.name === undefined) throw resourceNotServed();
  return api.get({ resource, namespace: path.namespace, name: path.name }).object as Pod;
}

function existingPod(api: RequestApi, path: ResourcePath): { namespace: string; name: string; uid: string } {
  const { namespace = '', name = '', uid = '' } = podAt(api, path).metadata;
  return { namespace, name, uid };
}

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
    default:
      existingPod(api, path);
      throw badRequest('Upgrade request required');
  }
}

interface UpgradeParts {
  api: RequestApi;
  nodes: NodeApi;
  clock: Clock;
}

/** A request with `Upgrade:`. What it rejects with is answered in plain HTTP. */
export async function serveUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  path: ResourcePath,
  url: URL,
  parts: UpgradeParts,
): Promise<void> {
  switch (path.subresource) {
    case 'exec':
    case 'attach':
      return upgradeToRemoteCommand(request, socket, head, path, url, parts);
    case 'portforward':
      return upgradeToPortForward(request, socket, head, existingPod(parts.api, path), url, parts);
    default:
      throw badRequest(`pods/${path.subresource} is not a stream that a connection can be upgraded to`);
  }
}

/** As a real server does it: SPDY goes through to the kubelet, whose answers are plain text; WebSockets end here. */
async function upgradeToRemoteCommand(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  path: ResourcePath,
  url: URL,
  { api, nodes, clock }: UpgradeParts,
): Promise<void> {
  const type = path.subresource === 'exec' ? 'exec' : 'attach';
  const asked = remoteCommand(type, podAt(api, path), url.searchParams);
  const running = await runningContainer(asked, nodes);
  if (wantsUpgradeTo(request, 'spdy/3.1')) {
    if (!running) return refuseUpgradeAsKubelet(socket, containerNotFound(asked));
    acceptSpdy(request, socket, remoteCommandProtocols);
    return serveRemoteCommandSpdy(socket, head, asked, running, clock);
  }
  const missing = () => ({
    refused: internalError(`unable to upgrade connection: ${containerNotFound(asked)}`).status,
  });
  acceptWebSocket(request, socket, head, remoteCommandChannelProtocols, clock, (webSocket, protocol) =>
    serveRemoteCommandChannels(webSocket, protocol, asked, running ?? missing()),
  );
}

function upgradeToPortForward(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  pod: { namespace: string; name: string; uid: string },
  url: URL,
  { nodes, clock }: UpgradeParts,
): void {
  if (wantsUpgradeTo(request, 'spdy/3.1')) {
    acceptSpdy(request, socket, ['portforward.k8s.io']);
    servePortForwardSpdy(socket, head, pod, nodes, clock);
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
  acceptWebSocket(request, socket, head, [tunnel, ...channels], clock, (webSocket, protocol) => {
    if (protocol === tunnel) servePortForwardSpdy(tunnelOf(webSocket), Buffer.alloc(0), pod, nodes, clock);
    else servePortForwardChannels(webSocket, pod, ports, nodes);
  });
}
