import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ContainerContext } from '../../../../src/sandbox/node/program.ts';

/**
 * What a program in a pod sees of a request: an answer, or the exit code that curl would end with and the errno that the
 * kernel gave. 6 no such name, 7 not connected, 35 no TLS, 52 closed without a byte, 56 reset while waiting.
 */
export type Seen =
  | { status: number; headers: IncomingHttpHeaders; body: string; names: string[] }
  | { curl: 6; errno: 'ENOTFOUND' }
  | { curl: 7; errno: 'ECONNREFUSED' | 'EHOSTUNREACH' }
  | { curl: 56; errno: 'ECONNRESET' }
  | { curl: 35; errno?: 'ECONNRESET' }
  | { curl: 52 };

export interface RequestOptions {
  method?: string;
  /** A name of its own here replaces what the URL says, as curl's -H does. */
  headers?: Record<string, string>;
  /** Connects there instead, as curl's --connect-to does. */
  to?: string;
  body?: string;
}

type App = Pick<ContainerContext, 'sockets'>;

/** `host:port` apart. */
function endpoint(text: string, defaultPort: number): { host: string; port: number } {
  const [host = '', port] = text.split(':');
  return { host, port: Number(port ?? defaultPort) };
}

function whyNotConnected(error: unknown): Seen {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND') return { curl: 6, errno: code };
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH') return { curl: 7, errno: code };
  throw error;
}

/** One request on a connection of its own. */
export async function curl(app: App, url: string, options: RequestOptions = {}): Promise<Seen> {
  const { protocol, host: authority, pathname, search } = new URL(url);
  const tls = protocol === 'https:';
  const { host, port } = endpoint(options.to ?? authority, tls ? 443 : 80);
  let socket: Socket;
  try {
    socket = await app.sockets.connect(host, port);
  } catch (error) {
    return whyNotConnected(error);
  }
  const secured = tls ? await secure(socket, host) : socket;
  if ('curl' in secured) return secured;
  return exchange(secured, authority, `${pathname}${search}`, options);
}

function secure(raw: Socket, servername: string): Promise<TLSSocket | { curl: 35; errno?: 'ECONNRESET' }> {
  return new Promise((resolve) => {
    let reset = false;
    const socket = connectTls({ socket: raw, servername, rejectUnauthorized: false });
    socket.once('secureConnect', () => resolve(socket));
    // Node calls an early FIN ECONNRESET too, but only a reset comes from a read.
    socket.on('error', ({ syscall }: NodeJS.ErrnoException) => {
      reset = syscall === 'read';
    });
    socket.once('close', () => resolve(reset ? { curl: 35, errno: 'ECONNRESET' } : { curl: 35 }));
  });
}

function exchange(socket: Socket, authority: string, path: string, options: RequestOptions): Promise<Seen> {
  return new Promise((resolve) => {
    let reset = false;
    socket.once('error', () => {
      reset = true;
    });
    const request: ClientRequest = httpRequest({
      method: options.method ?? 'GET',
      path,
      headers: {
        host: authority,
        connection: 'close',
        ...(options.body !== undefined && { 'content-length': Buffer.byteLength(options.body) }),
        ...options.headers,
      },
      createConnection: () => socket,
    });
    request.on('error', () => {
      socket.destroy();
      resolve(reset ? { curl: 56, errno: 'ECONNRESET' } : { curl: 52 });
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve({ curl: 56, errno: 'ECONNRESET' }));
      response.on('end', () => {
        socket.destroy();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          names: response.rawHeaders.filter((_, index) => index % 2 === 0),
        });
      });
    });
    request.end(options.body);
  });
}

/** What `nc` sees: the bytes that came, and how the connection ended. `closed` is a FIN; `ours` means that we ended it. */
export type Heard =
  | { bytes: string; end: 'ours' | 'closed' | 'reset' }
  | { errno: 'ECONNREFUSED' | 'ENOTFOUND' | 'EHOSTUNREACH' };

/** Sends text as it stands, and listens until `enough` bytes came or the other side ends. */
export async function netcat(app: App, to: string, text: string, enough = text.length): Promise<Heard> {
  const { host, port } = endpoint(to, 80);
  let socket: Socket;
  try {
    socket = await app.sockets.connect(host, port);
  } catch (error) {
    const seen = whyNotConnected(error);
    if ('errno' in seen && seen.errno !== 'ECONNRESET') return { errno: seen.errno };
    throw error;
  }
  return new Promise((resolve) => {
    let bytes = '';
    let reset = false;
    socket.on('error', () => {
      reset = true;
    });
    socket.once('end', () => socket.end());
    socket.once('close', () => resolve({ bytes, end: reset ? 'reset' : 'closed' }));
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString();
      if (bytes.length < enough) return;
      socket.destroy();
      resolve({ bytes, end: 'ours' });
    });
    if (text !== '') socket.write(text);
  });
}
