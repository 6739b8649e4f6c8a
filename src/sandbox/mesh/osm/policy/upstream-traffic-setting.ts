import { parseGoDuration } from '../../../../kube/duration.ts';
import type { CircuitBreakers, HttpRateLimit, NetworkRateLimit, TokenBucket } from '../../proxy-config.ts';
import type { Egress, HttpLocalRateLimit, RateLimitUnit, UpstreamTrafficSetting } from '../policy-kinds.ts';
import { connectTimeoutMs } from './envoy-defaults.ts';
import { fqdnOf, type MeshService } from './mesh-service.ts';
import type { Complain, MeshSnapshot } from './snapshot.ts';

/**
 * What UpstreamTrafficSettings say: limits of a client's connections, and rates that a server's sidecar admits
 * (pkg/policy/client.go, GetUpstreamTrafficSetting; pkg/envoy/cds/cluster.go, applyUpstreamTrafficSetting).
 */
const settingKind = 'UpstreamTrafficSetting';
export const policyGroup = 'policy.openservicemesh.io/v1alpha1';

/**
 * The first that names the service in full, in the service's namespace; any other spelling has no effect. One with an
 * empty host matches every service of every namespace, which is an accident of OSM's comparison.
 */
export function settingOf(snapshot: MeshSnapshot, meshService: MeshService): UpstreamTrafficSetting | undefined {
  return snapshot.upstreamTrafficSettings.find(
    ({ metadata, spec }) =>
      spec?.host === '' || (metadata.namespace === meshService.namespace && spec?.host === fqdnOf(meshService)),
  );
}

/** The setting that an Egress refers to in its own namespace; `missing` voids the whole Egress. */
export function settingOfEgress(
  snapshot: MeshSnapshot,
  { metadata, spec }: Egress,
  complain: Complain,
): UpstreamTrafficSetting | 'none' | 'missing' {
  const reference = spec?.matches?.find(({ apiGroup, kind }) => apiGroup === policyGroup && kind === settingKind);
  if (!reference) return 'none';
  const { namespace } = metadata;
  const found = snapshot.upstreamTrafficSettings.find(
    (setting) => setting.metadata.namespace === namespace && setting.metadata.name === reference.name,
  );
  if (found) return found;
  complain(
    `UpstreamTrafficSetting ${namespace}/${reference.name} specified in Egress policy ${namespace}/${metadata.name} could not be found, ignoring it`,
  );
  return 'missing';
}

export function circuitBreakersOf(setting: UpstreamTrafficSetting | undefined): CircuitBreakers {
  const { tcp, http } = setting?.spec?.connectionSettings ?? {};
  return {
    ...(tcp?.maxConnections === undefined ? {} : { maxConnections: tcp.maxConnections }),
    ...(http?.maxRequests === undefined ? {} : { maxRequests: http.maxRequests }),
    ...(http?.maxPendingRequests === undefined ? {} : { maxPendingRequests: http.maxPendingRequests }),
    ...(http?.maxRetries === undefined ? {} : { maxRetries: http.maxRetries }),
    ...(http?.maxRequestsPerConnection === undefined
      ? {}
      : { maxRequestsPerConnection: http.maxRequestsPerConnection }),
  };
}

export function connectTimeoutOf(setting: UpstreamTrafficSetting | undefined): number {
  return parseGoDuration(setting?.spec?.connectionSettings?.tcp?.connectTimeout ?? '') ?? connectTimeoutMs;
}

const unitMs: Readonly<Record<RateLimitUnit, number>> = { second: 1000, minute: 60_000, hour: 3_600_000 };

const bucket = (amount: number, burst: number | undefined, unit: RateLimitUnit): TokenBucket => ({
  maxTokens: amount + (burst ?? 0),
  tokensPerFill: amount,
  fillIntervalMs: unitMs[unit],
});

/** Connections per time at a server's filter chain, whose name is the statistics' prefix. */
export function networkRateLimitOf(
  setting: UpstreamTrafficSetting | undefined,
  statPrefix: string,
): NetworkRateLimit | undefined {
  const tcp = setting?.spec?.rateLimit?.local?.tcp;
  return tcp && { statPrefix, bucket: bucket(tcp.connections, tcp.burst, tcp.unit) };
}

function httpRateLimit(limit: HttpLocalRateLimit): HttpRateLimit {
  return {
    statPrefix: 'http_local_rate_limiter',
    bucket: bucket(limit.requests, limit.burst, limit.unit),
    status: limit.responseStatusCode ?? 429,
    responseHeadersToAdd: (limit.responseHeadersToAdd ?? []).map(({ name, value }) => [name.toLowerCase(), value]),
  };
}

/** Requests per time to any route of the service. */
export function virtualHostRateLimitOf(setting: UpstreamTrafficSetting | undefined): HttpRateLimit | undefined {
  const http = setting?.spec?.rateLimit?.local?.http;
  return http && httpRateLimit(http);
}

/** Requests per time to the route with this very regex: the texts are compared, not what they match. */
export function routeRateLimitOf(
  setting: UpstreamTrafficSetting | undefined,
  regex: string,
): HttpRateLimit | undefined {
  const local = setting?.spec?.httpRoutes?.find(({ path }) => path === regex)?.rateLimit?.local;
  return local && httpRateLimit(local);
}
