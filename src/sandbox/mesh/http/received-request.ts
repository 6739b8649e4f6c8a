import { randomUUID } from 'node:crypto';
import type { ExchangeRecord, RequestHead } from '../engine.ts';
import { type HeaderList, headerOf, type RequestMessage } from './message.ts';

/** A request as the rules see it. */
export class ReceivedRequest implements RequestHead {
  readonly authority: string;
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  /** A trace leaves its mark in it. */
  requestId: string | undefined;
  readonly headers: HeaderList;
  readonly peekBody: (maxBytes: number) => Promise<Buffer>;

  constructor(request: RequestMessage, generatesId: boolean, peekBody: (maxBytes: number) => Promise<Buffer>) {
    this.peekBody = peekBody;
    this.authority = request.authority;
    this.method = request.method;
    this.path = request.path;
    this.protocol = request.version;
    this.headers = request.headers;
    this.requestId = headerOf(request.headers, 'x-request-id') ?? (generatesId ? randomUUID() : undefined);
  }

  header(name: string): string | undefined {
    return headerOf(this.headers, name);
  }
}

/** What is known of an exchange when it begins. */
export const newRecord = (startMs: number, request: RequestHead | undefined): ExchangeRecord => ({
  startMs,
  endMs: 0,
  firstByteMs: undefined,
  request,
  status: 0,
  flags: '-',
  details: 'via_upstream',
  upstreamCluster: null,
  upstreamHost: null,
  upstreamServiceTimeMs: undefined,
  bytesReceived: 0,
  bytesSent: 0,
  responseHeaders: [],
});
