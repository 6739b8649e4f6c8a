import type { Socket } from 'node:net';
import type { Clock } from '../../../platform/clock.ts';
import {
  type DownstreamEvents,
  type DownstreamStream,
  type HeaderList,
  noTrailers,
  type RequestHandler,
  type RequestMessage,
  type ResponseMessage,
} from '../http/message.ts';
import { type BodyDecoder, ChunkedDecoder, LengthDecoder, OpenEndedDecoder } from './body-decoder.ts';
import { HeadAssembler } from './head-assembler.ts';
import { type Fields, parseRequestHead, type RequestStart } from './head-parser.ts';
import { codecError, invalidUrl, isMalformed, type Malformed } from './malformed.ts';
import { Outbox } from './outbox.ts';
import { type BodyFraming, chunkEnd, chunkStart, lastChunk, responseHead } from './serializer.ts';

/** `UNSUBSCRIBE` and its space. */
const longestMethod = 12;

/** Envoy: delayed_close_timeout. So long a client may take to read the last answer while it still sends. */
const lingerMs = 1000;

/**
 * The server's end of HTTP/1.1 on one connection: requests one at a time, in order; what a client sends ahead of its turn
 * waits in the socket. As in Envoy a client that ends its half of the connection has left.
 */
export class Http1ServerConnection {
  readonly #socket: Socket;
  readonly #handler: RequestHandler;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #assembler = new HeadAssembler();
  #input: Buffer | undefined;
  #isReading = false;
  #current: ServerStream | undefined;
  #state: 'open' | 'draining' | 'closing' = 'open';

  /** `first`: what has been read of the connection already. */
  constructor(socket: Socket, first: Buffer, handler: RequestHandler, clock: Clock) {
    this.#socket = socket;
    this.#handler = handler;
    this.#clock = clock;
    this.#outbox = new Outbox(socket, () => this.#current?.events?.onDrain());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.once('end', () => this.#gone());
    socket.once('close', () => this.#gone());
    this.#receive(first);
    this.#setPaused();
  }

  drain(): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    if (!this.#current && this.#assembler.isEmpty) this.#socket.destroy();
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'closing') return;
    this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
    this.#read();
  }

