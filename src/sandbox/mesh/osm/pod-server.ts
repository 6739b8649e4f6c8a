import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { ContainerSockets } from '../../network/pod-network.ts';

/** HTTP and HTTPS on a port of a pod. Knows nothing of what is served. */
async function attach(sockets: ContainerSockets, port: number, server: Server, host?: string): Promise<() => void> {
  const listener = await sockets.listen(
    port,
    ({ socket }) => server.emit('connection', socket),
    host === undefined ? {} : { host },
  );
  return () => {
    listener.close();
    server.closeAllConnections();
  };
}

export function serveHttp(
  sockets: ContainerSockets,
  port: number,
  answer: RequestListener,
  host?: string,
): Promise<() => void> {
  return attach(sockets, port, createServer(answer), host);
}

export function serveHttps(
  sockets: ContainerSockets,
  port: number,
  pair: { certPem: string; keyPem: string },
  answer: RequestListener,
): Promise<() => void> {
  const server = createSecureServer({ cert: pair.certPem, key: pair.keyPem }, answer);
  server.on('tlsClientError', () => {});
  return attach(sockets, port, server);
}

/** Resolves when the program is told to stop. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
