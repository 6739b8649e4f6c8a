import { parseGoDuration } from '../../../../kube/duration.ts';
import type { ExternalAuthorization, FilterChain, Listener } from '../../proxy-config.ts';
import type { MeshConfigSpec } from '../kinds.ts';

/** pkg/envoy/lds/auth.go: so much of a body is shown to the authorizer. */
const maxRequestBytes = 8192;
/** pkg/configurator/methods.go, where the text is no duration. */
const defaultTimeoutMs = 1000;

function authorizationOf({ traffic }: MeshConfigSpec): ExternalAuthorization | undefined {
  const { enable, address, port, statPrefix, timeout, failureModeAllow } = traffic?.inboundExternalAuthorization ?? {};
  if (!enable) return undefined;
  return {
    host: address ?? '',
    port: port ?? 0,
    statPrefix: statPrefix ?? '',
    timeoutMs: parseGoDuration(timeout ?? '') ?? defaultTimeoutMs,
    failureModeAllow: failureModeAllow === true,
    maxRequestBytes,
  };
}

/** The inbound listener with every HTTP request of it asked about: what comes from the mesh, and by ingress. */
export function authorized(inbound: Listener, meshConfig: MeshConfigSpec): Listener {
  const externalAuthorization = authorizationOf(meshConfig);
  if (!externalAuthorization) return inbound;
  const adapt = (chain: FilterChain): FilterChain =>
    chain.filter.type === 'http' ? { ...chain, filter: { ...chain.filter, externalAuthorization } } : chain;
  return { ...inbound, filterChains: inbound.filterChains.map(adapt) };
}
