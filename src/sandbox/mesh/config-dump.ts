import type * as model from './proxy-config.ts';
import type { Secrets } from './secrets.ts';
import type { Sidecar } from './sidecar.ts';

/** `GET /config_dump`: the configuration in force in Envoy's own JSON, as people and `osm verify` read it. */
const type = (name: string) => `type.googleapis.com/envoy.${name}`;
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

function route({ path, method, headers, clusters, prefixRewrite, rbac }: model.Route): object {
  const match =
    path.type === 'prefix' ? { prefix: path.prefix } : { safe_regex: { google_re2: {}, regex: path.regex } };
  const headerMatches = [
    { name: ':method', safe_regex_match: { google_re2: {}, regex: method ?? '.*' } },
    ...headers.map(({ name, regex }) => ({
      name: name === 'host' ? ':authority' : name,
      safe_regex_match: { google_re2: {}, regex },
    })),
  ];
  return {
    match: { ...match, ...(path.type === 'regex' ? { headers: headerMatches } : {}) },
    route: {
      ...weightedClusters(clusters),
      ...(prefixRewrite === undefined ? {} : { prefix_rewrite: prefixRewrite }),
      timeout: '0s',
    },
    ...(rbac
      ? {
          typed_per_filter_config: {
            'envoy.filters.http.rbac': {
              '@type': type('extensions.filters.http.rbac.v3.RBACPerRoute'),
              rbac: {
                rules: {
                  policies: { 'rbac-for-route': { permissions: [{ any: true }], principals: principals(rbac) } },
                },
              },
            },
          },
        }
      : {}),
  };
}

function virtualHost({ name, domains, routes }: model.VirtualHost): object {
  return { name, domains, routes: routes.map(route) };
}

function filters({ filter, networkRbac }: model.FilterChain): object[] {
  const rbac = networkRbac && {
    name: 'l4_rbac',
    typed_config: {
      '@type': type('extensions.filters.network.rbac.v3.RBAC'),
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
  return [...(rbac ? [rbac] : []), terminalFilter(filter)];
}

function terminalFilter(filter: model.FilterChain['filter']): object {
  switch (filter.type) {
    case 'tcp':
      return {
        name: 'tcp_proxy',
        typed_config: {
          '@type': type('extensions.filters.network.tcp_proxy.v3.TcpProxy'),
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
          '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
          stat_prefix: filter.statPrefix,
          rds: { config_source: { ads: {}, resource_api_version: 'V3' }, route_config_name: filter.routeConfig },
          http_filters: [{ name: 'envoy.filters.http.rbac' }, { name: 'http_router' }],
        },
      };
  }
}

function tlsCommon(tls: model.TlsParameters): object {
  const version = (name: model.TlsVersion) => name.replace('v1.', 'v1_');
  return {
    tls_params: {
      tls_minimum_protocol_version: version(tls.minVersion),
      tls_maximum_protocol_version: version(tls.maxVersion),
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
            name: 'envoy.transport_sockets.tls',
            typed_config: {
              '@type': type('extensions.transport_sockets.tls.v3.DownstreamTlsContext'),
              common_tls_context: tlsCommon(chain.tls),
              require_client_certificate: chain.tls.requireClientCertificate,
            },
          },
        }
      : {}),
    name: chain.name,
  };
}

export function listener(config: model.Listener): object {
  return {
    '@type': type('config.listener.v3.Listener'),
    name: config.name,
    address: socketAddress({ ip: config.host ?? '0.0.0.0', port: config.port }),
    filter_chains: config.filterChains.map(filterChain),
    ...(config.defaultFilterChain ? { default_filter_chain: filterChain(config.defaultFilterChain) } : {}),
    listener_filters: [{ name: 'original_dst' }, ...(config.inspectTls ? [{ name: 'tls_inspector' }] : [])],
    traffic_direction: config.direction.toUpperCase(),
  };
}

const discoveryTypes = {
  eds: 'EDS',
  static: 'STATIC',
  'original-dst': 'ORIGINAL_DST',
  'strict-dns': 'STRICT_DNS',
} as const;

function loadAssignment({ name, endpoints }: model.UpstreamCluster): object {
  return {
    cluster_name: name,
    endpoints: [{ lb_endpoints: endpoints.map((address) => ({ endpoint: { address: socketAddress(address) } })) }],
  };
}

