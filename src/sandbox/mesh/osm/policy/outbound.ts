import type {
  FilterChain,
  Listener,
  RouteConfig,
  UpstreamCluster,
  ValidationContext,
  VirtualHost,
  WeightedCluster,
} from '../../proxy-config.ts';
import { ports, serviceCertificateName } from '../names.ts';
import { connectionManager, connectTimeoutMs, tlsParameters } from './envoy-defaults.ts';
import type { MeshService } from './mesh-service.ts';
import * as services from './mesh-service.ts';
import {
  type Complaint,
  type Identity,
  identityOf,
  isPermissive,
  type MeshSnapshot,
  podsOfService,
  principalOf,
} from './snapshot.ts';
import { splitClusters, splitOf } from './traffic-split.ts';
import { isEndpointAllowed, targetsFrom } from './traffic-target.ts';

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
  return {
    name: services.clusterNameOf(meshService),
    discovery: 'eds',
    endpoints: services
      .readyEndpoints(snapshot, meshService)
      .filter(({ podName }) => isAllowed(podName))
      .map(({ address }) => address),
    connectTimeoutMs,
    tls: {
      ...tlsParameters(snapshot.meshConfig),
      certificate: serviceCertificateName(source.namespace, source.account),
      validationContext: validationContextName(meshService),
      serverName: services.fqdnOf(meshService),
    },
  };
}

function destinations(
  snapshot: MeshSnapshot,
  meshService: MeshService,
  complain: (complaint: Complaint) => void,
): WeightedCluster[] {
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
      : { type: 'tcp', statPrefix: `outbound-mesh-tcp-proxy_${chainName}`, clusters },
  };
}

/** One virtual host per service; all policy on paths and methods is the server's, so the route takes everything. */
function virtualHost(source: Identity, meshService: MeshService, clusters: WeightedCluster[]): VirtualHost {
  return {
    name: `outbound_virtual-host|${services.fqdnOf(meshService)}`,
    domains: services.hostnamesOf(meshService, meshService.namespace === source.namespace),
    routes: [{ path: { type: 'regex', regex: '.*' }, headers: [], clusters }],
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

export function outboundConfig(
  snapshot: MeshSnapshot,
  source: Identity,
  complain: (complaint: Complaint) => void,
): OutboundConfig {
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
    if (services.destinationIps(snapshot, meshService).length > 0)
      chains.push(filterChain(snapshot, meshService, clusters));
    if (!http) continue;
    const hosts = hostsByPort.get(meshService.port) ?? [];
    hosts.push(virtualHost(source, meshService, clusters));
    hostsByPort.set(meshService.port, hosts);
  }
  const clusters = new Map(
    allowed.map((meshService) => [services.clusterNameOf(meshService), upstreamCluster(snapshot, source, meshService)]),
  );
  const contexts = new Map(
    allowed.map((meshService) => [validationContextName(meshService), validationContext(snapshot, meshService)]),
  );
  return {
    listener: outboundListener(snapshot, chains, allowed),
    routes: [...hostsByPort].map(([port, virtualHosts]) => ({ name: `rds-outbound.${port}`, virtualHosts })),
    clusters: [
      ...clusters.values(),
      ...(egress ? [{ name: passthrough, discovery: 'original-dst', endpoints: [], connectTimeoutMs } as const] : []),
    ],
    validationContexts: [...contexts.values()],
  };
}

/**
 * Without any chain there is no listener, and the redirected connection is refused. Where egress policies may be, first
 * bytes are looked at (pkg/envoy/lds/listener.go), which makes a client that waits for the server wait for nothing.
 */
function outboundListener(
  { meshConfig }: MeshSnapshot,
  filterChains: FilterChain[],
  allowed: readonly MeshService[],
): Listener | undefined {
  const egress = meshConfig.traffic?.enableEgress === true;
  if (filterChains.length === 0 && !egress) return undefined;
  return {
    name: 'outbound-listener',
    port: ports.outbound,
    direction: 'outbound',
    inspectTls: meshConfig.featureFlags?.['enableEgressPolicy'] === true,
    inspectionDisabledPorts: allowed.filter(({ protocol }) => protocol === 'tcp-server-first').map(({ port }) => port),
    filterChains,
    ...(egress ? { defaultFilterChain: egressChain } : {}),
  };
}
