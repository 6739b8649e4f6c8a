import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import {
  type DownstreamEvents,
  type DownstreamStream,
  type HeaderList,
  noTrailers,
  type RequestHandler,
  type RequestMessage,
  type ResponseMessage,
} from '../http/message.ts';
import { endStreamFlag, headerObject, receivedFields } from './header-object.ts';

/** The server's end of HTTP/2 on one connection: node:http2 frames it, each of its streams is one request. */
export class Http2ServerSession {
  readonly #session: ServerHttp2Session;

  /** `first`: what has been read of the connection already, preface included. */
  constructor(socket: Socket, first: Buffer, handler: RequestHandler) {
    socket.pause();
    socket.unshift(first);
    this.#session = performServerHandshake(socket);
    this.#session.on('error', () => socket.destroy());
    this.#session.on('stream', (stream, _headers, flags, rawHeaders) => {
      begin(stream, (flags & endStreamFlag) !== 0, rawHeaders, handler);
    });
  }

  /** Envoy: GOAWAY, and the streams that there are may end. */
  drain(): void {
    this.#session.close();
  }
}

function begin(stream: ServerHttp2Stream, end: boolean, rawHeaders: readonly string[], handler: RequestHandler): void {
  const { request, expectsContinue } = requestOf(rawHeaders);
  if (expectsContinue && !end) stream.additionalHeaders({ ':status': constants.HTTP_STATUS_CONTINUE });
  const served = new ServerStream(stream, end);
  served.events = handler.onRequest(request, served, end);
}

function requestOf(rawHeaders: readonly string[]): { request: RequestMessage; expectsContinue: boolean } {
  const { pseudo, headers: received } = receivedFields(rawHeaders);
  const method = pseudo.get(':method') ?? 'GET';
  const headers: string[] = [];
  let [host, expectsContinue] = ['', false];
  for (let at = 0; at < received.length; at += 2) {
    const [name = '', value = ''] = [received[at], received[at + 1]];
    if (name === 'host') host = value;
    else if (name === 'expect' && value.toLowerCase() === '100-continue') expectsContinue = true;
    else headers.push(name, value);
  }
  const request: RequestMessage = {
    method,
    authority: pseudo.get(':authority') ?? host,
    path: pseudo.get(':path') ?? '',
    version: 'HTTP/2',
    headers,
    upgrade: method === 'CONNECT' ? 'CONNECT' : undefined,
  };
  return { request, expectsContinue };
}

class ServerStream implements DownstreamStream {
  readonly #stream: ServerHttp2Stream;
  #isRequestComplete: boolean;
  #isAnswered = false;
  #trailers: HeaderList = noTrailers;
  events: DownstreamEvents | undefined;

  constructor(stream: ServerHttp2Stream, isRequestComplete: boolean) {
    this.#stream = stream;
    this.#isRequestComplete = isRequestComplete;
    let trailers: HeaderList = noTrailers;
    stream.on('data', (data: Buffer) => this.events?.onData(data));
    stream.on('trailers', (_headers, _flags, raw) => {
      trailers = receivedFields(raw).headers;
    });
    stream.on('end', () => {
      if (this.#isRequestComplete) return;
      this.#isRequestComplete = true;
      this.events?.onEnd(trailers);
    });
    stream.on('drain', () => this.events?.onDrain());
    stream.on('error', () => {});
    stream.on('wantTrailers', () => stream.sendTrailers(headerObject(this.#trailers)));
    stream.on('close', () => {
      if (!this.#isAnswered) this.events?.onReset();
    });
  }

  get isRequestComplete(): boolean {
    return this.#isRequestComplete;
  }

  respond({ status, headers }: ResponseMessage, end: boolean): void {
    if (this.#stream.destroyed) return;
    if (end) this.#answered();
    this.#stream.respond({ ':status': status, ...headerObject(headers) }, { endStream: end, waitForTrailers: !end });
  }

  write(data: Buffer): boolean {
    return this.#stream.destroyed || this.#stream.write(data);
  }

  end(trailers: HeaderList): void {
    if (this.#stream.destroyed) return;
    this.#trailers = trailers;
    this.#answered();
    this.#stream.end();
  }

  reset(): void {
    this.#isAnswered = true;
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** The rest of a request that has its answer is not wanted any more (RFC 9113 8.1). */
  #answered(): void {
    this.#isAnswered = true;
    if (this.#isRequestComplete) return;
    this.#stream.once('finish', () => this.#stream.close(constants.NGHTTP2_NO_ERROR));
  }
}
