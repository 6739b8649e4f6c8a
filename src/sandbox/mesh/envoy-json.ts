import type * as model from './proxy-config.ts';

/**
 * A proxy configuration in Envoy's own JSON: filters, matches and names as people read them. It is a pure function of
 * ProxyConfig and knows no sidecar, so that what is shown can be compared with what was decided.
 */
export const typeUrl = (name: string) => `type.googleapis.com/envoy.${name}`;
const socketAddress = ({ ip, port }: model.Address) => ({ socket_address: { address: ip, port_value: port } });
const principal = (name: string) => ({
  authenticated: { principal_name: { exact: name } },
});

function principals(allowed: model.Principals): object[] {
  return allowed.type === 'any' ? [{ any: true }] : allowed.names.map(principal);
}

function weightedClusters(clusters: readonly model.WeightedCluster[]): object {
  return {
    weighted_clusters: {
      clusters: clusters.map(({ cluster, weight }) => ({ name: cluster, weight })),
      total_weight: clusters.reduce((sum, { weight }) => sum + weight, 0),
    },
  };
}

const durationText = (ms: number): string => `${ms / 1000}s`;

const tokenBucket = ({ maxTokens, tokensPerFill, fillIntervalMs }: model.TokenBucket): object => ({
  max_tokens: maxTokens,
  tokens_per_fill: tokensPerFill,
  fill_interval: durationText(fillIntervalMs),
});

const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } };

function httpRateLimit({ statPrefix, status, bucket, responseHeadersToAdd }: model.HttpRateLimit): object {
  return {
    '@type': typeUrl('extensions.filters.http.local_ratelimit.v3.LocalRateLimit'),
    stat_prefix: statPrefix,
    status: { code: status },
    token_bucket: tokenBucket(bucket),
    filter_enabled: always,
    filter_enforced: always,
    response_headers_to_add: responseHeadersToAdd.map(([key, value]) => ({ header: { key, value }, append: false })),
  };
}

const rbacPerRoute = (rbac: model.Principals): object => ({
  '@type': typeUrl('extensions.filters.http.rbac.v3.RBACPerRoute'),
  rbac: {
    rules: { policies: { 'rbac-for-route': { permissions: [{ any: true }], principals: principals(rbac) } } },
  },
});

function perFilterConfig({ rbac, rateLimit }: Pick<model.Route, 'rbac' | 'rateLimit'>): object {
  if (!rbac && !rateLimit) return {};
  return {
    typed_per_filter_config: {
      ...(rbac ? { 'envoy.filters.http.rbac': rbacPerRoute(rbac) } : {}),
      ...(rateLimit ? { 'envoy.filters.http.local_ratelimit': httpRateLimit(rateLimit) } : {}),
    },
  };
}

function retryPolicy({ retryOn, numRetries, perTryTimeoutMs, backoffBaseMs }: model.RouteRetry): object {
  return {
    retry_on: retryOn.join(','),
    num_retries: numRetries,
    ...(perTryTimeoutMs > 0 ? { per_try_timeout: durationText(perTryTimeoutMs) } : {}),
    retry_back_off: { base_interval: durationText(backoffBaseMs) },
  };
}

function route(config: model.Route): object {
  const { path, method, headers, clusters, prefixRewrite, retry } = config;
  const match =
    path.type === 'prefix' ? { prefix: path.prefix } : { safe_regex: { google_re2: {}, regex: path.regex } };
  const headerMatches = [
    { name: ':method', safe_regex_match: { google_re2: {}, regex: method ?? '.*' } },
    ...headers.map(({ name, regex }) => ({
      name,
      safe_regex_match: { google_re2: {}, regex },
    })),
  ];
  return {
    match: { ...match, ...(path.type === 'regex' ? { headers: headerMatches } : {}) },
    route: {
      ...weightedClusters(clusters),
      ...(prefixRewrite === undefined ? {} : { prefix_rewrite: prefixRewrite }),
      timeout: '0s',
      ...(retry ? { retry_policy: retryPolicy(retry) } : {}),
    },
    ...perFilterConfig(config),
  };
}

