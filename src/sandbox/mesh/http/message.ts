/**
 * A request and an answer between codecs, whatever version of HTTP they speak. A codec frames bytes into these and back;
 * it knows no routes, and who uses them knows no bytes.
 */

/** name, value, name, value, … in order of arrival; names in lower case, without `host`, transfer codings or
 * pseudo-headers. */
export type HeaderList = readonly string[];

export type HttpVersion = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';

export interface RequestMessage {
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly version: HttpVersion;
  readonly headers: HeaderList;
  /** The protocol that the client wants to change to (`websocket`), or what a CONNECT asks for. */
  readonly upgrade: string | undefined;
}

export interface ResponseMessage {
  readonly status: number;
  readonly headers: HeaderList;
  /** With 101: the protocol that the connection speaks from now on. */
  readonly upgrade: string | undefined;
}

/** Why a stream ended before its time, in the words of Envoy's answers. */
export type ResetReason =
  | 'connection failure'
  | 'connection termination'
  | 'remote reset'
  | 'remote refused stream reset'
  | 'local reset'
  | 'overflow'
  | 'protocol error';

/** The client's side of one request. After `end` or `reset` nothing more may be called. */
export interface DownstreamStream {
  /** Whether the request's last byte has been handed over. */
  readonly isRequestComplete: boolean;
  respond(response: ResponseMessage, end: boolean): void;
  /** False asks to wait for `onDrain`. */
  write(data: Buffer): boolean;
  end(trailers: HeaderList): void;
  reset(): void;
  pause(): void;
  resume(): void;
}

export interface DownstreamEvents {
  onData(data: Buffer): void;
  onEnd(trailers: HeaderList): void;
  onDrain(): void;
  /** The rest of the request can't be read; an answer may still be given where none has begun. */
  onMalformed(status: number, details: string): void;
  /** The client left. */
  onReset(): void;
}

/** Who is told of requests on a connection, and answers them. */
export interface RequestHandler {
  onRequest(request: RequestMessage, stream: DownstreamStream, end: boolean): DownstreamEvents;
  /** Bytes that are no request, or one that can't be read on. The handler answers; the connection closes after that. */
  onMalformed(status: number, details: string, stream: DownstreamStream): DownstreamEvents;
}

/** The server's side of one request. After `reset` no event comes. */
export interface UpstreamStream {
  send(request: RequestMessage, end: boolean): void;
  write(data: Buffer): boolean;
  end(trailers: HeaderList): void;
  reset(): void;
  pause(): void;
  resume(): void;
}

export interface UpstreamEvents {
  /** Never an interim answer other than 101. */
  onResponse(response: ResponseMessage, end: boolean): void;
  onData(data: Buffer): void;
  onEnd(trailers: HeaderList): void;
  onDrain(): void;
  onReset(reason: ResetReason): void;
}

export const noTrailers: HeaderList = [];

/** The value of a header, several joined by commas; undefined when there is none. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== name) continue;
    found = found === undefined ? headers[at + 1] : `${found},${headers[at + 1]}`;
  }
  return found;
}
