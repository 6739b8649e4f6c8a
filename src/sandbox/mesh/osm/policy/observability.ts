import type { FilterChain, HttpConnectionManager, Listener, Tracing, UpstreamCluster } from '../../proxy-config.ts';
import type { MeshConfigSpec } from '../kinds.ts';
import { clusterDomain } from '../names.ts';
import { connectTimeoutMs } from './envoy-defaults.ts';
import type { MeshSnapshot } from './snapshot.ts';

/**
 * What OSM adds to every connection manager so that traffic can be watched: the headers and the filter of its WASM
 * metrics (pkg/envoy/lds/wasm.go, featureFlags.enableWASMStats), and tracing (pkg/envoy/lds/tracing.go).
 */

/** Who a pod is, as its sidecar tells the others: `namespace`, `kind`, `name`, `pod`. */
export type WorkloadLabels = Readonly<Record<'namespace' | 'kind' | 'name' | 'pod', string>>;

const labelNames = ['namespace', 'kind', 'name', 'pod'] as const;
const headerName = (label: string) => `osm-stats-${label}`;
const statsHeaders = labelNames.map(headerName);

/** pkg/envoy/lds/ingress.go: no stats for what comes from outside the mesh. */
const ingressRoutes = 'rds-ingress';

export const hasWasmStats = ({ featureFlags }: MeshConfigSpec): boolean => featureFlags?.['enableWASMStats'] === true;

/**
 * The server's sidecar tells its app and the client's sidecar who it is; in front of answers of its own (403, 404, 503) it
 * says `unknown`. The client's sidecar counts by that and strips it, and what the app sent under these names too.
 */
function withWorkloadStats(manager: HttpConnectionManager, workload: WorkloadLabels): HttpConnectionManager {
  if (manager.direction === 'inbound') {
    const own = Object.fromEntries(labelNames.map((label) => [headerName(label), workload[label]]));
    return {
      ...manager,
      requestHeadersToAdd: { ...manager.requestHeadersToAdd, ...own },
      responseHeadersToAdd: { ...manager.responseHeadersToAdd, ...own },
      localReplyHeadersToAdd: Object.fromEntries(statsHeaders.map((header) => [header, 'unknown'])),
    };
  }
  return {
    ...manager,
    requestHeadersToRemove: statsHeaders,
    responseHeadersToRemove: statsHeaders,
    workloadStats: {
      name: 'osm_request',
      source: Object.fromEntries(labelNames.map((label) => [`source_${label}`, workload[label]])),
      destinationHeaders: Object.fromEntries(labelNames.map((label) => [`destination_${label}`, headerName(label)])),
    },
  };
}

const tracingCluster = 'envoy-tracing-cluster';

/** pkg/configurator/methods.go: what the MeshConfig leaves open is the collector of OSM's own chart. */
export function tracingOf({ meshConfig, controlPlaneNamespace }: MeshSnapshot): TracingParts | undefined {
  const { enable, address, port, endpoint } = meshConfig.observability?.tracing ?? {};
  if (!enable) return undefined;
  const ip = address || `jaeger.${controlPlaneNamespace}.svc.${clusterDomain}`;
  return {
    tracing: { collectorCluster: tracingCluster, collectorEndpoint: endpoint || '/api/v2/spans' },
    cluster: {
      name: tracingCluster,
      discovery: 'logical-dns',
      endpoints: [{ ip, port: port || 9411 }],
      connectTimeoutMs,
    },
  };
}

interface TracingParts {
  tracing: Tracing;
  cluster: UpstreamCluster;
}

/** The same listener with all that lets its requests be watched. */
export function observed(
  listener: Listener,
  { meshConfig }: MeshSnapshot,
  workload: WorkloadLabels,
  traced: TracingParts | undefined,
): Listener {
  const adapt = (chain: FilterChain): FilterChain => {
    if (chain.filter.type !== 'http') return chain;
    const counted = hasWasmStats(meshConfig) && chain.filter.routeConfig !== ingressRoutes;
    const filter = counted ? withWorkloadStats(chain.filter, workload) : chain.filter;
    return { ...chain, filter: traced ? { ...filter, tracing: traced.tracing } : filter };
  };
  return { ...listener, filterChains: listener.filterChains.map(adapt) };
}