function virtualHost({ name, domains, routes, rateLimit }: model.VirtualHost): object {
  return { name, domains, routes: routes.map(route), ...perFilterConfig(rateLimit ? { rateLimit } : {}) };
}

function filters({ filter, networkRbac, networkRateLimit }: model.FilterChain): object[] {
  const rateLimit = networkRateLimit && {
    name: 'l4_local_rate_limit',
    typed_config: {
      '@type': typeUrl('extensions.filters.network.local_ratelimit.v3.LocalRateLimit'),
      stat_prefix: networkRateLimit.statPrefix,
      token_bucket: tokenBucket(networkRateLimit.bucket),
    },
  };
  const rbac = networkRbac && {
    name: 'l4_rbac',
    typed_config: {
      '@type': typeUrl('extensions.filters.network.rbac.v3.RBAC'),
      rules: {
        policies: Object.fromEntries(
          networkRbac.policies.map((policy) => [
            policy.name,
            {
              permissions:
                policy.destinationPorts.length === 0
                  ? [{ any: true }]
                  : policy.destinationPorts.map((port) => ({ destination_port: port })),
              principals: principals(policy.principals),
            },
          ]),
        ),
      },
      stat_prefix: networkRbac.statPrefix,
    },
  };
  return [...(rbac ? [rbac] : []), ...(rateLimit ? [rateLimit] : []), terminalFilter(filter)];
}

