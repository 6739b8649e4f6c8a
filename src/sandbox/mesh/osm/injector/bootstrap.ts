import { parse, stringify } from 'yaml';
import type { KeyPair } from '../../../pki/authority.ts';
import type { FilterChain, Listener, ProxyConfig, RouteConfig, UpstreamCluster } from '../../proxy-config.ts';
import { clusterDomain, ports } from '../names.ts';
import { connectionManager, connectTimeoutMs } from '../policy/envoy-defaults.ts';
import type { ProbeRoute } from './probes.ts';

/** Envoy's bootstrap file: who the proxy is, where its control plane is, and the listeners for the kubelet's probes. */
export interface Bootstrap {
  node: string;
  adminPort: number;
  xds: { host: string; port: number };
  probes: readonly ProbeRoute[];
}

/** Keys of the bootstrap secret, mounted below /etc/envoy. */
export const bootstrapFiles = {
  bootstrap: 'bootstrap.yaml',
  certificateSecret: 'tls_certificate_sds_secret.yaml',
  validationSecret: 'validation_context_sds_secret.yaml',
  ca: 'cacert.pem',
  certificate: 'sds_cert.pem',
  key: 'sds_key.pem',
} as const;

const socketAddress = (address: string, port: number) => ({ socket_address: { address, port_value: port } });

function probeListener({ kind, port, originalPath }: ProbeRoute): object {
  const cluster = `${kind}_cluster`;
  const filter =
    originalPath === undefined
      ? { name: 'tcp_proxy', typed_config: { stat_prefix: 'health_probes', cluster } }
      : {
          name: 'http_connection_manager',
          typed_config: {
            stat_prefix: 'health_probes_http',
            route_config: {
              name: 'local_route',
              virtual_hosts: [
                {
                  name: 'local_service',
                  domains: ['*'],
                  routes: [
                    { match: { prefix: `/osm-${kind}-probe` }, route: { cluster, prefix_rewrite: originalPath } },
                  ],
                },
              ],
            },
          },
        };
  return { name: `${kind}_listener`, address: socketAddress('0.0.0.0', port), filter_chains: [{ filters: [filter] }] };
}

const probeCluster = ({ kind, originalPort }: ProbeRoute): object => ({
  name: `${kind}_cluster`,
  type: 'STATIC',
  load_assignment: {
    cluster_name: `${kind}_cluster`,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress('127.0.0.1', originalPort) } }] }],
  },
});

export function renderBootstrap({ node, adminPort, xds, probes }: Bootstrap): string {
  return stringify({
    node: { id: node },
    admin: { address: socketAddress('127.0.0.1', adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'osm-controller' } }],
      },
      cds_config: { ads: {}, resource_api_version: 'V3' },
      lds_config: { ads: {}, resource_api_version: 'V3' },
    },
    static_resources: {
      listeners: probes.map(probeListener),
      clusters: [
        {
          name: 'osm-controller',
          type: 'LOGICAL_DNS',
          load_assignment: {
            cluster_name: 'osm-controller',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(xds.host, xds.port) } }] }],
          },
        },
        ...probes.map(probeCluster),
      ],
    },
  });
}

/** The parts of the file that renderBootstrap writes; other people's bootstraps are not for this proxy. */
interface BootstrapFile {
  node: { id: string };
  admin: { address: SocketAddressField };
  static_resources: {
    listeners?: { name: string; filter_chains: { filters: ProbeFilter[] }[] }[];
    clusters: {
      name: string;
      load_assignment: { endpoints: { lb_endpoints: { endpoint: { address: SocketAddressField } }[] }[] };
    }[];
  };
}
interface ProbeFilter {
  typed_config: {
    route_config?: { virtual_hosts: { routes: { route: { prefix_rewrite: string } }[] }[] };
  };
}
interface SocketAddressField {
  socket_address: { address: string; port_value: number };
}

