import type { Socket } from 'node:net';
import type { HttpConnectionManager } from './proxy-config.ts';
import type { RequestFacts } from './route.ts';
import type { UpstreamHost, UpstreamRuntime } from './upstream.ts';

/**
 * The seam between what a proxy decides and how it moves HTTP. An engine frames messages and keeps upstream connections;
 * it knows neither routes nor policies, so that engines can be measured against each other.
 */
export interface ProxyEngine {
  /** Speaks HTTP/1.1 on the connection until it ends. Rules are asked for anew with each request. */
  serve(socket: Socket, rules: () => HttpRules): ServedConnection;
  /** Drops kept upstream connections. */
  close(): void;
}

export interface ServedConnection {
  /** Ends when the current exchange is over; at once when there is none. */
  drain(): void;
}

export interface HttpRules {
  manager: HttpConnectionManager;
  /** A promise where a filter asks somebody else first (external authorization). */
  decide(request: RequestHead): Decision | Promise<Decision>;
  began(): void;
  finished(record: ExchangeRecord): void;
}

export interface RequestHead extends RequestFacts {
  protocol: string;
  requestId: string | undefined;
  /** name, value, name, value, … as they came, names in lower case; without host. */
  headers: readonly string[];
  /** The body, or its first bytes if it is longer, without taking it from whoever gets it later. */
  peekBody?(maxBytes: number): Promise<Buffer>;
}

/** Envoy's response flags, as far as this proxy sets them. */
export type ResponseFlag =
  | '-'
  | 'UH'
  | 'UT'
  | 'UR'
  | 'UF'
  | 'UC'
  | 'UO'
  | 'NR'
  | 'NC'
  | 'RL'
  | 'UAEX'
  | 'DC'
  | 'URX'
  | 'SI'
  | 'DPE'
  | 'UPE';

/** One flag, or why the last attempt failed and that it was the last one: `UF,URX`. */
export type ResponseFlags = ResponseFlag | `${ResponseFlag},${ResponseFlag}`;

export interface LocalReply {
  type: 'reply';
  status: number;
  body: string;
  flags: ResponseFlag;
  details: string;
  upstreamCluster: string | null;
  /** Beside those that every reply has; names in lower case. */
  headers?: readonly (readonly [string, string])[];
}

export interface Forward {
  type: 'forward';
  upstream: UpstreamRuntime;
  host: UpstreamHost;
  path: string;
  /** Set on the request that goes up, replacing what the client sent under these names (lower case). */
  requestHeadersToSet?: readonly (readonly [string, string])[];
  retry?: RetryPolicy;
  /** From the request's last byte to the response's last; absent waits for ever. */
  timeoutMs?: number;
}

/** Envoy: RetryPolicy. The engine executes it; which condition means what is `retryOn`'s standard vocabulary. */
export interface RetryPolicy {
  /** `5xx`, `gateway-error`, `reset`, `connect-failure`, `retriable-4xx`, `refused-stream`, …; unknown words match nothing. */
  retryOn: readonly string[];
  numRetries: number;
  /** 0 sets no limit. */
  perTryTimeoutMs: number;
  /** The back-off is fully jittered, doubles, and stops growing at ten times this. */
  backoffBaseMs: number;
  /** The endpoint of the next attempt; undefined when none is left. */
  repick(): { upstream: UpstreamRuntime; host: UpstreamHost } | undefined;
}

export type Decision = LocalReply | Forward;

/** What the access log and the counters want to know of one exchange. */
export interface ExchangeRecord {
  startMs: number;
  endMs: number;
  firstByteMs: number | undefined;
  request: RequestHead | undefined;
  status: number;
  flags: ResponseFlags;
  details: string;
  upstreamCluster: string | null;
  upstreamHost: string | null;
  upstreamServiceTimeMs: number | undefined;
  bytesReceived: number;
  bytesSent: number;
  /** What the upstream answered, before this proxy changed it: name, value, name, value; names in lower case. */
  responseHeaders: readonly string[];
}

export const bodyOfReset = (reason: string, wasRetried = false): string =>
  `upstream connect error or disconnect/reset before headers. ${wasRetried ? 'retried and the latest ' : ''}reset reason: ${reason}`;
