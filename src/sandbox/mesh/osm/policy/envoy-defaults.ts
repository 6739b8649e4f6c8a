import type { HttpConnectionManager, TlsParameters, TlsProtocol, TlsVersion } from '../../proxy-config.ts';
import type { MeshConfigSpec } from '../kinds.ts';

/** Settings that OSM gives every listener and cluster, or leaves to Envoy's defaults. */
export const connectTimeoutMs = 5000;

const tlsVersions: Record<string, TlsVersion> = {
  TLSv1_0: 'TLSv1',
  TLSv1_1: 'TLSv1.1',
  TLSv1_2: 'TLSv1.2',
  TLSv1_3: 'TLSv1.3',
};

/** `TLS_AUTO`, no word at all and words of its own are Envoy's choice. */
const tlsVersion = (name: string | undefined): TlsVersion => tlsVersions[name ?? ''] ?? 'auto';

/** How the sidecar speaks TLS, whoever is at the other end. */
export function tlsProtocol({ sidecar = {} }: MeshConfigSpec): TlsProtocol {
  const { tlsMinProtocolVersion, tlsMaxProtocolVersion, cipherSuites = [], ecdhCurves = [] } = sidecar;
  return {
    minVersion: tlsVersion(tlsMinProtocolVersion),
    maxVersion: tlsVersion(tlsMaxProtocolVersion),
    ...(cipherSuites.length > 0 ? { cipherSuites } : {}),
    ...(ecdhCurves.length > 0 ? { ecdhCurves } : {}),
  };
}

export const tlsParameters = (
  meshConfig: MeshConfigSpec,
): TlsProtocol & Pick<TlsParameters, 'applicationProtocols'> => ({
  ...tlsProtocol(meshConfig),
  applicationProtocols: ['osm'],
});

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
