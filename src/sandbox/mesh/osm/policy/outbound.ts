import type {
  FilterChain,
  Listener,
  RouteConfig,
  RouteRetry,
  UpstreamCluster,
  ValidationContext,
  VirtualHost,
  WeightedCluster,
} from '../../proxy-config.ts';
import { ports, serviceCertificateName } from '../names.ts';
import { egressConfig, isEgressPolicyEnabled } from './egress.ts';
import { connectionManager, connectTimeoutMs, tlsParameters } from './envoy-defaults.ts';
import { healthCheckOf } from './health-checks.ts';
import type { MeshService } from './mesh-service.ts';
import * as services from './mesh-service.ts';
import { retryPolicyFor } from './retry.ts';
import {
  type Complain,
  type Identity,
  identityOf,
  isPermissive,
  type MeshSnapshot,
  podsOfService,
  principalOf,
} from './snapshot.ts';
import { routeClusters, splitClusters, splitOf, unsigned } from './traffic-split.ts';
import { isEndpointAllowed, targetsFrom } from './traffic-target.ts';
import { circuitBreakersOf, connectTimeoutOf, settingOf } from './upstream-traffic-setting.ts';

/** What a client's sidecar does with outgoing connections (pkg/catalog/outbound_traffic_policies.go). */
export interface OutboundConfig {
  listener: Listener | undefined;
  routes: RouteConfig[];
  clusters: UpstreamCluster[];
  validationContexts: ValidationContext[];
}

const passthrough = 'passthrough-outbound';

function allowedServices(snapshot: MeshSnapshot, source: Identity): MeshService[] {
  const reachable = isPermissive(snapshot)
    ? snapshot.services
    : snapshot.services.filter((service) => isDestination(snapshot, source, service));
  return reachable.flatMap((service) => services.meshServicesOf(snapshot, service));
}

function isDestination(snapshot: MeshSnapshot, source: Identity, service: MeshSnapshot['services'][number]): boolean {
  const destinations = targetsFrom(snapshot, source).flatMap(({ spec }) => spec?.destination ?? []);
  return podsOfService(snapshot, service)
    .map(identityOf)
    .some(({ namespace, account }) =>
      destinations.some((destination) => destination.namespace === namespace && destination.name === account),
    );
}

const validationContextName = ({ namespace, name }: MeshService) => `root-cert-for-mtls-outbound:${namespace}/${name}`;

function validationContext(snapshot: MeshSnapshot, meshService: MeshService): ValidationContext {
  const accounts = podsOfService(snapshot, meshService.service).map((pod) =>
    principalOf(identityOf(pod), snapshot.trustDomain),
  );
  return { name: validationContextName(meshService), matchSubjectAltNames: [...new Set(accounts)].sort() };
}

function upstreamCluster(snapshot: MeshSnapshot, source: Identity, meshService: MeshService): UpstreamCluster {
  const identities = new Map(
    podsOfService(snapshot, meshService.service).map((pod) => [pod.metadata.name, identityOf(pod)]),
  );
  const isAllowed = (podName: string | undefined) => {
    const destination = identities.get(podName);
    return isPermissive(snapshot) || (destination !== undefined && isEndpointAllowed(snapshot, source, destination));
  };
  const setting = settingOf(snapshot, meshService);
  const healthCheck = healthCheckOf(snapshot.meshConfig, meshService);
  return {
    name: services.clusterNameOf(meshService),
    discovery: 'eds',
    endpoints: services
      .readyEndpoints(snapshot, meshService)
      .filter(({ podName }) => isAllowed(podName))
      .map(({ address }) => address),
    connectTimeoutMs: connectTimeoutOf(setting),
    circuitBreakers: circuitBreakersOf(setting),
    ...(healthCheck && { healthCheck }),
    tls: {
      ...tlsParameters(snapshot.meshConfig),
      certificate: serviceCertificateName(source.namespace, source.account),
      validationContext: validationContextName(meshService),
      serverName: services.fqdnOf(meshService),
    },
  };
}

function destinations(snapshot: MeshSnapshot, meshService: MeshService, complain: Complain): WeightedCluster[] {
  const split = splitOf(snapshot, meshService, complain);
  return split
    ? splitClusters(snapshot, meshService, split, complain)
    : [{ cluster: services.clusterNameOf(meshService), weight: 100 }];
}

