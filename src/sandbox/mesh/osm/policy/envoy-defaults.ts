import type { HttpConnectionManager, TlsParameters, TlsVersion } from '../../proxy-config.ts';
import type { MeshConfigSpec } from '../kinds.ts';

/** Settings that OSM gives every listener and cluster, or leaves to Envoy's defaults. */
export const connectTimeoutMs = 5000;

const tlsVersions: Record<string, TlsVersion> = {
  TLSv1_0: 'TLSv1',
  TLSv1_1: 'TLSv1.1',
  TLSv1_2: 'TLSv1.2',
  TLSv1_3: 'TLSv1.3',
};

export function tlsParameters({
  sidecar,
}: MeshConfigSpec): Pick<TlsParameters, 'minVersion' | 'maxVersion' | 'applicationProtocols'> {
  return {
    minVersion: tlsVersions[sidecar?.tlsMinProtocolVersion ?? ''] ?? 'TLSv1.2',
    maxVersion: tlsVersions[sidecar?.tlsMaxProtocolVersion ?? ''] ?? 'TLSv1.3',
    applicationProtocols: ['osm'],
  };
}

/** What observability.ts adds to it is not here. */
export function connectionManager(
  direction: HttpConnectionManager['direction'],
  routeConfig: string,
): HttpConnectionManager {
  return {
    type: 'http',
    statPrefix: `mesh-http-conn-manager.${routeConfig}`,
    routeConfig,
    direction,
    generateRequestId: true,
    requestHeadersToAdd: {},
    responseHeadersToAdd: {},
    responseHeadersToRemove: [],
  };
}
