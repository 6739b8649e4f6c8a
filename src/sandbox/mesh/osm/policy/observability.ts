import type { FilterChain, HttpConnectionManager, Listener } from '../../proxy-config.ts';
import type { MeshConfigSpec } from '../kinds.ts';

/**
 * What OSM adds to every connection manager so that traffic can be watched: the headers and the filter of its WASM
 * metrics (pkg/envoy/lds/wasm.go, featureFlags.enableWASMStats).
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

/** The same listener with all that lets its requests be watched. */
export function observed(listener: Listener, meshConfig: MeshConfigSpec, workload: WorkloadLabels): Listener {
  const adapt = (chain: FilterChain): FilterChain => {
    const { filter } = chain;
    if (filter.type !== 'http') return chain;
    const counted = hasWasmStats(meshConfig) && filter.routeConfig !== ingressRoutes;
    return counted ? { ...chain, filter: withWorkloadStats(filter, workload) } : chain;
  };
  return { ...listener, filterChains: listener.filterChains.map(adapt) };
}