function filterChain(snapshot: MeshSnapshot, meshService: MeshService, clusters: WeightedCluster[]): FilterChain {
  const { namespace, name, port, protocol } = meshService;
  const chainName = `outbound_${namespace}/${name}_${port}_${protocol}`;
  return {
    name: chainName,
    match: {
      destinationPort: port,
      destinationRanges: services.destinationIps(snapshot, meshService).map((ip) => `${ip}/32`),
    },
    filter: services.isHttp(protocol)
      ? connectionManager('outbound', `rds-outbound.${port}`)
      : { type: 'tcp', statPrefix: `outbound-mesh-tcp-proxy_${chainName}`, clusters: unsigned(clusters) },
  };
}

/** One virtual host per service; all policy on paths and methods is the server's, so the route takes everything. */
function virtualHost(
  source: Identity,
  meshService: MeshService,
  clusters: WeightedCluster[],
  retry: RouteRetry | undefined,
): VirtualHost {
  return {
    name: `outbound_virtual-host|${services.fqdnOf(meshService)}`,
    domains: services.hostnamesOf(meshService, meshService.namespace === source.namespace),
    routes: [{ path: { type: 'regex', regex: '.*' }, headers: [], clusters, ...(retry && { retry }) }],
  };
}

const egressChain: FilterChain = {
  name: 'outbound-egress-filter-chain',
  match: {},
  filter: {
    type: 'tcp',
    statPrefix: `egress-tcp-proxy.${passthrough}`,
    clusters: [{ cluster: passthrough, weight: 1 }],
  },
};

export function outboundConfig(snapshot: MeshSnapshot, source: Identity, complain: Complain): OutboundConfig {
  const egress = snapshot.meshConfig.traffic?.enableEgress === true;
  const allowed = allowedServices(snapshot, source);
  const chains: FilterChain[] = [];
  const hostsByPort = new Map<number, VirtualHost[]>();
  for (const meshService of allowed) {
    const http = services.isHttp(meshService.protocol);
    if (!http && !services.isTcp(meshService.protocol)) {
      complain(
        `Cannot build outbound filter chain, unsupported protocol ${meshService.protocol} for service ${meshService.namespace}/${meshService.name}`,
      );
      continue;
    }
    const clusters = destinations(snapshot, meshService, complain);
    // A route without a cluster is Envoy's to refuse, a TCP chain without one OSM leaves out (getOutboundTCPFilter).
    if (services.destinationIps(snapshot, meshService).length > 0 && (http || clusters.length > 0))
      chains.push(filterChain(snapshot, meshService, clusters));
    if (!http) continue;
    const hosts = hostsByPort.get(meshService.port) ?? [];
    const retry = retryPolicyFor(snapshot, source, meshService, complain);
    hosts.push(virtualHost(source, meshService, routeClusters(clusters, complain), retry));
    hostsByPort.set(meshService.port, hosts);
  }
  const clusters = new Map(
    allowed.map((meshService) => [services.clusterNameOf(meshService), upstreamCluster(snapshot, source, meshService)]),
  );
  const contexts = new Map(
    allowed.map((meshService) => [validationContextName(meshService), validationContext(snapshot, meshService)]),
  );
  const policies = egressConfig(snapshot, source, complain);
  const serverFirst = allowed.filter(({ protocol }) => protocol === 'tcp-server-first').map(({ port }) => port);
  return {
    listener: outboundListener(
      snapshot,
      [...chains, ...policies.filterChains],
      [...new Set([...policies.serverFirstPorts, ...serverFirst])],
    ),
    routes: [
      ...[...hostsByPort].map(([port, virtualHosts]) => ({ name: `rds-outbound.${port}`, virtualHosts })),
      ...policies.routes,
    ],
    clusters: [
      ...clusters.values(),
      ...policies.clusters,
      ...(egress ? [{ name: passthrough, discovery: 'original-dst', endpoints: [], connectTimeoutMs } as const] : []),
    ],
    validationContexts: [...contexts.values()],
  };
}

/**
 * Without any chain there is no listener, and the redirected connection is refused. The inspectors come with the feature
 * flag of egress policies: without it every chain is chosen by address alone, and no server needs to speak first.
 */
function outboundListener(
  snapshot: MeshSnapshot,
  filterChains: FilterChain[],
  serverFirstPorts: readonly number[],
): Listener | undefined {
  const egress = snapshot.meshConfig.traffic?.enableEgress === true;
  if (filterChains.length === 0 && !egress) return undefined;
  const inspect = isEgressPolicyEnabled(snapshot);
  return {
    name: 'outbound-listener',
    port: ports.outbound,
    direction: 'outbound',
    inspectTls: inspect,
    logsConnections: true,
    inspectHttp: inspect,
    inspectionDisabledPorts: serverFirstPorts,
    filterChains,
    ...(egress ? { defaultFilterChain: egressChain } : {}),
  };
}
