import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { StatusError } from '../../kube/status.ts';
import type { Clock } from '../../platform/clock.ts';
import { requestUrl } from '../network/http-fields.ts';
import type { NodeApi } from '../node/node-api.ts';
import { attributesOf } from './authorization/attributes.ts';
import { notAllowedTo } from './authorization/refusal.ts';
import { createDiscovery } from './discovery.ts';
import { isBug, methodNotAllowed, sendError, sendObject, sendText } from './http/answer.ts';
import { type Authenticate, callerOf, isOwnHost } from './http/authentication.ts';
import { impersonated } from './http/impersonation.ts';
import { limitTime } from './http/patience.ts';
import { answerUnreadable } from './http/unreadable.ts';
import { createOpenApi } from './openapi.ts';
import type { Caller, RequestApi } from './request-api.ts';
import { type RouteParts, route, routeUpgrade } from './routes.ts';
import { refuseUpgrade } from './streaming/upgrade.ts';

/**
 * The HTTPS face of the API server: TLS on loopback, tokens, routes, streams. It keeps no objects and knows no rules about
 * them: those are the request logic's, behind `RequestApi`.
 */
export interface ApiServerOptions {
  requests: RequestApi;
  nodes: NodeApi;
  /** Clients may show certificates that `clientCaPem` signed. */
  tls: { certPem: string; keyPem: string; clientCaPem?: string };
  /** Whose token a request carries; `tokenTable` makes one from a fixed set. */
  authenticate: Authenticate;
  /** 0 for any free one. */
  port: number;
  /** The Kubernetes version to report: `1.33.5`. */
  version: string;
  clock: Clock;
  /** Names besides 127.0.0.1 and localhost that the certificate carries and clients may use. */
  hostNames?: readonly string[];
  /** Told of every exception that is no answer to a client: a bug of ours, which the client sees as a 500. */
  onError?: (error: unknown, request: string) => void;
}

export interface ApiServer {
  readonly port: number;
  /** What all of its connections carried so far, both ways. */
  readonly bytes: number;
  /** Ends every connection, streams and watches included. */
  close(): Promise<void>;
}

const openPaths = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const parts: RouteParts = {
    api: options.requests,
    nodes: options.nodes,
    discovery: createDiscovery(options.requests),
    openApi: createOpenApi(options.requests),
    clock: options.clock,
    version: versionInfo(options.version),
  };
  const hostNames = new Set((options.hostNames ?? []).map((name) => name.toLowerCase()));
  const server = createServer({
    cert: options.tls.certPem,
    key: options.tls.keyPem,
    // Asked for and not insisted on: most clients have a token instead.
    ...(options.tls.clientCaPem && { ca: options.tls.clientCaPem, requestCert: true, rejectUnauthorized: false }),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    noDelay: true,
    // Requests are timed one by one (`limitTime`), because watches last; idle connections outlive client-go's 90 s so that they are not reused while closing.
    requestTimeout: 0,
    keepAliveTimeout: 120_000,
    headersTimeout: 20_000,
    handshakeTimeout: 20_000,
    maxHeaderSize: 64 << 10,
  });
  const sockets = trackSockets(server);
  const traffic = countTraffic(server);
  const report = (error: unknown, { method, url }: IncomingMessage) => {
    if (isBug(error)) options.onError?.(error, `${method} ${url}`);
  };
  server.on('request', (request, response) => {
    // Go's server names no idle time. Clients that heed ours (undici) would keep every connection for two minutes, and
    // client-node opens one for each call.
    response.removeHeader('Connection');
    answer(request, response, options.authenticate, hostNames, parts).catch((error: unknown) => {
      report(error, request);
      sendError(response, error);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    takeOver(request, socket, head, options.authenticate, hostNames, parts).catch((error: unknown) => {
      report(error, request);
      refuseUpgrade(socket, error);
    });
  });
  server.on('clientError', (error, socket) => answerUnreadable(error, socket, options.clock));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    get bytes() {
      return traffic();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Connections that were taken over by a stream are no longer the HTTP server's to close. */
function trackSockets(server: Server): Set<Duplex> {
  const sockets = new Set<Duplex>();
  const track = (socket: Duplex) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('connection', track);
  server.on('secureConnection', track);
  return sockets;
}

/** Bytes below TLS, of connections that are open and of those that were. */
function countTraffic(server: Server): () => number {
  const open = new Set<Socket>();
  let closed = 0;
  const carried = (socket: Socket) => socket.bytesRead + socket.bytesWritten;
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      closed += carried(socket);
    });
  });
  return () => [...open].reduce((sum, socket) => sum + carried(socket), closed);
}

function versionInfo(version: string): Readonly<Record<string, string>> {
  const [major = '1', minor = '0'] = version.split('.');
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node ${process.version}`,
    compiler: 'v8',
    platform: 'linux/amd64',
  };
}

function requireOwnHost(request: IncomingMessage, hostNames: ReadonlySet<string>): void {
  if (isOwnHost(request.headers.host, hostNames)) return;
  throw new StatusError(
    403,
    'Forbidden',
    `this API server does not answer to the host name "${request.headers.host ?? ''}"`,
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  authenticate: Authenticate,
  hostNames: ReadonlySet<string>,
  parts: RouteParts,
): Promise<void> {
  response.setHeader('Audit-Id', randomUUID());
  response.setHeader('Cache-Control', 'no-cache, private');
  requireOwnHost(request, hostNames);
  const url = requestUrl(request.url);
  limitTime(request, response, url.pathname, parts.clock);
  if (openPaths.has(url.pathname)) {
    if (request.method !== 'GET') throw methodNotAllowed();
    if (url.pathname.startsWith('/version')) return sendObject(response, 200, parts.version, { pretty: true });
    // The one check there is: that this process answers.
    const checked = `[+]ping ok\n${url.pathname.slice(1)} check passed\n`;
    return sendText(response, 200, url.searchParams.has('verbose') ? checked : 'ok');
  }
  const caller = admitted(request, url, authenticate, parts.api);
  await route(request, response, url, caller, parts);
}

/** Who asks, or in whose name; throws 401 and 403. */
function admitted(request: IncomingMessage, url: URL, authenticate: Authenticate, api: RequestApi): Caller {
  const caller = impersonated(request, callerOf(request, authenticate), api);
  const wanted = attributesOf(request.method ?? '', url);
  const { allowed, reason } = api.authorize(caller, wanted);
  if (!allowed) throw notAllowedTo(caller, wanted, reason);
  return caller;
}

async function takeOver(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  authenticate: Authenticate,
  hostNames: ReadonlySet<string>,
  parts: RouteParts,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  requireOwnHost(request, hostNames);
  const url = requestUrl(request.url);
  admitted(request, url, authenticate, parts.api);
  await routeUpgrade(request, socket, head, url, parts);
}
