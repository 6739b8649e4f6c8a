import { parse, stringify } from 'yaml';
import type { BootstrapDocument } from '../../config-dump.ts';
import type { TlsProtocol, TlsVersion } from '../../proxy-config.ts';
import type { Issued } from '../certificate/manager.ts';
import { clusterDomain, ports } from '../names.ts';
import type { ProbeRoute } from './probes.ts';

/** Envoy's bootstrap file: who the proxy is, where its control plane is, and the listeners for the kubelet's probes. */
export interface Bootstrap {
  node: string;
  adminPort: number;
  xds: { host: string; port: number; tls: TlsProtocol };
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

const tlsNames: Record<Exclude<TlsVersion, 'auto'>, string> = {
  TLSv1: 'TLSv1_0',
  'TLSv1.1': 'TLSv1_1',
  'TLSv1.2': 'TLSv1_2',
  'TLSv1.3': 'TLSv1_3',
};
const sds = (name: string, file: string) => ({ name, sds_config: { path: `/etc/envoy/${file}` } });

function transportSocket({ minVersion, maxVersion, cipherSuites, ecdhCurves }: TlsProtocol): object {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      common_tls_context: {
        alpn_protocols: ['h2'],
        tls_params: {
          ...(minVersion === 'auto' ? {} : { tls_minimum_protocol_version: tlsNames[minVersion] }),
          ...(maxVersion === 'auto' ? {} : { tls_maximum_protocol_version: tlsNames[maxVersion] }),
          ...(cipherSuites ? { cipher_suites: cipherSuites } : {}),
          ...(ecdhCurves ? { ecdh_curves: ecdhCurves } : {}),
        },
        tls_certificate_sds_secret_configs: [sds('tls_sds', bootstrapFiles.certificateSecret)],
        validation_context_sds_secret_config: sds('validation_context_sds', bootstrapFiles.validationSecret),
      },
    },
  };
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
          lb_policy: 'ROUND_ROBIN',
          transport_socket: transportSocket(xds.tls),
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
      transport_socket?: {
        typed_config: {
          common_tls_context: {
            tls_params?: {
              tls_minimum_protocol_version?: string;
              tls_maximum_protocol_version?: string;
              cipher_suites?: string[];
              ecdh_curves?: string[];
            };
          };
        };
      };
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

function tlsOf({ static_resources }: BootstrapFile): TlsProtocol {
  const cluster = static_resources.clusters.find(({ name }) => name === 'osm-controller');
  const params = cluster?.transport_socket?.typed_config.common_tls_context.tls_params ?? {};
  const version = (wanted: string | undefined): TlsVersion =>
    (Object.keys(tlsNames) as Exclude<TlsVersion, 'auto'>[]).find((name) => tlsNames[name] === wanted) ?? 'auto';
  return {
    minVersion: version(params.tls_minimum_protocol_version),
    maxVersion: version(params.tls_maximum_protocol_version),
    ...(params.cipher_suites ? { cipherSuites: params.cipher_suites } : {}),
    ...(params.ecdh_curves ? { ecdhCurves: params.ecdh_curves } : {}),
  };
}

/** The file as it stands, to be shown. */
export const bootstrapDocument = (text: string): BootstrapDocument => parse(text) as BootstrapDocument;

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
    xds: { host: xds.address, port: xds.port_value, tls: tlsOf(file) },
    probes,
  };
}

const sdsSecret = (name: string, content: object) =>
  stringify({
    resources: [{ '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret', name, ...content }],
  });

/** What the secret `envoy-bootstrap-config-<uuid>` holds. */
export function bootstrapSecretData(
  certificate: Issued,
  probes: readonly ProbeRoute[],
  tls: TlsProtocol,
  controlPlaneNamespace: string,
): Record<string, string> {
  const host = `osm-controller.${controlPlaneNamespace}.svc.${clusterDomain}`;
  const xds = { host, port: ports.xds, tls };
  return secretData(
    renderBootstrap({ node: certificate.commonName, adminPort: ports.admin, xds, probes }),
    certificate,
  );
}

/** The same for the copy of a pod: its original's file, under the copy's name. */
export function copiedBootstrapData(certificate: Issued, original: string): Record<string, string> {
  const file = parse(original) as BootstrapFile;
  return secretData(stringify({ ...file, node: { ...file.node, id: certificate.commonName } }), certificate);
}

function secretData(bootstrap: string, { certPem, keyPem, trustedCaPem }: Issued): Record<string, string> {
  const path = (file: string) => ({ filename: `/etc/envoy/${file}` });
  const { ca, certificate, key } = bootstrapFiles;
  const texts: Record<string, string> = {
    [bootstrapFiles.bootstrap]: bootstrap,
    [bootstrapFiles.certificateSecret]: sdsSecret('tls_sds', {
      tls_certificate: { certificate_chain: path(certificate), private_key: path(key) },
    }),
    [bootstrapFiles.validationSecret]: sdsSecret('validation_context_sds', {
      validation_context: { trusted_ca: path(ca) },
    }),
    [ca]: trustedCaPem,
    [certificate]: certPem,
    [key]: keyPem,
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text).toString('base64')]));
}
