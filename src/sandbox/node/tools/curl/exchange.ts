import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Readable } from 'node:stream';
import { asBytes } from '../options.ts';
import type { Connection } from './connection.ts';
import { CurlFailure, opensslText } from './failure.ts';
import type { Outgoing } from './request.ts';

/** A response whose body is still to come. */
export interface Incoming {
  status: number;
  httpVersion: '1.0' | '1.1' | '2';
  /** `HTTP/1.1 200 OK`, without the end of the line. */
  statusLine: string;
  headers: [name: string, value: string][];
  body: Readable;
}

interface SocketFailure extends Error {
  code?: string;
  syscall?: string;
  reason?: string;
}

/** Before the first byte of an answer: a reset is told from an orderly end by the system call that failed. */
function noAnswer(error: SocketFailure): CurlFailure {
  if (error.code?.startsWith('HPE_'))
    return new CurlFailure('unsupported-protocol', 'Received HTTP/0.9 when not allowed');
  const alert = opensslText(error);
  if (alert !== undefined) return new CurlFailure('received', `OpenSSL SSL_read: ${alert}, errno 0`);
  if (error.syscall === 'read') return new CurlFailure('received', 'Recv failure: Connection reset by peer');
  if (error.syscall === 'write') return new CurlFailure('received', 'Send failure: Connection reset by peer');
  return new CurlFailure('empty-reply', 'Empty reply from server');
}

export function exchange(connection: Connection, outgoing: Outgoing, scheme: string): Promise<Incoming> {
  // Ended between the handshake and the request: nobody would hear of it any more.
  if (connection.socket.destroyed) return Promise.reject(noAnswer(connection.broken.by ?? new Error('closed')));
  return connection.isHttp2 ? overHttp2(connection, outgoing, scheme) : overHttp1(connection, outgoing);
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
}

function overHttp1({ socket }: Connection, { method, path, headers, body }: Outgoing): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ method, path, createConnection: () => socket, setHost: false });
    // First of all: whatever fails from here on is told here, and nowhere else in this process.
    request.on('error', (error) => reject(noAnswer(error)));
    for (const [name, value] of headers) request.appendHeader(name, asBytes(value));
    // curl says nothing of connections in HTTP/1.1; Node would say `close`.
    if (!request.hasHeader('connection')) request.removeHeader('connection');
    request.on('response', (response: IncomingMessage) => {
      const { statusCode = 0, statusMessage = '', httpVersion, rawHeaders } = response;
      resolve({
        status: statusCode,
        httpVersion: httpVersion === '1.0' ? '1.0' : '1.1',
        statusLine: `HTTP/${httpVersion} ${statusCode} ${statusMessage}`,
        headers: pairs(rawHeaders),
        body: response,
      });
    });
    request.on('upgrade', (response, upgraded) => {
      const { statusCode = 101, statusMessage = '', rawHeaders } = response;
      resolve({
        status: statusCode,
        httpVersion: '1.1',
        statusLine: `HTTP/1.1 ${statusCode} ${statusMessage}`,
        headers: pairs(rawHeaders),
        body: upgraded,
      });
    });
    request.end(body);
  });
}

/** Names are lower case, and those of a connection have no place. */
function http2Headers({ method, path, headers }: Outgoing, scheme: string): Record<string, string | string[]> {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  const made: Record<string, string | string[]> = {
    ':method': method,
    ':path': path,
    ':scheme': scheme,
    ':authority': host,
  };
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (['host', 'connection', 'transfer-encoding', 'upgrade', 'keep-alive'].includes(lower)) continue;
    const old = made[lower];
    made[lower] = old === undefined ? asBytes(value) : [old, asBytes(value)].flat();
  }
  return made;
}

function overHttp2({ socket }: Connection, outgoing: Outgoing, scheme: string): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`${scheme}://unused`, { createConnection: () => socket });
    const fail = (error: SocketFailure) => {
      const isSocket = error.code === 'ECONNRESET' || error.syscall !== undefined || opensslText(error) !== undefined;
      reject(
        isSocket
          ? noAnswer(error)
          : new CurlFailure('http2', `HTTP/2 stream 1 was not closed cleanly: ${error.code ?? error.message}`),
      );
    };
    session.on('error', fail);
    session.on('close', () => reject(new CurlFailure('empty-reply', 'Empty reply from server')));
    const stream = session.request(http2Headers(outgoing, scheme), { endStream: outgoing.body === undefined });
    stream.on('error', fail);
    stream.on('close', () => session.close());
    stream.on('response', (headers: IncomingHttpHeaders) => {
      const status = Number(headers[constants.HTTP2_HEADER_STATUS] ?? 0);
      const shown = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        name.startsWith(':') ? [] : [value ?? ''].flat().map((one) => [name, one]),
      );
      resolve({ status, httpVersion: '2', statusLine: `HTTP/2 ${status} `, headers: shown, body: stream });
    });
    if (outgoing.body) stream.end(outgoing.body);
  });
}
