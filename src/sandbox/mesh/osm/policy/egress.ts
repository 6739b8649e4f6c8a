import type { FilterChain, Route, RouteConfig, UpstreamCluster, VirtualHost } from '../../proxy-config.ts';
import { errorCodes } from '../error-codes.ts';
import type { Egress, PolicyPort, UpstreamTrafficSetting } from '../policy-kinds.ts';
import { connectionManager } from './envoy-defaults.ts';
import type { Complain, Identity, MeshSnapshot } from './snapshot.ts';
import { matchesOf, type RouteMatch } from './traffic-target.ts';
import { circuitBreakersOf, connectTimeoutOf, policyGroup, settingOfEgress } from './upstream-traffic-setting.ts';

/**
 * What Egress policies add to a client's sidecar (pkg/catalog/egress.go, pkg/envoy/lds/egress.go). They hold whether
 * MeshConfig's enableEgress is on or off; a chain of theirs wins over the passthrough for its port.
 */
export interface EgressConfig {
  filterChains: FilterChain[];
  routes: RouteConfig[];
  clusters: UpstreamCluster[];
  /** Ports on which the server speaks first. */
  serverFirstPorts: number[];
}

const routeGroup = 'specs.smi-spec.io/v1alpha4';

export const isEgressPolicyEnabled = ({ meshConfig }: MeshSnapshot): boolean =>
  meshConfig.featureFlags?.['enableEgressPolicy'] === true;

export function egressConfig(snapshot: MeshSnapshot, source: Identity, complain: Complain): EgressConfig {
  const config: EgressConfig = { filterChains: [], routes: [], clusters: [], serverFirstPorts: [] };
  if (!isEgressPolicyEnabled(snapshot)) return config;
  const hostsByPort = new Map<number, VirtualHost[]>();
  for (const policy of snapshot.egresses.filter((egress) => isFrom(egress, source))) {
    const setting = settingOfEgress(snapshot, policy, complain);
    if (setting === 'missing') continue;
    const applied = setting === 'none' ? undefined : setting;
    for (const port of policy.spec?.ports ?? []) {
      if (port.protocol.toLowerCase() === 'http') {
        const hosts = virtualHosts(policy, port.number, httpMatches(snapshot, policy, complain));
        hostsByPort.set(port.number, [...(hostsByPort.get(port.number) ?? []), ...hosts]);
        config.clusters.push(...(policy.spec?.hosts ?? []).map((host) => dnsCluster(host, port.number, applied)));
      } else if (carriesBytes(port)) config.clusters.push(originalDestination(port.number, applied));
      const chain = filterChain(policy, port, complain);
      if (chain) config.filterChains.push(chain);
      if (port.protocol === 'tcp-server-first') config.serverFirstPorts.push(port.number);
    }
  }
  return {
    ...config,
    filterChains: distinct(config.filterChains),
    routes: [...hostsByPort].map(([port, hosts]) => ({ name: routeConfigName(port), virtualHosts: hosts })),
    clusters: uniqueNames(config.clusters, complain),
  };
}

const isFrom = ({ spec }: Egress, { namespace, account }: Identity): boolean =>
  (spec?.sources ?? []).some(
    (source) => source.kind === 'ServiceAccount' && source.name === account && source.namespace === namespace,
  );

const routeConfigName = (port: number) => `rds-egress.${port}`;
const carriesBytes = ({ protocol }: PolicyPort) =>
  ['tcp', 'tcp-server-first', 'https'].includes(protocol.toLowerCase());

/** The protocol decides as it is written: in any letters but small ones it gets no chain, while routes and clusters stay. */
function filterChain({ spec }: Egress, { number, protocol }: PolicyPort, complain: Complain): FilterChain | undefined {
  const name = `egress-${protocol}.${number}`;
  switch (protocol) {
    case 'http':
      return {
        name,
        match: { destinationPort: number, applicationProtocols: ['http/1.0', 'http/1.1', 'h2c'] },
        filter: connectionManager('outbound', routeConfigName(number)),
      };
    case 'tcp':
    case 'tcp-server-first':
    case 'https': {
      const ranges = validRanges(spec?.ipAddresses ?? [], name, complain);
      const hosts = protocol === 'https' ? (spec?.hosts ?? []) : [];
      return {
        name,
        match: {
          destinationPort: number,
          ...(ranges.length > 0 ? { destinationRanges: ranges } : {}),
          ...(hosts.length > 0 ? { serverNames: hosts } : {}),
        },
        filter: {
          type: 'tcp',
          statPrefix: `egress-tcp-proxy.${number}`,
          clusters: [{ cluster: String(number), weight: 1 }],
        },
      };
    }
    default:
      return undefined;
  }
}

