import type { Pod } from '../../../../kube/objects.ts';
import type { Listener, ProxyConfig, RouteConfig, UpstreamCluster } from '../../proxy-config.ts';
import { ports } from '../names.ts';
import { connectionManager, connectTimeoutMs } from './envoy-defaults.ts';
import { authorized } from './external-authorization.ts';
import { inboundConfig } from './inbound.ts';
import { workloadOf } from './mesh-service.ts';
import { observed, tracingOf } from './observability.ts';
import { outboundConfig } from './outbound.ts';
import { type Complain, identityOf, type MeshSnapshot } from './snapshot.ts';

/** From what the cluster says to what one pod's sidecar does: OSM 1.2's decisions, as pure functions. */
export function proxyConfigFor(snapshot: MeshSnapshot, pod: Pod, complain: Complain = () => {}): ProxyConfig {
  const outbound = outboundConfig(snapshot, identityOf(pod), complain);
  const inbound = inboundConfig(snapshot, pod, complain);
  const metrics = metricsConfig(pod);
  const { namespace = '', name = '' } = pod.metadata;
  const workload = { namespace, ...workloadOf(pod), pod: name };
  const traced = tracingOf(snapshot);
  const guarded = inbound.listener && authorized(inbound.listener, snapshot.meshConfig);
  const inMesh = [outbound.listener, guarded].filter((listener) => listener !== undefined);
  return {
    listeners: [
      ...inMesh.map((listener) => observed(listener, snapshot, workload, traced)),
      ...(metrics ? [metrics.listener] : []),
    ],
    routes: [...outbound.routes, ...inbound.routes, ...(metrics ? [metrics.route] : [])],
    clusters: [
      ...outbound.clusters,
      ...inbound.clusters,
      ...(metrics ? [metrics.cluster] : []),
      ...(traced ? [traced.cluster] : []),
    ],
    validationContexts: [...outbound.validationContexts, ...inbound.validationContexts],
  };
}

/** The Prometheus page of the admin server, on a port that scrapers reach; there while the annotation says so. */
function metricsConfig({
  metadata,
}: Pod): { listener: Listener; route: RouteConfig; cluster: UpstreamCluster } | undefined {
  if (metadata.annotations?.['prometheus.io/scrape'] !== 'true') return undefined;
  const [routeName, clusterName] = ['envoy-metrics-route', 'envoy-metrics-cluster'];
  return {
    listener: {
      name: 'inbound-prometheus-listener',
      port: ports.prometheus,
      direction: 'inbound',
      inspectTls: false,
      filterChains: [
        {
          name: 'prometheus',
          match: {},
          filter: {
            ...connectionManager('inbound', routeName),
            statPrefix: 'prometheus-http-conn-manager',
            routerOnly: true,
          },
        },
      ],
    },
    route: {
      name: routeName,
      virtualHosts: [
        {
          name: 'envoy-metrics',
          domains: ['*'],
          routes: [
            {
              path: { type: 'prefix', prefix: '/stats/prometheus' },
              headers: [],
              clusters: [{ cluster: clusterName, weight: 100 }],
            },
          ],
        },
      ],
    },
    cluster: {
      name: clusterName,
      discovery: 'static',
      endpoints: [{ ip: '127.0.0.1', port: ports.admin }],
      connectTimeoutMs,
    },
  };
}
