import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import type { Socket } from 'node:net';
import type { ConnectionPool, StreamRequest } from '../http/connection-pool.ts';
import {
  type HeaderList,
  noTrailers,
  type RequestMessage,
  type ResetReason,
  type UpstreamEvents,
  type UpstreamStream,
} from '../http/message.ts';
import { RequestAccounts } from '../http/request-accounts.ts';
import { UpstreamConnectError, type UpstreamHost, type UpstreamRuntime } from '../upstream.ts';
import { endStreamFlag, headerObject, receivedFields } from './header-object.ts';

const noCancel = () => {};

/** HTTP/2 to one endpoint: all requests share one connection; a lost or worn out one is followed by another. */
export class Http2Pool implements ConnectionPool {
  readonly #upstream: UpstreamRuntime;
  readonly #host: UpstreamHost;
  readonly #accounts: RequestAccounts;
  #session: ClientHttp2Session | undefined;
  #requestsOfSession = 0;
  #isConnecting = false;
  #isRetired = false;

  constructor(upstream: UpstreamRuntime, host: UpstreamHost) {
    this.#upstream = upstream;
    this.#host = host;
    this.#accounts = new RequestAccounts(upstream, host);
  }

  newStream(request: StreamRequest): () => void {
    const session = this.#session;
    if (session && !session.closed && !session.destroyed) {
      this.#attach(session, request);
      return noCancel;
    }
    if (!this.#accounts.wait(request)) return noCancel;
    if (!this.#isConnecting) this.#connect();
    return () => this.#accounts.cancel(request);
  }

  retire(): void {
    this.#isRetired = true;
    this.#session?.close();
    this.#session = undefined;
  }

  #connect(): void {
    const { limits, stats } = this.#upstream;
    if (!limits.connections.hasRoom) stats.cxOverflow.value++;
    this.#isConnecting = true;
    this.#upstream.connect(this.#host).then(
      (socket) => {
        this.#isConnecting = false;
        stats.cxHttp2Total.value++;
        this.#use(socket);
      },
      (error: unknown) => {
        this.#isConnecting = false;
        this.#accounts.failAll(UpstreamConnectError.from(error));
      },
    );
  }

  #use(socket: Socket): void {
    const session = connectHttp2('http://upstream', { createConnection: () => socket });
    const forget = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.on('error', forget).on('goaway', forget).on('close', forget);
    this.#session = session;
    this.#requestsOfSession = 0;
    for (let next = this.#accounts.next(); next; next = this.#accounts.next()) this.newStream(next);
    if (this.#isRetired) this.retire();
  }

  #attach(session: ClientHttp2Session, request: StreamRequest): void {
    if (!this.#accounts.begin(request)) return;
    this.#requestsOfSession++;
    request.onReady(new ClientStream(session, request.events, () => this.#accounts.end()), this.#host);
    if (this.#requestsOfSession < this.#upstream.limits.requestsPerConnection || this.#session !== session) return;
    this.#upstream.stats.cxMaxRequests.value++;
    this.#session = undefined;
    session.close();
  }
}

class ClientStream implements UpstreamStream {
  readonly #session: ClientHttp2Session;
  readonly #events: UpstreamEvents;
  readonly #onOver: () => void;
  #stream: ClientHttp2Stream | undefined;
  #state: 'open' | 'answered' | 'over' = 'open';
  #isRequestSent = false;
  #trailers: HeaderList = noTrailers;
  #errorCode: string | undefined;

  constructor(session: ClientHttp2Session, events: UpstreamEvents, onOver: () => void) {
    this.#session = session;
    this.#events = events;
    this.#onOver = onOver;
  }

  send({ method, path, authority, headers }: RequestMessage, end: boolean): void {
    this.#isRequestSent = end;
    const pseudo = { ':method': method, ':path': path, ':authority': authority };
    const stream = this.#session.request(
      { ...pseudo, ...headerObject(headers) },
      { endStream: end, waitForTrailers: !end },
    );
    this.#stream = stream;
    let trailers: HeaderList = noTrailers;
    stream.on('response', (_headers, flags, raw) => this.#onResponse(raw, (flags & endStreamFlag) !== 0));
    stream.on('data', (data: Buffer) => this.#events.onData(data));
    stream.on('trailers', (_headers, _flags, raw) => {
      trailers = receivedFields(raw).headers;
    });
    stream.on('end', () => {
      if (this.#state === 'answered') this.#finish(() => this.#events.onEnd(trailers));
    });
    stream.on('drain', () => this.#events.onDrain());
    stream.on('wantTrailers', () => stream.sendTrailers(headerObject(this.#trailers)));
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.#errorCode = code;
    });
    stream.on('close', () => this.#closed());
  }

  write(data: Buffer): boolean {
    return this.#stream?.write(data) ?? true;
  }

  end(trailers: HeaderList): void {
    this.#isRequestSent = true;
    this.#trailers = trailers;
    this.#stream?.end();
  }

  reset(): void {
    this.#finish(() => {});
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  #onResponse(raw: readonly string[], end: boolean): void {
    if (this.#state !== 'open') return;
    const { pseudo, headers } = receivedFields(raw);
    const response = { status: Number(pseudo.get(':status')), headers, upgrade: undefined };
    this.#state = 'answered';
    if (end) this.#finish(() => this.#events.onResponse(response, true));
    else this.#events.onResponse(response, false);
  }

  /** Counted as over before its user hears of it; the rest of an unfinished request is not sent any more. */
  #finish(tell: () => void): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#onOver();
    if (!this.#isRequestSent) this.#stream?.close(constants.NGHTTP2_NO_ERROR);
    tell();
  }

  #closed(): void {
    const reason = this.#reason();
    this.#finish(() => this.#events.onReset(reason));
  }

  #reason(): ResetReason {
    // node:http2 gives this code where the peer does not speak HTTP/2, and another one where it ended a stream.
    if (this.#errorCode === 'ERR_HTTP2_ERROR') return 'protocol error';
    if (this.#stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'remote refused stream reset';
    return this.#session.destroyed ? 'connection termination' : 'remote reset';
  }
}