/** The schema's pattern lets `300.1.1.1/99` pass; OSM skips what is no range. */
function validRanges(ranges: readonly string[], name: string, complain: Complain): string[] {
  return ranges.filter((range) => {
    const [address = '', bits = ''] = range.split('/');
    const valid = address.split('.').every((part) => Number(part) <= 255) && Number(bits) <= 32;
    if (!valid)
      complain(
        `Error parsing IP range ${range} while building TCP filter chain for match ${name}, skipping`,
        errorCodes.invalidEgressIpRange,
      );
    return valid;
  });
}

/** Every match of each HTTPRouteGroup referred to; anything goes without a reference, nothing with missing ones only. */
function httpMatches(snapshot: MeshSnapshot, { metadata, spec }: Egress, complain: Complain): RouteMatch[] {
  const isGroup = ({ apiGroup, kind }: { apiGroup: string; kind: string }) =>
    apiGroup === routeGroup && kind === 'HTTPRouteGroup';
  const references = (spec?.matches ?? []).filter(isGroup);
  for (const other of spec?.matches ?? []) {
    if (!isGroup(other) && other.apiGroup !== policyGroup) {
      complain(
        `Unsupported match object specified: ${other.kind} ${other.name}, ignoring it`,
        errorCodes.invalidEgressMatches,
      );
    }
  }
  if (references.length === 0) return matchesOf({ name: '*' });
  return references.flatMap(({ name }) => {
    const group = snapshot.httpRouteGroups.find(
      (candidate) => candidate.metadata.name === name && candidate.metadata.namespace === metadata.namespace,
    );
    if (!group) {
      complain(
        `Error fetching HTTPRouteGroup resource ${metadata.namespace}/${name} referenced in Egress policy ${metadata.namespace}/${metadata.name}`,
        errorCodes.egressRouteGroupNotFound,
      );
    }
    return (group?.spec?.matches ?? []).flatMap(matchesOf);
  });
}

/** Hosts as a client writes them, with and without the port; `ipAddresses` play no part in HTTP. */
function virtualHosts({ spec }: Egress, port: number, matches: readonly RouteMatch[]): VirtualHost[] {
  return (spec?.hosts ?? []).map((host) => ({
    name: `egress_virtual-host|${host}`,
    domains: [host, `${host}:${port}`],
    routes: matches.map((match): Route => ({ ...match, clusters: [{ cluster: `${host}:${port}`, weight: 100 }] })),
  }));
}

/** Dots and colons would be taken for structure in statistics (pkg/envoy/cds/cluster.go, formatAltStatNameForPrometheus). */
const statName = (name: string) => name.replaceAll(/[.:]/g, '_');

function dnsCluster(host: string, port: number, setting: UpstreamTrafficSetting | undefined): UpstreamCluster {
  const name = `${host}:${port}`;
  return {
    name,
    altStatName: statName(name),
    discovery: 'strict-dns',
    host,
    port,
    endpoints: [],
    connectTimeoutMs: connectTimeoutOf(setting),
    circuitBreakers: circuitBreakersOf(setting),
  };
}

const originalDestination = (port: number, setting: UpstreamTrafficSetting | undefined): UpstreamCluster => ({
  name: String(port),
  discovery: 'original-dst',
  endpoints: [],
  connectTimeoutMs: connectTimeoutOf(setting),
  circuitBreakers: circuitBreakersOf(setting),
});

/** Equal chains of several policies are one, whatever the order of their hosts and ranges. */
function distinct(chains: readonly FilterChain[]): FilterChain[] {
  const sorted = (values: readonly string[] | undefined) => [...new Set(values ?? [])].sort();
  const key = ({ name, match }: FilterChain) =>
    JSON.stringify([name, sorted(match.destinationRanges), sorted(match.serverNames)]);
  return [...new Map(chains.map((chain) => [key(chain), chain])).values()];
}

function uniqueNames(clusters: readonly UpstreamCluster[], complain: Complain): UpstreamCluster[] {
  const byName = new Map<string, UpstreamCluster>();
  for (const cluster of clusters) {
    const known = byName.get(cluster.name);
    if (!known) byName.set(cluster.name, cluster);
    else if (JSON.stringify(known) !== JSON.stringify(cluster)) {
      complain(
        `Found duplicate clusters with name ${cluster.name}; duplicate will not be sent to proxy.`,
        errorCodes.duplicateEgressClusters,
      );
    }
  }
  return [...byName.values()];
}
