import type { FilterChain, Listener, RouteConfig, UpstreamCluster } from './proxy-config.ts';
import { whyTlsRejected } from './tls-protocol.ts';

/** Why Envoy refuses a resource of an update (a NACK); undefined when it takes it. The last good one stays in force. */
export function whyRouteConfigRejected(config: RouteConfig): string | undefined {
  const seen = new Set<string>();
  for (const { name, domains, routes } of config.virtualHosts) {
    for (const domain of domains) {
      if (seen.has(domain)) {
        return `Only unique values for domains are permitted. Duplicate entry of domain ${domain} in route ${config.name}`;
      }
      seen.add(domain);
    }
    for (const { clusters } of routes) {
      const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
      if (clusters.length === 0 || total < 1) {
        return `Sum of weights in the weighted_cluster of virtual host ${name} must be at least 1, got ${total}`;
      }
      if (total > 4294967295) return `The sum of weights of all weighted clusters of ${name} exceeds 4294967295`;
    }
  }
  return undefined;
}

export function whyClusterRejected({ name, tls }: UpstreamCluster): string | undefined {
  const reason = tls && whyTlsRejected(tls);
  return reason && `Error adding/updating cluster(s) ${name}: ${reason}`;
}

export function whyListenerRejected({ name, host, port, filterChains }: Listener): string | undefined {
  for (const { name: chain, filter, tls } of filterChains) {
    const reason = tls && whyTlsRejected(tls);
    if (reason) return `Error adding/updating listener(s) ${name}: ${reason}`;
    if (filter.type === 'tcp' && filter.clusters.length > 1 && filter.clusters.some(({ weight }) => weight < 1)) {
      return `Error adding/updating listener(s) ${name}: Proto constraint validation failed (ClusterWeightValidationError.Weight: value must be greater than or equal to 1) in ${chain}`;
    }
  }
  if (!overlap(filterChains)) return undefined;
  return `error adding listener '${host ?? '0.0.0.0'}:${port}': multiple filter chains with overlapping matching rules are defined`;
}

/** Whether two chains ask for the very same values: a connection could not tell which to take. */
function overlap(chains: readonly FilterChain[]): boolean {
  const taken = new Set<string>();
  for (const { match } of chains) {
    for (const range of orAny(match.destinationRanges)) {
      for (const serverName of orAny(match.serverNames)) {
        for (const protocol of orAny(match.applicationProtocols)) {
          for (const source of orAny(match.sourceRanges)) {
            const key = [match.destinationPort, range, serverName, match.transportProtocol, protocol, source].join();
            if (taken.has(key)) return true;
            taken.add(key);
          }
        }
      }
    }
  }
  return false;
}

const orAny = (values: readonly string[] | undefined): readonly string[] =>
  values === undefined || values.length === 0 ? [''] : values;