  /** Goes on until the bytes are used up or belong to a request whose turn has not come. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    let at = 0;
    const chunk = this.#input;
    while (chunk !== undefined && at < chunk.length && this.#state !== 'closing') {
      const next: number | Malformed = this.#current ? this.#current.read(chunk, at) : this.#readHead(chunk, at);
      if (typeof next !== 'number') {
        this.#refuse(next);
        break;
      }
      if (next === at && this.#current?.isRequestComplete) break;
      at = next;
    }
    this.#isReading = false;
    this.#input =
      chunk === undefined || at >= chunk.length || this.#state === 'closing' ? undefined : chunk.subarray(at);
    this.#setPaused();
  }

  #readHead(chunk: Buffer, from: number): number | Malformed {
    let at = from;
    if (this.#assembler.isEmpty) while (chunk[at] === 13 || chunk[at] === 10) at++;
    if (at === chunk.length) return at;
    if (this.#assembler.isEmpty && !looksLikeRequest(chunk, at)) return codecError;
    const end = this.#assembler.push(chunk, at);
    if (typeof end !== 'number') return end;
    if (end < 0) return chunk.length;
    const head = parseRequestHead(this.#assembler.text);
    if (isMalformed(head)) return head;
    const request = requestOf(head);
    if (!request) return invalidUrl;
    this.#begin(request, head);
    return end;
  }

  #begin(request: RequestMessage, head: RequestStart & Fields): void {
    const decoder = decoderOf(request, head);
    const stream = new ServerStream(this, request, head, decoder);
    this.#current = stream;
    if (head.expectsContinue && decoder !== undefined && head.version === '1.1')
      this.#outbox.text('HTTP/1.1 100 Continue\r\n\r\n');
    stream.events = this.#handler.onRequest(request, stream, decoder === undefined);
  }

  #refuse(problem: Malformed): void {
    const current = this.#current;
    if (current) {
      current.breakOff(problem);
      return;
    }
    const stream = new ServerStream(this, undefined, undefined, undefined);
    this.#current = stream;
    stream.events = this.#handler.onMalformed(problem.status, problem.details, stream);
  }

  /** Called by the stream when its answer is out. */
  finished(stream: ServerStream, close: boolean): void {
    if (this.#current !== stream) return;
    this.#current = undefined;
    this.#outbox.flush();
    if (close || this.#state === 'draining') {
      this.#finish(stream.isRequestComplete && this.#input === undefined);
      return;
    }
    if (this.#isReading) return;
    this.#setPaused();
    if (this.#input !== undefined) this.#read();
  }

  abort(): void {
    this.#state = 'closing';
    this.#current = undefined;
    this.#outbox.flush();
    this.#socket.destroySoon();
  }

  /** A close with unread bytes would reset the connection and take the answer along. */
  #finish(isAllRead: boolean): void {
    this.#state = 'closing';
    this.#input = undefined;
    if (isAllRead) {
      this.#socket.destroySoon();
      return;
    }
    this.#socket.end();
    this.#socket.resume();
    const cancel = this.#clock.after(lingerMs, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
  }

  #setPaused(): void {
    if (this.#state === 'closing') return;
    const isPaused = this.#input !== undefined || this.#current?.isPaused === true;
    if (isPaused) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  pauseChanged(): void {
    if (!this.#isReading) this.#setPaused();
  }

  #gone(): void {
    if (this.#state === 'closing') return;
    const current = this.#current;
    this.#current = undefined;
    this.#state = 'closing';
    this.#socket.destroy();
    current?.events?.onReset();
  }
}

/** Early doubt, so that somebody who speaks something else is not kept waiting for an empty line. */
function looksLikeRequest(chunk: Buffer, at: number): boolean {
  for (let index = at; index < chunk.length && index < at + longestMethod; index++) {
    const code = chunk[index] ?? 0;
    if (code === 32) return index > at;
    if ((code < 65 || code > 90) && code !== 45) return false;
  }
  return chunk.length - at < longestMethod;
}

/** Absolute form names the authority itself (RFC 9112 3.2.2). Undefined when the target can't be read. */
function requestOf(head: RequestStart & Fields): RequestMessage | undefined {
  const { method, target, headers } = head;
  const version = head.version === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1';
  const base = { method, version, headers, upgrade: head.upgrade } as const;
  if (method === 'CONNECT') return { ...base, authority: target, path: '', upgrade: 'CONNECT' };
  if (target.startsWith('/') || target === '*') return { ...base, authority: head.host ?? '', path: target };
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(target);
  if (!absolute) return undefined;
  const [, authority = '', rest = ''] = absolute;
  return { ...base, authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}

function decoderOf({ upgrade }: RequestMessage, head: Fields): BodyDecoder | undefined {
  if (upgrade !== undefined) return new OpenEndedDecoder();
  if (head.isChunked) return new ChunkedDecoder();
  return head.contentLength ? new LengthDecoder(head.contentLength) : undefined;
}

/** One request and its answer on an HTTP/1.1 connection. */
class ServerStream implements DownstreamStream {
  readonly #connection: Http1ServerConnection;
  readonly #isHead: boolean;
  readonly #wantsClose: boolean;
  readonly #decoder: BodyDecoder | undefined;
  #framing: BodyFraming = 'none';
  #closesAfter = false;
  #isBroken: boolean;
  #isRequestComplete: boolean;
  isPaused = false;
  events: DownstreamEvents | undefined;

  constructor(
    connection: Http1ServerConnection,
    request: RequestMessage | undefined,
    head: (RequestStart & Fields) | undefined,
    decoder: BodyDecoder | undefined,
  ) {
    this.#connection = connection;
    this.#isHead = request?.method === 'HEAD';
    this.#wantsClose = head === undefined || head.closes || head.version === '1.0';
    this.#decoder = decoder;
    this.#isBroken = request === undefined;
    this.#isRequestComplete = decoder === undefined && request !== undefined;
  }

  get isRequestComplete(): boolean {
    return this.#isRequestComplete;
  }

  read(chunk: Buffer, at: number): number | Malformed {
    const decoder = this.#decoder;
    if (this.#isBroken) return chunk.length;
    if (decoder === undefined || this.#isRequestComplete) return at;
    const next = decoder.read(chunk, at, (data) => this.events?.onData(data));
    if (typeof next === 'number' && decoder.isDone) {
      this.#isRequestComplete = true;
      this.events?.onEnd(decoder.trailers);
    }
    return next;
  }

  breakOff({ status, details }: Malformed): void {
    this.#isBroken = true;
    this.events?.onMalformed(status, details);
  }

  respond(response: ResponseMessage, end: boolean): void {
    const isUpgrade = response.upgrade !== undefined;
    this.#closesAfter = this.#wantsClose || !this.#isRequestComplete || this.#connection.isDraining;
    const { text, framing } = responseHead(response, {
      end,
      isHead: this.#isHead,
      close: this.#closesAfter && !isUpgrade,
    });
    this.#framing = framing;
    this.#connection.outbox.text(text);
    if (end) this.#finish();
  }

  write(data: Buffer): boolean {
    const { outbox } = this.#connection;
    if (this.#framing === 'none') return true;
    if (this.#framing !== 'chunked') return outbox.data(data);
    outbox.text(chunkStart(data.length));
    const hasRoom = outbox.data(data);
    outbox.text(chunkEnd);
    return hasRoom;
  }

  end(trailers: HeaderList = noTrailers): void {
    if (this.#framing === 'chunked') this.#connection.outbox.text(lastChunk(trailers));
    this.#finish();
  }

  reset(): void {
    this.#connection.abort();
  }

  pause(): void {
    this.isPaused = true;
    this.#connection.pauseChanged();
  }

  resume(): void {
    this.isPaused = false;
    this.#connection.pauseChanged();
  }

  #finish(): void {
    this.#connection.finished(this, this.#closesAfter);
  }
}
