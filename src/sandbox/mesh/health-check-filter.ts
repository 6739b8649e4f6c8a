import type { LocalReply, RequestHead } from './engine.ts';
import type { HealthCheckFilter } from './proxy-config.ts';

/** Envoy does not count these answers among those of a connection manager. */
export const healthCheckOk = 'health_check_ok';

/** Envoy's HTTP health check filter, not passing through: the proxy's own answer, whether or not its app would give one. */
export function healthCheckReply(
  filter: HealthCheckFilter | undefined,
  request: RequestHead,
  serviceCluster: string,
): LocalReply | undefined {
  if (!filter || request.path !== filter.path || request.header(filter.header) === undefined) return undefined;
  return {
    type: 'reply',
    status: 200,
    body: '',
    flags: '-',
    details: healthCheckOk,
    upstreamCluster: null,
    headers: [['x-envoy-upstream-healthchecked-cluster', serviceCluster]],
  };
}
