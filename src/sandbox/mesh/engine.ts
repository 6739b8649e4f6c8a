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
  decide(request: RequestHead): Decision;
  began(): void;
  finished(record: ExchangeRecord): void;
}

export interface RequestHead extends RequestFacts {
  protocol: string;
  requestId: string | undefined;
}

/** Envoy's response flags, as far as this proxy sets them. */
export type ResponseFlag = '-' | 'NR' | 'NC' | 'UH' | 'UF' | 'UC' | 'DC' | 'DPE';

export interface LocalReply {
  type: 'reply';
  status: number;
  body: string;
  flags: ResponseFlag;
  details: string;
  upstreamCluster: string | null;
}

export interface Forward {
  type: 'forward';
  upstream: UpstreamRuntime;
  host: UpstreamHost;
  path: string;
}

export type Decision = LocalReply | Forward;

/** What the access log and the counters want to know of one exchange. */
export interface ExchangeRecord {
  startMs: number;
  endMs: number;
  firstByteMs: number | undefined;
  request: RequestHead | undefined;
  status: number;
  flags: ResponseFlag;
  details: string;
  upstreamCluster: string | null;
  upstreamHost: string | null;
  upstreamServiceTimeMs: number | undefined;
  bytesReceived: number;
  bytesSent: number;
}

export const bodyOfReset = (reason: string): string =>
  `upstream connect error or disconnect/reset before headers. reset reason: ${reason}`;
