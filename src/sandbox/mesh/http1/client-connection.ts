import type { Socket } from 'node:net';
import {
  type HeaderList,
  noTrailers,
  type RequestMessage,
  type UpstreamEvents,
  type UpstreamStream,
} from '../http/message.ts';
import { type BodyDecoder, ChunkedDecoder, LengthDecoder, OpenEndedDecoder } from './body-decoder.ts';
import { HeadAssembler } from './head-assembler.ts';
import { type Fields, parseResponseHead } from './head-parser.ts';
import { codecError, isMalformed, type Malformed } from './malformed.ts';
import { Outbox } from './outbox.ts';
import { type BodyFraming, chunkEnd, chunkStart, lastChunk, requestHead } from './serializer.ts';

/** Whom a connection tells what it can be used for. */
export interface ConnectionOwner {
  /** The exchange is over and the connection can carry the next. */
  onIdle(connection: Http1ClientConnection): void;
  onClose(connection: Http1ClientConnection): void;
  /** The server spoke what is no HTTP/1.1. */
  onProtocolError(): void;
}

/** The client's end of HTTP/1.1 on one connection: one request at a time. */
export class Http1ClientConnection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly outbox: Outbox;
  readonly #assembler = new HeadAssembler();
  #current: ClientStream | undefined;
  #isClosed = false;
  /** Requests that this connection has carried. */
  requests = 0;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.outbox = new Outbox(socket, () => this.#current?.events.onDrain());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.once('end', () => this.#ended());
    socket.once('close', () => this.#ended());
    socket.resume();
  }

  newStream(events: UpstreamEvents): UpstreamStream {
    this.requests++;
    const stream = new ClientStream(this, events);
    this.#current = stream;
    return stream;
  }

  close(): void {
    this.#close();
    this.outbox.flush();
    this.#socket.destroy();
  }

  setPaused(isPaused: boolean): void {
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  #receive(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#isClosed) {
      const current = this.#current;
      // Nobody asked: whatever this is, the connection is of no use any more.
      if (!current) {
        this.close();
        return;
      }
      const next = current.decoder ? current.readBody(chunk, at) : this.#readHead(current, chunk, at);
      if (typeof next !== 'number') {
        this.#break();
        return;
      }
      at = next;
    }
  }

  #readHead(stream: ClientStream, chunk: Buffer, at: number): number | Malformed {
    const end = this.#assembler.push(chunk, at);
    if (typeof end !== 'number') return end;
    if (end < 0) return chunk.length;
    const head = parseResponseHead(this.#assembler.text);
    if (isMalformed(head)) return head;
    return stream.onHead(head, end < chunk.length) ?? end;
  }

  /** Called by the stream when the answer is whole. */
  finished(stream: ClientStream, isReusable: boolean): void {
    if (this.#current !== stream) return;
    this.#current = undefined;
    if (!isReusable) this.close();
    else if (!this.#isClosed) {
      if (this.#socket.isPaused()) this.#socket.resume();
      this.#owner.onIdle(this);
    }
  }

  #break(): void {
    const current = this.#current;
    this.#current = undefined;
    this.#owner.onProtocolError();
    this.close();
    current?.events.onReset('protocol error');
  }

  /** Also after 'end' alone: half-closed connections carry no HTTP in Envoy. */
  #ended(): void {
    const current = this.#current;
    if (this.#isClosed && !current) return;
    this.#current = undefined;
    this.close();
    current?.onConnectionEnd();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#owner.onClose(this);
  }

  reset(stream: ClientStream): void {
    if (this.#current !== stream) return;
    this.#current = undefined;
    this.close();
  }
}

class ClientStream implements UpstreamStream {
  readonly #connection: Http1ClientConnection;
  readonly events: UpstreamEvents;
  decoder: BodyDecoder | undefined;
  #framing: BodyFraming = 'none';
  #isHead = false;
  #upgrade: string | undefined;
  #isRequestSent = false;
  #keepsOpen = true;

  constructor(connection: Http1ClientConnection, events: UpstreamEvents) {
    this.#connection = connection;
    this.events = events;
  }

  send(request: RequestMessage, end: boolean): void {
    const { text, framing } = requestHead(request, end);
    this.#framing = framing;
    this.#isHead = request.method === 'HEAD';
    this.#upgrade = request.upgrade;
    this.#isRequestSent = end;
    this.#connection.outbox.text(text);
    if (end) this.#connection.outbox.flush();
  }

  write(data: Buffer): boolean {
    const { outbox } = this.#connection;
    if (this.#framing !== 'chunked') return outbox.data(data);
    outbox.text(chunkStart(data.length));
    const hasRoom = outbox.data(data);
    outbox.text(chunkEnd);
    return hasRoom;
  }

  end(trailers: HeaderList): void {
    if (this.#framing === 'chunked') this.#connection.outbox.text(lastChunk(trailers));
    this.#isRequestSent = true;
    this.#connection.outbox.flush();
  }

  reset(): void {
    this.#connection.reset(this);
  }

  pause(): void {
    this.#connection.setPaused(true);
  }

  resume(): void {
    this.#connection.setPaused(false);
  }

  /** `hasMore`: bytes follow in the same read. Undefined when all is well. */
  onHead(head: { status: number; version: '1.0' | '1.1' } & Fields, hasMore: boolean): Malformed | undefined {
    const { status, upgrade } = head;
    if (status === 101) {
      if (this.#upgrade === undefined || upgrade === undefined) return codecError;
      this.decoder = new OpenEndedDecoder();
      this.events.onResponse({ status, headers: head.headers, upgrade }, false);
      return undefined;
    }
    // Interim answers are this hop's business; the client has had its 100 from the proxy itself.
    if (status < 200) return undefined;
    const headers = headersFor(status, head);
    if (headers === undefined) return codecError;
    this.#keepsOpen = head.version === '1.1' ? !head.closes : head.keepsAlive;
    const hasNoBody = this.#isHead || status === 204 || status === 304;
    if (hasNoBody || (head.contentLength === 0 && !head.isChunked)) {
      this.decoder = undefined;
      this.#answered(hasMore, () => this.events.onResponse({ status, headers, upgrade: undefined }, true));
      return undefined;
    }
    this.decoder = decoderOf(head);
    this.events.onResponse({ status, headers, upgrade: undefined }, false);
    return undefined;
  }

  readBody(chunk: Buffer, at: number): number | Malformed {
    const { decoder } = this;
    if (!decoder) return at;
    const next = decoder.read(chunk, at, (data) => this.events.onData(data));
    if (typeof next === 'number' && decoder.isDone)
      this.#answered(next < chunk.length, () => this.events.onEnd(decoder.trailers));
    return next;
  }

  onConnectionEnd(): void {
    if (this.decoder instanceof OpenEndedDecoder) this.events.onEnd(noTrailers);
    else this.events.onReset('connection termination');
  }

  /**
   * The connection is free before its user hears of the end, so that a next request finds it; unless more came than was
   * asked for, which must not become the answer to that next request.
   */
  #answered(hasMore: boolean, tell: () => void): void {
    const isReusable = this.#keepsOpen && this.#isRequestSent && this.#upgrade === undefined && !hasMore;
    this.#connection.finished(this, isReusable);
    tell();
  }
}

function decoderOf(head: Fields): BodyDecoder {
  if (head.isChunked) return new ChunkedDecoder();
  return head.contentLength === undefined ? new OpenEndedDecoder() : new LengthDecoder(head.contentLength);
}

/** Envoy: a 204 must not tell a length; one of nothing is overlooked and dropped. */
function headersFor(status: number, { headers, contentLength, isChunked }: Fields): HeaderList | undefined {
  if (status !== 204 || (contentLength === undefined && !isChunked)) return headers;
  if (isChunked || contentLength !== 0) return undefined;
  return headers.filter((_, at) => headers[at - (at % 2)] !== 'content-length');
}
