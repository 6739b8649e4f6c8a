import type { LoggedConnection } from '../access-log.ts';
import type { ExchangeRecord, RequestHead } from '../engine.ts';
import type { TraceContext } from './b3.ts';

/** One side of one exchange in Zipkin's JSON v2 (zipkin.io/zipkin-api), with the tags that Envoy gives it. */
export interface ZipkinSpan {
  traceId: string;
  id: string;
  parentId?: string;
  name: string;
  kind: 'CLIENT' | 'SERVER';
  /** Microseconds since the epoch. */
  timestamp: number;
  /** Microseconds. */
  duration: number;
  localEndpoint: { serviceName: string; ipv4: string; port: number };
  annotations: { timestamp: number; value: string }[];
  tags: Record<string, string>;
  /** The server's half of a span that its client began. */
  shared?: true;
}

export interface TracedProxy {
  /** `--service-cluster`. */
  serviceName: string;
  nodeId: string;
  ip: string;
}

export function zipkinSpan(
  { serviceName, nodeId, ip }: TracedProxy,
  kind: ZipkinSpan['kind'],
  shared: boolean,
  context: TraceContext,
  request: RequestHead,
  record: ExchangeRecord,
  connection: LoggedConnection,
): ZipkinSpan {
  const { traceId, spanId, parentId } = context;
  const { startMs, endMs, firstByteMs } = record;
  return {
    traceId,
    ...(parentId === undefined ? {} : { parentId }),
    id: spanId,
    // Envoy names Zipkin's spans after the Host header.
    name: request.authority,
    kind,
    timestamp: startMs * 1000,
    // The clock counts milliseconds; what took less still took some time.
    duration: Math.max(1, (endMs - startMs) * 1000),
    localEndpoint: { serviceName, ipv4: ip, port: 0 },
    annotations: [
      ...(firstByteMs === undefined
        ? []
        : [{ timestamp: firstByteMs * 1000, value: 'first_upstream_rx_byte_received' }]),
      { timestamp: endMs * 1000, value: 'last_downstream_tx_byte_sent' },
    ],
    tags: tagsOf(nodeId, request, record, connection),
    ...(shared ? { shared: true } : {}),
  };
}

/** Envoy: source/common/tracing/http_tracer_impl.cc. A status of 0 means that nobody answered. */
function tagsOf(
  nodeId: string,
  request: RequestHead,
  record: ExchangeRecord,
  { source }: LoggedConnection,
): Record<string, string> {
  const { status, flags, upstreamCluster, upstreamHost, bytesReceived, bytesSent } = record;
  return {
    component: 'proxy',
    node_id: nodeId,
    ...(request.requestId === undefined ? {} : { 'guid:x-request-id': request.requestId }),
    'http.url': `http://${request.authority}${request.path}`,
    'http.method': request.method,
    'http.protocol': request.protocol,
    downstream_cluster: request.header('x-envoy-downstream-service-cluster') ?? '-',
    user_agent: request.header('user-agent') ?? '-',
    'peer.address': source.ip,
    request_size: String(bytesReceived),
    response_size: String(bytesSent),
    response_flags: flags,
    'http.status_code': String(status),
    ...(upstreamCluster === null
      ? {}
      : { upstream_cluster: upstreamCluster, 'upstream_cluster.name': upstreamCluster }),
    ...(upstreamHost === null ? {} : { upstream_address: upstreamHost }),
    ...(status === 0 || status >= 500 ? { error: 'true' } : {}),
  };
}
