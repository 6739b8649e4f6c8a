import type { FilterChain, Listener, ProxyConfig, RouteConfig, UpstreamCluster } from '../../proxy-config.ts';
import { connectionManager, connectTimeoutMs } from '../policy/envoy-defaults.ts';
import type { ProbeRoute } from './probes.ts';

/** The static part of a proxy's configuration: listeners through which the kubelet's probes reach the app. */
export function staticConfig(probes: readonly ProbeRoute[]): ProxyConfig {
  return {
    listeners: probes.map(({ kind, port, originalPath }): Listener => {
      const cluster = `${kind}_cluster`;
      const filter: FilterChain['filter'] =
        originalPath === undefined
          ? { type: 'tcp', statPrefix: 'health_probes', clusters: [{ cluster, weight: 1 }] }
          : { ...connectionManager('inbound', `${kind}_route`), statPrefix: 'health_probes_http', routerOnly: true };
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
