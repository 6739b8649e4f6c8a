import type { ExchangeRecord } from './engine.ts';
import type { Address } from './proxy-config.ts';

/** Access log lines as OSM configures them for Envoy: one JSON object per line, missing values null. */
export interface LoggedConnection {
  source: Address;
  originalDestination: Address;
  requestedServerName: string | undefined;
}

/** OSM: pkg/envoy/xdsutil.go, getStdoutAccessLog. */
export function exchangeLine(record: ExchangeRecord, connection: LoggedConnection): string {
  const { request } = record;
  return JSON.stringify({
    start_time: new Date(record.startMs).toISOString(),
    method: request?.method ?? null,
    path: request?.path ?? null,
    protocol: request?.protocol ?? null,
    response_code: record.status,
    response_code_details: record.details,
    time_to_first_byte: record.firstByteMs === undefined ? null : record.firstByteMs - record.startMs,
    upstream_cluster: record.upstreamCluster,
    response_flags: record.flags,
    bytes_received: record.bytesReceived,
    bytes_sent: record.bytesSent,
    duration: record.endMs - record.startMs,
    upstream_service_time: record.upstreamServiceTimeMs === undefined ? null : String(record.upstreamServiceTimeMs),
    x_forwarded_for: request?.header('x-forwarded-for') ?? null,
    user_agent: request?.header('user-agent') ?? null,
    request_id: request?.requestId ?? null,
    requested_server_name: connection.requestedServerName ?? null,
    authority: request?.authority ?? null,
    upstream_host: record.upstreamHost,
  });
}

export interface ConnectionRecord {
  startMs: number;
  endMs: number;
  flags: string;
  details: string | null;
  upstreamCluster: string | null;
  upstreamHost: string | null;
  bytesReceived: number;
  bytesSent: number;
}

/** The line of a connection that carried no HTTP of ours: TCP, or no filter chain at all. */
export function connectionLine(record: ConnectionRecord, connection: LoggedConnection): string {
  return JSON.stringify({
    start_time: new Date(record.startMs).toISOString(),
    method: null,
    path: null,
    protocol: null,
    response_code: 0,
    response_code_details: record.details,
    time_to_first_byte: null,
    upstream_cluster: record.upstreamCluster,
    response_flags: record.flags,
    bytes_received: record.bytesReceived,
    bytes_sent: record.bytesSent,
    duration: record.endMs - record.startMs,
    upstream_service_time: null,
    x_forwarded_for: null,
    user_agent: null,
    request_id: null,
    requested_server_name: connection.requestedServerName ?? null,
    authority: null,
    upstream_host: record.upstreamHost,
  });
}