function cluster(config: model.UpstreamCluster): object {
  return {
    '@type': type('config.cluster.v3.Cluster'),
    name: config.name,
    type: discoveryTypes[config.discovery],
    ...(config.discovery === 'eds'
      ? { eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' } } }
      : {}),
    ...(config.discovery === 'static' ? { load_assignment: loadAssignment(config) } : {}),
    ...(config.tls
      ? {
          transport_socket: {
            name: 'envoy.transport_sockets.tls',
            typed_config: {
              '@type': type('extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
              common_tls_context: tlsCommon(config.tls),
              sni: config.tls.serverName,
            },
          },
        }
      : {}),
  };
}

/** Private keys never leave the proxy. */
function secretDump(secrets: Secrets, contexts: readonly model.ValidationContext[]): Record<string, unknown> {
  const bytes = (text: string) => Buffer.from(text).toString('base64');
  const certificates = secrets.certificates().map(({ name, certPem }) => ({
    name,
    secret: {
      '@type': type('extensions.transport_sockets.tls.v3.Secret'),
      name,
      tls_certificate: {
        certificate_chain: { inline_bytes: bytes(certPem) },
        private_key: { inline_bytes: bytes('[redacted]') },
      },
    },
  }));
  const validations = contexts.map(({ name, matchSubjectAltNames }) => ({
    name,
    secret: {
      '@type': type('extensions.transport_sockets.tls.v3.Secret'),
      name,
      validation_context: {
        trusted_ca: { inline_bytes: bytes(secrets.trustedCaPem) },
        match_typed_subject_alt_names: matchSubjectAltNames.map((exact) => ({ san_type: 'DNS', matcher: { exact } })),
      },
    },
  }));
  return {
    '@type': type('admin.v3.SecretsConfigDump'),
    dynamic_active_secrets: [...certificates, ...validations],
  };
}

export function configDump(
  sidecar: Sidecar,
  bootstrap: object,
  includeEndpoints: boolean,
): { configs: readonly Readonly<Record<string, unknown>>[] } {
  const { dynamic } = sidecar;
  const isDynamic = (name: string, of: readonly { name: string }[] | undefined) => of?.some((one) => one.name === name);
  const version_info = dynamic?.version ?? '';
  const clusters = sidecar.upstreams.map(({ config }) => config);
  const listeners = sidecar.listeners.map(({ config }) => config);
  const split = <T extends { name: string }>(all: readonly T[], of: readonly T[] | undefined) => ({
    dynamic: all.filter(({ name }) => isDynamic(name, of)),
    fixed: all.filter(({ name }) => !isDynamic(name, of)),
  });
  const [byCluster, byListener] = [
    split(clusters, dynamic?.config.clusters),
    split(listeners, dynamic?.config.listeners),
  ];
  return {
    configs: [
      { '@type': type('admin.v3.BootstrapConfigDump'), bootstrap },
      {
        '@type': type('admin.v3.ClustersConfigDump'),
        version_info,
        static_clusters: byCluster.fixed.map((config) => ({ cluster: cluster(config) })),
        dynamic_active_clusters: byCluster.dynamic.map((config) => ({ version_info, cluster: cluster(config) })),
      },
      ...(includeEndpoints
        ? [
            {
              '@type': type('admin.v3.EndpointsConfigDump'),
              dynamic_endpoint_configs: clusters
                .filter(({ discovery }) => discovery === 'eds')
                .map((config) => ({ endpoint_config: loadAssignment(config) })),
            },
          ]
        : []),
      {
        '@type': type('admin.v3.ListenersConfigDump'),
        version_info,
        static_listeners: byListener.fixed.map((config) => ({ listener: listener(config) })),
        dynamic_listeners: byListener.dynamic.map((config) => ({
          name: config.name,
          active_state: { version_info, listener: listener(config) },
        })),
      },
      {
        '@type': type('admin.v3.RoutesConfigDump'),
        dynamic_route_configs: sidecar.routes.map(({ name, virtualHosts }) => ({
          version_info,
          route_config: {
            '@type': type('config.route.v3.RouteConfiguration'),
            name,
            virtual_hosts: virtualHosts.map(virtualHost),
          },
        })),
      },
      secretDump(sidecar.secrets, dynamic?.config.validationContexts ?? []),
    ],
  };
}
