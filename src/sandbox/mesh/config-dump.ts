import { cluster, listener, loadAssignment, routeConfig, typeUrl } from './envoy-json.ts';
import type * as model from './proxy-config.ts';
import type { Secrets } from './secrets.ts';
import type { Sidecar } from './sidecar.ts';

/** Private keys never leave the proxy. */
function secretDump(secrets: Secrets, contexts: readonly model.ValidationContext[]): Record<string, unknown> {
  const bytes = (text: string) => Buffer.from(text).toString('base64');
  const certificates = secrets.certificates().map(({ name, certPem }) => ({
    name,
    secret: {
      '@type': typeUrl('extensions.transport_sockets.tls.v3.Secret'),
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
      '@type': typeUrl('extensions.transport_sockets.tls.v3.Secret'),
      name,
      validation_context: {
        trusted_ca: { inline_bytes: bytes(secrets.trustedCaPem) },
        match_typed_subject_alt_names: matchSubjectAltNames.map((exact) => ({ san_type: 'DNS', matcher: { exact } })),
      },
    },
  }));
  return {
    '@type': typeUrl('admin.v3.SecretsConfigDump'),
    dynamic_active_secrets: [...certificates, ...validations],
  };
}

/** Those that serve no request of an app, such as the way to the control plane. */
const controlPlaneClusters = ({ static_resources }: BootstrapDocument, serving: readonly { name: string }[]) =>
  (static_resources?.clusters ?? []).filter(({ name }) => !serving.some((cluster) => cluster.name === name));

/** The file that a proxy was started with, as far as this page looks into it. */
export interface BootstrapDocument {
  static_resources?: { clusters?: readonly { name: string }[] };
}

/** `GET /config_dump`: the configuration in force, resource by resource, with the version that brought it. */
export function configDump(
  sidecar: Sidecar,
  bootstrap: BootstrapDocument,
  includeEndpoints: boolean,
): { configs: readonly Readonly<Record<string, unknown>>[] } {
  const { dynamic } = sidecar;
  const isDynamic = (name: string, of: readonly { name: string }[] | undefined) => of?.some((one) => one.name === name);
  const version_info = dynamic?.version ?? '';
  // Envoy keeps a time for each resource, and leaves it where an update brought the same again.
  const last_updated = new Date(sidecar.updatedAt).toISOString();
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
      { '@type': typeUrl('admin.v3.BootstrapConfigDump'), bootstrap },
      {
        '@type': typeUrl('admin.v3.ClustersConfigDump'),
        version_info,
        static_clusters: [
          ...byCluster.fixed.map((config) => ({ cluster: cluster(config) })),
          ...controlPlaneClusters(bootstrap, clusters).map((config) => ({ cluster: config })),
        ],
        dynamic_active_clusters: byCluster.dynamic.map((config) => ({
          version_info,
          cluster: cluster(config),
          last_updated,
        })),
      },
      ...(includeEndpoints
        ? [
            {
              '@type': typeUrl('admin.v3.EndpointsConfigDump'),
              dynamic_endpoint_configs: clusters
                .filter(({ discovery }) => discovery === 'eds')
                .map((config) => ({ endpoint_config: loadAssignment(config) })),
            },
          ]
        : []),
      {
        '@type': typeUrl('admin.v3.ListenersConfigDump'),
        version_info,
        static_listeners: byListener.fixed.map((config) => ({ listener: listener(config) })),
        dynamic_listeners: byListener.dynamic.map((config) => ({
          name: config.name,
          active_state: { version_info, listener: listener(config), last_updated },
        })),
      },
      {
        '@type': typeUrl('admin.v3.RoutesConfigDump'),
        dynamic_route_configs: sidecar.routes.map((config) => ({
          version_info,
          route_config: routeConfig(config),
          last_updated,
        })),
      },
      secretDump(sidecar.secrets, dynamic?.config.validationContexts ?? []),
    ],
  };
}
