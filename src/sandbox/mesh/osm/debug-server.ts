import type { RequestListener } from 'node:http';
import { requestUrl } from '../../network/http-fields.ts';
import type { ContainerSockets } from '../../network/pod-network.ts';
import { type DebugParts, debugPage } from './debug-pages.ts';
import * as kinds from './kinds.ts';
import { meshConfigName, ports } from './names.ts';
import { serveHttp } from './pod-server.ts';

/**
 * Serves the debug pages while the MeshConfig's observability.enableDebugServer says so; returns how to stop.
 * `wrap` is what stands before every page.
 */
export function followDebugServer(
  parts: DebugParts,
  sockets: ContainerSockets,
  wrap: (listener: RequestListener) => RequestListener,
): () => void {
  const { api, install } = parts;
  const pages = wrap((request, response) => {
    const url = requestUrl(request.url);
    const { status = 200, type, body } = debugPage(parts, url.pathname, url.searchParams);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  let wanted = false;
  let close: (() => void) | undefined;
  // Listening takes a moment; a switch that is turned twice ends as it was turned last.
  let settled: Promise<unknown> = Promise.resolve();
  const settle = async () => {
    if (wanted && !close) close = await serveHttp(sockets, ports.debug, pages);
    if (!wanted && close) {
      close();
      close = undefined;
    }
  };
  const turn = (on: boolean) => {
    if (wanted === on) return;
    wanted = on;
    settled = settled.then(settle);
  };
  const stopWatching = api.watch(kinds.meshConfigs, ({ type, object }) => {
    const { name, namespace } = object.metadata;
    if (name !== meshConfigName || namespace !== install.namespace) return;
    turn(type !== 'DELETED' && object.spec?.observability?.enableDebugServer === true);
  });
  return () => {
    stopWatching();
    turn(false);
  };
}
