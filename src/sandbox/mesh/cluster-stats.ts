import type { Stat, StatScope } from './stats.ts';

/** What a cluster counts of connections and requests, under Envoy's names; made once, so that zeroes can be read. */
const counters = {
  cxTotal: 'upstream_cx_total',
  cxHttp1Total: 'upstream_cx_http1_total',
  cxHttp2Total: 'upstream_cx_http2_total',
  cxConnectFail: 'upstream_cx_connect_fail',
  cxConnectTimeout: 'upstream_cx_connect_timeout',
  cxOverflow: 'upstream_cx_overflow',
  cxNoneHealthy: 'upstream_cx_none_healthy',
  cxMaxRequests: 'upstream_cx_max_requests',
  cxProtocolError: 'upstream_cx_protocol_error',
  rqTotal: 'upstream_rq_total',
  rqCompleted: 'upstream_rq_completed',
  rqCancelled: 'upstream_rq_cancelled',
  rqTimeout: 'upstream_rq_timeout',
  rqPerTryTimeout: 'upstream_rq_per_try_timeout',
  rqRxReset: 'upstream_rq_rx_reset',
  rqTxReset: 'upstream_rq_tx_reset',
  rqPendingTotal: 'upstream_rq_pending_total',
  rqPendingOverflow: 'upstream_rq_pending_overflow',
  rqPendingFailureEject: 'upstream_rq_pending_failure_eject',
  rqRetry: 'upstream_rq_retry',
  rqRetrySuccess: 'upstream_rq_retry_success',
  rqRetryOverflow: 'upstream_rq_retry_overflow',
  rqRetryLimitExceeded: 'upstream_rq_retry_limit_exceeded',
  rqRetryBackoffExponential: 'upstream_rq_retry_backoff_exponential',
  lbHealthyPanic: 'lb_healthy_panic',
  retryOrShadowAbandoned: 'retry_or_shadow_abandoned',
} as const;

const gauges = {
  cxActive: 'upstream_cx_active',
  rqActive: 'upstream_rq_active',
  rqPendingActive: 'upstream_rq_pending_active',
} as const;

export type ClusterStats = { readonly [Name in keyof typeof counters | keyof typeof gauges]: Stat };

export function clusterStats(scope: StatScope): ClusterStats {
  const made = [
    ...Object.entries(counters).map(([key, name]) => [key, scope.counter(name)] as const),
    ...Object.entries(gauges).map(([key, name]) => [key, scope.gauge(name)] as const),
  ];
  return Object.fromEntries(made) as ClusterStats;
}
