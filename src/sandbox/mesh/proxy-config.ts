/**
 * What one sidecar is told to do, in Envoy's words: listeners, filter chains, routes, clusters, endpoints. It is plain
 * data that any control plane can make; it does not know OSM, Kubernetes or where certificates come from.
 */
export interface ProxyConfig {
  listeners: readonly Listener[];
  routes: readonly RouteConfig[];
  clusters: readonly UpstreamCluster[];
  /** Whom to believe, by name; TLS contexts refer to them. */
  validationContexts: readonly ValidationContext[];
}

/** ProxyConfig plus the key material that its TLS contexts name: all that a control plane sends. */
export interface ProxyUpdate {
  version: string;
  config: ProxyConfig;
  certificates: readonly TlsCertificate[];
  /** PEM bundle of the mesh CA. */
  trustedCaPem: string;
}

export interface TlsCertificate {
  name: string;
  certPem: string;
  keyPem: string;
}

export interface ValidationContext {
  name: string;
  /** DNS SANs, one of which the peer must carry; empty means that the CA's word is enough. */
  matchSubjectAltNames: readonly string[];
}

export interface Address {
  ip: string;
  port: number;
}

export interface Listener {
  name: string;
  port: number;
  /** `127.0.0.1` listens inside the pod only. */
  host?: string;
  direction: 'inbound' | 'outbound' | 'unspecified';
  /** Read the first bytes to tell TLS (and its SNI and ALPN) from plaintext before a chain is chosen. */
  inspectTls: boolean;
  /** Read the first line of plaintext too, to tell HTTP and its version from other protocols. */
  inspectHttp?: boolean;
  /** Original destination ports on which the server may speak first, so that nothing is read before the choice. */
  inspectionDisabledPorts?: readonly number[];
  /** Writes a line of the access log for each connection too, when it closes. */
  logsConnections?: boolean;
  filterChains: readonly FilterChain[];
  defaultFilterChain?: FilterChain;
}

export interface FilterChainMatch {
  destinationPort?: number;
  /** CIDRs of the original destination. */
  destinationRanges?: readonly string[];
  serverNames?: readonly string[];
  transportProtocol?: 'tls' | 'raw_buffer';
  applicationProtocols?: readonly string[];
  /** CIDRs of the client. */
  sourceRanges?: readonly string[];
}

export interface FilterChain {
  name: string;
  match: FilterChainMatch;
  /** Terminates TLS here; absent means the bytes are taken as they come. */
  tls?: DownstreamTls;
  networkRbac?: NetworkRbac;
  /** Asked after `networkRbac`. */
  networkRateLimit?: NetworkRateLimit;
  filter: HttpConnectionManager | TcpProxy;
}

/** `auto` is Envoy's choice, another for clients than for servers. */
export type TlsVersion = 'auto' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export interface TlsProtocol {
  minVersion: TlsVersion;
  maxVersion: TlsVersion;
  /** For TLS 1.2 and older, in order of preference; `[a|b]` prefers none. Absent is Envoy's list. */
  cipherSuites?: readonly string[];
  /** Absent is Envoy's list. */
  ecdhCurves?: readonly string[];
}

export interface TlsParameters extends TlsProtocol {
  /** Name of a TlsCertificate. */
  certificate: string;
  /** Name of a ValidationContext. */
  validationContext: string;
  applicationProtocols: readonly string[];
}

export interface DownstreamTls extends TlsParameters {
  requireClientCertificate: boolean;
}

export interface UpstreamTls extends TlsParameters {
  serverName: string;
}

/** DNS SANs of the peer, exactly; `any` matches a peer without a certificate too. */
export type Principals = { type: 'any' } | { type: 'names'; names: readonly string[] };

export interface NetworkRbac {
  /** Prefix of its counters: `network-` gives `network-rbac.allowed`. */
  statPrefix: string;
  policies: readonly NetworkRbacPolicy[];
}

export interface NetworkRbacPolicy {
  name: string;
  principals: Principals;
  /** Original destination ports; empty allows every port. */
  destinationPorts: readonly number[];
}

/** Envoy: TokenBucket. Full at first; then `tokensPerFill` come back at each interval, up to `maxTokens`. */
export interface TokenBucket {
  maxTokens: number;
  tokensPerFill: number;
  fillIntervalMs: number;
}

/** Connections per time; those beyond it are closed unanswered. */
export interface NetworkRateLimit {
  /** `x` gives `local_rate_limit.x.rate_limited`. */
  statPrefix: string;
  bucket: TokenBucket;
}

/** Requests per time, counted by each proxy for itself. */
export interface HttpRateLimit {
  /** `x` gives `x.http_local_rate_limit.rate_limited`. */
  statPrefix: string;
  bucket: TokenBucket;
  status: number;
  /** Names in lower case. */
  responseHeadersToAdd: readonly (readonly [string, string])[];
}

/** Envoy: ext_authz, asked over gRPC after role-based access and rate limits. Requests without a route are not asked about. */
export interface ExternalAuthorization {
  host: string;
  port: number;
  /** `x` gives `grpc.x.streams_total`. */
  statPrefix: string;
  timeoutMs: number;
  /** Whether a request passes when the service can't be asked. */
  failureModeAllow: boolean;
  /** So much of the body goes along. */
  maxRequestBytes: number;
}