function terminalFilter(filter: model.FilterChain['filter']): object {
  switch (filter.type) {
    case 'tcp':
      return {
        name: 'tcp_proxy',
        typed_config: {
          '@type': typeUrl('extensions.filters.network.tcp_proxy.v3.TcpProxy'),
          stat_prefix: filter.statPrefix,
          ...(filter.clusters.length === 1
            ? { cluster: filter.clusters[0]?.cluster }
            : weightedClusters(filter.clusters)),
        },
      };
    case 'http':
      return {
        name: 'http_connection_manager',
        typed_config: {
          '@type': typeUrl('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
          stat_prefix: filter.statPrefix,
          rds: { config_source: { ads: {}, resource_api_version: 'V3' }, route_config_name: filter.routeConfig },
          http_filters: httpFilters(filter),
          ...(filter.tracing ? { generate_request_id: true, tracing: tracing(filter.tracing) } : {}),
          upgrade_configs: [{ upgrade_type: 'websocket' }],
        },
      };
  }
}

function tracing({ collectorCluster, collectorEndpoint }: model.Tracing): object {
  return {
    verbose: true,
    provider: {
      name: 'envoy.tracers.zipkin',
      typed_config: {
        '@type': typeUrl('config.trace.v3.ZipkinConfig'),
        collector_cluster: collectorCluster,
        collector_endpoint: collectorEndpoint,
        collector_endpoint_version: 'HTTP_JSON',
      },
    },
  };
}

/** The order is that in which they see a request (pkg/envoy/lds/http_connection.go); the router comes last. */
function httpFilters(manager: model.HttpConnectionManager): object[] {
  const { routerOnly, workloadStats, localReplyHeadersToAdd, externalAuthorization } = manager;
  const countsPairs = workloadStats !== undefined || localReplyHeadersToAdd !== undefined;
  const named = (...names: string[]) => names.map((name) => ({ name }));
  return [
    ...(routerOnly ? [] : named('envoy.filters.http.rbac', 'envoy.filters.http.local_ratelimit')),
    ...(externalAuthorization ? [externalAuthorizationFilter(externalAuthorization)] : []),
    ...(countsPairs ? named('http_lua', 'envoy.filters.http.wasm') : []),
    ...(manager.healthCheckFilter ? [healthCheckFilter(manager.healthCheckFilter)] : []),
    ...named('http_router'),
  ];
}

const healthCheckFilter = ({ path, header }: model.HealthCheckFilter): object => ({
  name: 'http_health_check',
  typed_config: {
    '@type': typeUrl('extensions.filters.http.health_check.v3.HealthCheck'),
    pass_through_mode: false,
    headers: [
      { name: ':path', exact_match: path },
      { name: header, present_match: true },
    ],
  },
});

function externalAuthorizationFilter(config: model.ExternalAuthorization): object {
  const { host, port, statPrefix, timeoutMs, failureModeAllow, maxRequestBytes } = config;
  return {
    name: 'http_external_authz',
    typed_config: {
      '@type': typeUrl('extensions.filters.http.ext_authz.v3.ExtAuthz'),
      grpc_service: {
        google_grpc: { target_uri: `${host}:${port}`, stat_prefix: statPrefix },
        timeout: durationText(timeoutMs),
      },
      failure_mode_allow: failureModeAllow,
      with_request_body: { max_request_bytes: maxRequestBytes, allow_partial_message: true },
      transport_api_version: 'V3',
    },
  };
}

function tlsCommon(tls: model.TlsParameters): object {
  const version = (name: model.TlsVersion) => (name === 'TLSv1' ? 'TLSv1_0' : name.replace('v1.', 'v1_'));
  return {
    tls_params: {
      ...(tls.minVersion === 'auto' ? {} : { tls_minimum_protocol_version: version(tls.minVersion) }),
      ...(tls.maxVersion === 'auto' ? {} : { tls_maximum_protocol_version: version(tls.maxVersion) }),
      ...(tls.cipherSuites ? { cipher_suites: tls.cipherSuites } : {}),
      ...(tls.ecdhCurves ? { ecdh_curves: tls.ecdhCurves } : {}),
    },
    tls_certificate_sds_secret_configs: [{ name: tls.certificate, sds_config: { ads: {} } }],
    validation_context_sds_secret_config: { name: tls.validationContext, sds_config: { ads: {} } },
    alpn_protocols: tls.applicationProtocols,
  };
}

function chainMatch(match: model.FilterChainMatch): object {
  const range = (cidr: string) => {
    const [address, bits] = cidr.split('/');
    return { address_prefix: address, prefix_len: Number(bits ?? 32) };
  };
  return {
    ...(match.destinationPort === undefined ? {} : { destination_port: match.destinationPort }),
    ...(match.destinationRanges ? { prefix_ranges: match.destinationRanges.map(range) } : {}),
    ...(match.sourceRanges ? { source_prefix_ranges: match.sourceRanges.map(range) } : {}),
    ...(match.serverNames ? { server_names: match.serverNames } : {}),
    ...(match.transportProtocol ? { transport_protocol: match.transportProtocol } : {}),
    ...(match.applicationProtocols ? { application_protocols: match.applicationProtocols } : {}),
  };
}

function filterChain(chain: model.FilterChain): object {
  return {
    filter_chain_match: chainMatch(chain.match),
    filters: filters(chain),
    ...(chain.tls
      ? {
          transport_socket: {
            name: chain.name,
            typed_config: {
              '@type': typeUrl('extensions.transport_sockets.tls.v3.DownstreamTlsContext'),
              common_tls_context: tlsCommon(chain.tls),
              require_client_certificate: chain.tls.requireClientCertificate,
            },
          },
        }
      : {}),
    name: chain.name,
  };
}

/** Only listeners that iptables redirects to ask for the original destination. */
function listenerFilters({ direction, inspectTls, inspectionDisabledPorts = [] }: model.Listener): object[] {
  const disabled = inspectionDisabledPorts.map((port) => ({
    destination_port_range: { start: port, end: port + 1 },
  }));
  const filter_disabled = disabled.length === 0 ? {} : { filter_disabled: { or_match: { rules: disabled } } };
  const inspectors = (names: string[]) => (inspectTls ? names.map((name) => ({ name, ...filter_disabled })) : []);
  switch (direction) {
    case 'outbound':
      return [{ name: 'original_dst' }, ...inspectors(['tls_inspector', 'http_inspector'])];
    case 'inbound':
      return inspectTls ? [...inspectors(['tls_inspector']), { name: 'original_dst' }] : [];
    case 'unspecified':
      return [];
  }
}

export function listener(config: model.Listener): object {
  return {
    '@type': typeUrl('config.listener.v3.Listener'),
    name: config.name,
    address: socketAddress({ ip: config.host ?? '0.0.0.0', port: config.port }),
    filter_chains: config.filterChains.map(filterChain),
    ...(config.defaultFilterChain ? { default_filter_chain: filterChain(config.defaultFilterChain) } : {}),
    listener_filters: listenerFilters(config),
    continue_on_listener_filters_timeout: config.direction === 'outbound' && config.inspectTls,
    ...(config.logsConnections ? { access_log: [{ name: 'envoy.access_loggers.stream' }] } : {}),
    traffic_direction: config.direction.toUpperCase(),
  };
}

const discoveryTypes = {
  eds: 'EDS',
  static: 'STATIC',
  'original-dst': 'ORIGINAL_DST',
  'strict-dns': 'STRICT_DNS',
  'logical-dns': 'LOGICAL_DNS',
} as const;

export function loadAssignment({ name, endpoints, discovery, host, port }: model.UpstreamCluster): object {
  if (discovery === 'strict-dns') {
    const address = { socket_address: { address: host, port_value: port } };
    return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
  }
  return {
    cluster_name: name,
    endpoints: [{ lb_endpoints: endpoints.map((address) => ({ endpoint: { address: socketAddress(address) } })) }],
  };
}

/** All limits are written out, as OSM writes them: without a setting they are as high as they go. */
function circuitBreakers(limits: model.CircuitBreakers): object {
  const unlimited = 4294967295;
  return {
    thresholds: [
      {
        max_connections: limits.maxConnections ?? unlimited,
        max_pending_requests: limits.maxPendingRequests ?? unlimited,
        max_requests: limits.maxRequests ?? unlimited,
        max_retries: limits.maxRetries ?? unlimited,
        track_remaining: true,
      },
    ],
  };
}

function healthCheck({ host, path, headers, ...config }: model.HealthCheck): object {
  return {
    timeout: durationText(config.timeoutMs),
    interval: durationText(config.intervalMs),
    unhealthy_threshold: config.unhealthyThreshold,
    healthy_threshold: config.healthyThreshold,
    http_health_check: {
      host,
      path,
      request_headers_to_add: Object.entries(headers).map(([key, value]) => ({ header: { key, value } })),
    },
  };
}

export function cluster(config: model.UpstreamCluster): object {
  return {
    '@type': typeUrl('config.cluster.v3.Cluster'),
    name: config.name,
    ...(config.altStatName === undefined ? {} : { alt_stat_name: config.altStatName }),
    type: discoveryTypes[config.discovery],
    connect_timeout: durationText(config.connectTimeoutMs),
    ...(config.healthCheck ? { health_checks: [healthCheck(config.healthCheck)] } : {}),
    ...(config.circuitBreakers
      ? {
          circuit_breakers: circuitBreakers(config.circuitBreakers),
          ...(config.circuitBreakers.maxRequestsPerConnection === undefined
            ? {}
            : { max_requests_per_connection: config.circuitBreakers.maxRequestsPerConnection }),
        }
      : {}),
    ...(config.discovery === 'eds'
      ? { eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } } }
      : {}),
    ...(['static', 'strict-dns', 'logical-dns'].includes(config.discovery)
      ? { load_assignment: loadAssignment(config) }
      : {}),
    ...(config.tls
      ? {
          transport_socket: {
            name: config.name,
            typed_config: {
              '@type': typeUrl('extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
              common_tls_context: tlsCommon(config.tls),
              sni: config.tls.serverName,
            },
          },
        }
      : {}),
  };
}

export function routeConfig({ name, virtualHosts }: model.RouteConfig): object {
  return {
    '@type': typeUrl('config.route.v3.RouteConfiguration'),
    name,
    virtual_hosts: virtualHosts.map(virtualHost),
    validate_clusters: false,
  };
}
