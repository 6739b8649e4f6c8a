import { type ConnectionFacts, chooseFilterChain } from '../../../../src/sandbox/mesh/filter-chain.ts';
import { isConnectionAllowed } from '../../../../src/sandbox/mesh/network-rbac.ts';
import type { FilterChain, ProxyConfig, VirtualHost } from '../../../../src/sandbox/mesh/proxy-config.ts';
import { compileRoutes, isPrincipal, type RouteChoice } from '../../../../src/sandbox/mesh/route.ts';

/** How a request ends, as two configurations decide it and before any socket is opened. */
export type Ending =
  | 'refused'
  | 'no chain'
  | 'passthrough'
  | 'no virtual host'
  | 'no cluster'
  | 'no endpoint'
  | 'connection denied'
  | 'no route'
  | 'denied'
  | 'answered';

export interface Attempt {
  /** The client's principal. */
  from: string;
  /** What the client connects to. */
  address: { ip: string; port: number };
  authority: string;
  method: string;
  path: string;
  serverName: string;
}

const source = { ip: '10.244.0.9', port: 40_000 };

function chainOf(
  config: ProxyConfig,
  listener: string,
  facts: ConnectionFacts,
): FilterChain | 'no listener' | undefined {
  const found = config.listeners.find(({ name }) => name === listener);
  return found ? chooseFilterChain(found.filterChains, found.defaultFilterChain, facts) : 'no listener';
}

function routed(config: ProxyConfig, chain: FilterChain, { authority, method, path }: Attempt): RouteChoice {
  const { filter } = chain;
  const name = filter.type === 'http' ? filter.routeConfig : '';
  const routes: { name: string; virtualHosts: readonly VirtualHost[] } = config.routes.find(
    (one) => one.name === name,
  ) ?? { name, virtualHosts: [] };
  return compileRoutes(routes).choose({ authority, method, path, header: () => undefined });
}

/** Walks a request through the client's configuration and then the server's. */
export function decide(client: ProxyConfig, server: ProxyConfig, attempt: Attempt): Ending {
  const plain = { transportProtocol: 'raw_buffer', applicationProtocols: ['http/1.1'], source } as const;
  const outbound = chainOf(client, 'outbound-listener', { ...plain, originalDestination: attempt.address });
  if (outbound === 'no listener') return 'refused';
  if (!outbound) return 'no chain';
  if (outbound.filter.type === 'tcp') return 'passthrough';
  const route = routed(client, outbound, attempt);
  if (route.status !== 'routed') return 'no virtual host';
  const cluster = client.clusters.find(({ name }) => name === route.route.clusters[0]?.cluster);
  if (!cluster) return 'no cluster';
  const [endpoint] = cluster.endpoints;
  return endpoint ? arrive(server, endpoint, attempt) : 'no endpoint';
}

function arrive(server: ProxyConfig, endpoint: { ip: string; port: number }, attempt: Attempt): Ending {
  const inbound = chainOf(server, 'inbound-listener', {
    originalDestination: endpoint,
    source,
    transportProtocol: 'tls',
    serverName: attempt.serverName,
    applicationProtocols: ['osm'],
  });
  if (inbound === 'no listener' || !inbound) return 'no chain';
  if (!isConnectionAllowed(inbound.networkRbac, [attempt.from], endpoint.port)) return 'connection denied';
  const route = routed(server, inbound, attempt);
  if (route.status !== 'routed') return 'no route';
  const { rbac } = route.route;
  return rbac && !isPrincipal(rbac, [attempt.from]) ? 'denied' : 'answered';
}
