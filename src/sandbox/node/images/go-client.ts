import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ContainerContext } from '../program.ts';
import { goQuote } from './console-log.ts';

/**
 * HTTP/1.1 as Go's default client speaks it, over a container's sockets; failures carry Go's words for what really
 * happened on the socket. It knows nothing of books, meshes or policies.
 */
export interface GoRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface GoResponse {
  status: number;
  /** `200 OK` */
  statusLine: string;
  /** Values joined by `, `; `n/a` when the header is absent. */
  header(name: string): string;
}

/** Message as `client.Do` returns it: `Get "http://…": EOF`. */
export class GoRequestError extends Error {
  override readonly name = 'GoRequestError';
}

interface Peer {
  local: string;
  remote: string;
}

interface SocketFailure extends Error {
  code?: string;
  syscall?: string;
  rawPacket?: Buffer;
}

/** 10.0.0.10 is the cluster DNS address of AKS. */
const lookupFailed = (host: string) => `dial tcp: lookup ${host} on 10.0.0.10:53: no such host`;

const dialCauses: Record<string, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ECONNRESET: 'connect: connection reset by peer',
  ETIMEDOUT: 'i/o timeout',
};

const codeOf = (error: unknown) => (error instanceof Error ? (error as SocketFailure).code : undefined);

/** Node reports an orderly end without an answer as ECONNRESET too ("socket hang up"), but without a system call. */
function transferCause(error: SocketFailure, peer: Peer): string {
  if (error.code?.startsWith('HPE_')) {
    const firstLine = (error.rawPacket?.toString('latin1') ?? '').split('\n', 1)[0] ?? '';
    return `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${goQuote(firstLine)}`;
  }
  const route = `${peer.local}->${peer.remote}`;
  if (error.code === 'ECONNRESET' && error.syscall === 'read')
    return `read tcp ${route}: read: connection reset by peer`;
  if (error.code === 'ECONNRESET' && error.syscall === 'write')
    return `write tcp ${route}: write: connection reset by peer`;
  if (error.code === 'EPIPE') return `write tcp ${route}: write: broken pipe`;
  if (error.code === 'ETIMEDOUT') return `read tcp ${route}: read: connection timed out`;
  return 'EOF';
}

/** Sends one request on a connection of its own: Go closes it when a body stays unread, as these applications leave it. */
export async function send(context: ContainerContext, request: GoRequest): Promise<GoResponse> {
  const url = new URL(request.url);
  const fail = (cause: string, error?: unknown) =>
    new GoRequestError(`${request.method === 'GET' ? 'Get' : 'Post'} "${request.url}": ${cause}`, { cause: error });
  const port = Number(url.port || 80);

  let address: string;
  try {
    address = (await context.sockets.resolve(url.hostname))[0] ?? url.hostname;
  } catch (error) {
    throw fail(lookupFailed(url.hostname), error);
  }
  let socket: Socket;
  try {
    socket = await context.sockets.connect(address, port);
  } catch (error) {
    const cause = dialCauses[codeOf(error) ?? ''] ?? `connect: ${codeOf(error) ?? String(error)}`;
    throw fail(`dial tcp ${address}:${port}: ${cause}`, error);
  }
  const peer = { local: `${context.sockets.podIp}:${socket.localPort ?? 0}`, remote: `${address}:${port}` };
  try {
    return await exchange(context, socket, url, request);
  } catch (error) {
    throw fail(transferCause(error instanceof Error ? error : new Error(String(error)), peer), error);
  }
}

function exchange(context: ContainerContext, socket: Socket, url: URL, request: GoRequest): Promise<GoResponse> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.destroy();
    context.signal.addEventListener('abort', stop, { once: true });
    socket.once('close', () => context.signal.removeEventListener('abort', stop));
    const outgoing = httpRequest({
      method: request.method,
      path: url.pathname,
      host: url.hostname,
      port: url.port,
      headers: {
        Host: url.host,
        'User-Agent': 'Go-http-client/1.1',
        ...request.headers,
        ...(request.body === undefined ? {} : { 'Content-Length': Buffer.byteLength(request.body) }),
        'Accept-Encoding': 'gzip',
      },
      createConnection: () => socket,
    });
    // Go sends no Connection header; Node would say `close`.
    outgoing.removeHeader('connection');
    outgoing.once('error', (error) => {
      socket.destroy();
      reject(error);
    });
    outgoing.once('response', (incoming: IncomingMessage) => {
      incoming.on('error', stop).once('end', stop).resume();
      resolve({
        status: incoming.statusCode ?? 0,
        statusLine: `${incoming.statusCode} ${incoming.statusMessage}`,
        header: (name) => incoming.headersDistinct[name.toLowerCase()]?.join(', ') ?? 'n/a',
      });
    });
    outgoing.end(request.body);
    if (context.signal.aborted) stop();
  });
}