export function parseBootstrap(text: string): Bootstrap {
  const file = parse(text) as BootstrapFile;
  const addressOf = (cluster: string) =>
    file.static_resources.clusters.find(({ name }) => name === cluster)?.load_assignment.endpoints[0]?.lb_endpoints[0]
      ?.endpoint.address.socket_address ?? { address: '', port_value: 0 };
  const xds = addressOf('osm-controller');
  const probes = (['liveness', 'readiness', 'startup'] as const).flatMap((kind): ProbeRoute[] => {
    const listener = file.static_resources.listeners?.find(({ name }) => name === `${kind}_listener`);
    if (!listener) return [];
    const http = listener.filter_chains[0]?.filters[0]?.typed_config.route_config;
    return [
      {
        kind,
        port: ports[kind],
        originalPath: http?.virtual_hosts[0]?.routes[0]?.route.prefix_rewrite,
        originalPort: addressOf(`${kind}_cluster`).port_value,
      },
    ];
  });
  return {
    node: file.node.id,
    adminPort: file.admin.address.socket_address.port_value,
    xds: { host: xds.address, port: xds.port_value },
    probes,
  };
}

/** The static part of a proxy's configuration. */
export function staticConfig(probes: readonly ProbeRoute[]): ProxyConfig {
  return {
    listeners: probes.map(({ kind, port, originalPath }): Listener => {
      const cluster = `${kind}_cluster`;
      const filter: FilterChain['filter'] =
        originalPath === undefined
          ? { type: 'tcp', statPrefix: 'health_probes', clusters: [{ cluster, weight: 1 }] }
          : { ...connectionManager('inbound', `${kind}_route`), statPrefix: 'health_probes_http' };
      return {
        name: `${kind}_listener`,
        port,
        direction: 'unspecified',
        inspectTls: false,
        filterChains: [{ name: `${kind}_chain`, match: {}, filter }],
      };
    }),
    routes: probes.flatMap(({ kind, originalPath }): RouteConfig[] =>
      originalPath === undefined
        ? []
        : [
            {
              name: `${kind}_route`,
              virtualHosts: [
                {
                  name: 'local_service',
                  domains: ['*'],
                  routes: [
                    {
                      path: { type: 'prefix', prefix: `/osm-${kind}-probe` },
                      headers: [],
                      clusters: [{ cluster: `${kind}_cluster`, weight: 1 }],
                      prefixRewrite: originalPath,
                    },
                  ],
                },
              ],
            },
          ],
    ),
    clusters: probes.map(
      ({ kind, originalPort }): UpstreamCluster => ({
        name: `${kind}_cluster`,
        discovery: 'static',
        endpoints: [{ ip: '127.0.0.1', port: originalPort }],
        connectTimeoutMs,
      }),
    ),
    validationContexts: [],
  };
}

const sdsSecret = (name: string, content: object) =>
  stringify({
    resources: [{ '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret', name, ...content }],
  });

/** What the secret `envoy-bootstrap-config-<uuid>` holds. */
export function bootstrapSecretData(
  node: string,
  probes: readonly ProbeRoute[],
  pair: KeyPair,
  caPem: string,
  controlPlaneNamespace: string,
): Record<string, string> {
  const path = (file: string) => ({ filename: `/etc/envoy/${file}` });
  const host = `osm-controller.${controlPlaneNamespace}.svc.${clusterDomain}`;
  const { ca, certificate, key } = bootstrapFiles;
  const texts: Record<string, string> = {
    [bootstrapFiles.bootstrap]: renderBootstrap({
      node,
      adminPort: ports.admin,
      xds: { host, port: ports.xds },
      probes,
    }),
    [bootstrapFiles.certificateSecret]: sdsSecret('tls_sds', {
      tls_certificate: { certificate_chain: path(certificate), private_key: path(key) },
    }),
    [bootstrapFiles.validationSecret]: sdsSecret('validation_context_sds', {
      validation_context: { trusted_ca: path(ca) },
    }),
    [ca]: caPem,
    [certificate]: pair.certPem,
    [key]: pair.keyPem,
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text).toString('base64')]));
}