/** Requests for this path that carry this header, whatever its value, are answered by the proxy itself. */
export interface HealthCheckFilter {
  path: string;
  header: string;
}

export interface HttpConnectionManager {
  type: 'http';
  statPrefix: string;
  /** It routes, and asks nothing about access or limits. */
  routerOnly?: boolean;
  /** Name of a RouteConfig, looked up anew for each request. */
  routeConfig: string;
  direction: 'inbound' | 'outbound';
  /** Make an x-request-id where the client sent none. */
  generateRequestId: boolean;
  requestHeadersToAdd: Readonly<Record<string, string>>;
  requestHeadersToRemove?: readonly string[];
  responseHeadersToAdd: Readonly<Record<string, string>>;
  responseHeadersToRemove: readonly string[];
  externalAuthorization?: ExternalAuthorization;
  /** Asked after all that may refuse a request, with a route or without one. */
  healthCheckFilter?: HealthCheckFilter;
  /** What the proxy's own answers carry (Envoy: local_reply_config). */
  localReplyHeadersToAdd?: Readonly<Record<string, string>>;
  /** Counts each request by who asked and who answered. */
  workloadStats?: WorkloadStats;
  tracing?: Tracing;
}

/** Where spans go, in Zipkin's JSON v2; every request is sampled unless it says otherwise. */
export interface Tracing {
  collectorCluster: string;
  /** A path. */
  collectorEndpoint: string;
}

/**
 * A filter that knows its own workload and learns the other one's from headers of the answer: both are labels of
 * `<name>_total` and `<name>_duration_ms`.
 */
export interface WorkloadStats {
  name: string;
  /** Label to value, such as `namespace` to `shop`. */
  source: Readonly<Record<string, string>>;
  /** Label to the header of the answer that has its value. */
  destinationHeaders: Readonly<Record<string, string>>;
}

export interface TcpProxy {
  type: 'tcp';
  statPrefix: string;
  clusters: readonly WeightedCluster[];
}

export interface RouteConfig {
  name: string;
  virtualHosts: readonly VirtualHost[];
}

export interface VirtualHost {
  name: string;
  /** Lower case, exact, or `*`. */
  domains: readonly string[];
  /** One bucket for all its routes, except those that have their own. */
  rateLimit?: HttpRateLimit;
  routes: readonly Route[];
}

export interface Route {
  path: { type: 'regex'; regex: string } | { type: 'prefix'; prefix: string };
  /** A regex for `:method`; absent or `.*` matches any. */
  method?: string;
  /** Each header must be there and match its regex wholly. `:authority` is the Host; no request has a header `host`. */
  headers: readonly { name: string; regex: string }[];
  clusters: readonly WeightedCluster[];
  prefixRewrite?: string;
  /** Who may use this route; absent asks nobody. */
  rbac?: Principals;
  /** In place of the virtual host's; asked after `rbac`. */
  rateLimit?: HttpRateLimit;
  retry?: RouteRetry;
}

/** Envoy: RetryPolicy, as a route carries it. */
export interface RouteRetry {
  /** Conditions in Envoy's words: `5xx`, `gateway-error`, `connect-failure`, … */
  retryOn: readonly string[];
  numRetries: number;
  /** 0 sets no limit. */
  perTryTimeoutMs: number;
  backoffBaseMs: number;
}

export interface WeightedCluster {
  cluster: string;
  weight: number;
}

export interface UpstreamCluster {
  name: string;
  /** The name in statistics, where `name` has dots or colons. */
  altStatName?: string;
  /**
   * `original-dst` connects to where the client wanted to go, `strict-dns` to every address of `host`, `logical-dns` to
   * what the name in its one endpoint means when it connects.
   */
  discovery: 'eds' | 'static' | 'original-dst' | 'strict-dns' | 'logical-dns';
  endpoints: readonly Address[];
  /** For `strict-dns`: the name to look up, and the port to connect to. */
  host?: string;
  port?: number;
  connectTimeoutMs: number;
  tls?: UpstreamTls;
  /** Always HTTP/2; absent speaks what the client of each request speaks (Envoy: use_downstream_protocol_config). */
  http2?: boolean;
  circuitBreakers?: CircuitBreakers;
  healthCheck?: HealthCheck;
}

/** Envoy: HealthCheck with HttpHealthCheck; over the cluster's TLS and always HTTP/1.1. 200 is healthy. */
export interface HealthCheck {
  host: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** From the end of one check to the next. */
  intervalMs: number;
  /** So many in a row make an endpoint healthy again. */
  healthyThreshold: number;
  /** So many in a row without an answer make it unhealthy; an answer other than 200 does so at once. */
  unhealthyThreshold: number;
}

/** Per cluster, over all its endpoints; what is absent is 4294967295, which is no limit. */
export interface CircuitBreakers {
  maxConnections?: number;
  maxPendingRequests?: number;
  maxRequests?: number;
  maxRetries?: number;
  /** Not a limit on what is under way: a connection is closed after so many requests. */
  maxRequestsPerConnection?: number;
}
