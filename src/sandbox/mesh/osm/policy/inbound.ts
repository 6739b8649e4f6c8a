import type { Pod } from '../../../../kube/objects.ts';
import type {
  FilterChain,
  Listener,
  Route,
  RouteConfig,
  UpstreamCluster,
  ValidationContext,
  VirtualHost,
} from '../../proxy-config.ts';
import { ports, serviceCertificateName } from '../names.ts';
import type { UpstreamTrafficSetting } from '../policy-kinds.ts';
import { connectionManager, connectTimeoutMs, tlsParameters } from './envoy-defaults.ts';
import { healthCheckFilterOf } from './health-checks.ts';
import { type IngressConfig, ingressConfig } from './ingress.ts';
import type { MeshService } from './mesh-service.ts';
import * as services from './mesh-service.ts';
import { type Complain, type Identity, identityOf, isPermissive, isSelected, type MeshSnapshot } from './snapshot.ts';
import { rootsOf } from './traffic-split.ts';
import { httpRoutes, networkPolicies } from './traffic-target.ts';
import { networkRateLimitOf, routeRateLimitOf, settingOf, virtualHostRateLimitOf } from './upstream-traffic-setting.ts';

/** What a server's sidecar does with incoming connections (pkg/catalog/inbound_traffic_policies.go). */
export interface InboundConfig {
  listener: Listener | undefined;
  routes: RouteConfig[];
  clusters: UpstreamCluster[];
  validationContexts: ValidationContext[];
}

function servicesOfPod(snapshot: MeshSnapshot, { metadata }: Pod): MeshService[] {
  return snapshot.services
    .filter(
      (service) =>
        service.metadata.namespace === metadata.namespace && isSelected(service.spec.selector, metadata.labels),
    )
    .flatMap((service) => services.meshServicesOf(snapshot, service))
    .filter(({ hostname }) => hostname === undefined || hostname === metadata.name);
}

const contextName = ({ namespace, account }: Identity) => `root-cert-for-mtls-inbound:${namespace}/${account}`;

function filterChain(snapshot: MeshSnapshot, self: Identity, meshService: MeshService): FilterChain {
  const { namespace, name, targetPort, protocol } = meshService;
  const cluster = services.localClusterNameOf(meshService);
  const chainName = `inbound_${namespace}/${name}_${targetPort}_${protocol}`;
  const healthCheckFilter = healthCheckFilterOf(snapshot.meshConfig);
  const networkRateLimit = networkRateLimitOf(settingOf(snapshot, meshService), chainName);
  return {
    name: chainName,
    match: {
      destinationPort: targetPort,
      serverNames: [services.fqdnOf(meshService)],
      transportProtocol: 'tls',
      applicationProtocols: ['osm'],
    },
    tls: {
      ...tlsParameters(snapshot.meshConfig),
      certificate: serviceCertificateName(self.namespace, self.account),
      validationContext: contextName(self),
      requireClientCertificate: true,
    },
    ...(isPermissive(snapshot)
      ? {}
      : { networkRbac: { statPrefix: 'network-', policies: networkPolicies(snapshot, self) } }),
    ...(networkRateLimit && { networkRateLimit }),
    filter: services.isHttp(protocol)
      ? {
          ...connectionManager('inbound', `rds-inbound.${targetPort}`),
          ...(healthCheckFilter && { healthCheckFilter }),
        }
      : { type: 'tcp', statPrefix: `inbound-mesh-tcp-proxy.${cluster}`, clusters: [{ cluster, weight: 100 }] },
  };
}

function routesFor(snapshot: MeshSnapshot, self: Identity, cluster: string): Route[] {
  if (!isPermissive(snapshot)) return httpRoutes(snapshot, self, cluster);
  const clusters = [{ cluster, weight: 100 }];
  return [{ path: { type: 'regex', regex: '.*' }, headers: [], clusters, rbac: { type: 'any' } }];
}

/**
 * Clients keep the root's name as Host, so each backend stands for its roots too, with a local cluster for each. A root
 * that selects the pod itself is the same service; on another port it is another one (getUpstreamServicesIncludeApex).
 */
function withRoots(snapshot: MeshSnapshot, own: readonly MeshService[]): MeshService[] {
  const found = new Map<string, MeshService>();
  for (const meshService of own) {
    for (const name of [meshService.name, ...rootsOf(snapshot, meshService)]) {
      const { port, targetPort, protocol } = meshService;
      const key = [name, port, targetPort, protocol].join();
      if (!found.has(key)) found.set(key, { ...meshService, name });
    }
  }
  return [...found.values()];
}

function virtualHost(snapshot: MeshSnapshot, self: Identity, meshService: MeshService): VirtualHost {
  const routes = routesFor(snapshot, self, services.localClusterNameOf(meshService));
  const setting = settingOf(snapshot, meshService);
  const rateLimit = virtualHostRateLimitOf(setting);
  return {
    name: `inbound_virtual-host|${services.fqdnOf(meshService)}`,
    domains: services.hostnamesOf(meshService, true),
    routes: setting ? routes.map((route) => withRateLimit(route, setting)) : routes,
    ...(rateLimit && { rateLimit }),
  };
}

function withRateLimit(route: Route, setting: UpstreamTrafficSetting): Route {
  const rateLimit = route.path.type === 'regex' ? routeRateLimitOf(setting, route.path.regex) : undefined;
  return rateLimit ? { ...route, rateLimit } : route;
}

function routeConfigs(snapshot: MeshSnapshot, self: Identity, served: readonly MeshService[]): RouteConfig[] {
  const http = served.filter(({ protocol }) => services.isHttp(protocol));
  return [...Map.groupBy(http, ({ targetPort }) => targetPort)].map(([port, ofPort]) => ({
    name: `rds-inbound.${port}`,
    virtualHosts: ofPort.map((meshService) => virtualHost(snapshot, self, meshService)),
  }));
}

export function inboundConfig(snapshot: MeshSnapshot, pod: Pod, complain: Complain): InboundConfig {
  const self = identityOf(pod);
  const all = servicesOfPod(snapshot, pod);
  const ingress = ingressConfig(snapshot, self, contextName(self), all, complain);
  const own = all.filter(({ protocol, namespace, name }) => {
    const supported = services.isHttp(protocol) || services.isTcp(protocol);
    if (!supported)
      complain(`Cannot build inbound filter chain, unsupported protocol ${protocol} for service ${namespace}/${name}`);
    return supported;
  });
  const served = withRoots(snapshot, own);
  const filterChains = [...own.map((meshService) => filterChain(snapshot, self, meshService)), ...ingress.filterChains];
  const locals = new Map(
    served.map((meshService) => [services.localClusterNameOf(meshService), meshService.targetPort]),
  );
  return {
    listener:
      filterChains.length === 0
        ? undefined
        : {
            name: 'inbound-listener',
            port: ports.inbound,
            direction: 'inbound',
            inspectTls: true,
            logsConnections: true,
            filterChains,
          },
    routes: [...routeConfigs(snapshot, self, served), ...ingress.routes],
    clusters: [...locals].map(([name, port]) => ({
      name,
      discovery: 'static',
      endpoints: [{ ip: '127.0.0.1', port }],
      connectTimeoutMs,
    })),
    validationContexts: [{ name: contextName(self), matchSubjectAltNames: [] }],
  };
}

/** What the IngressBackends in front of a pod are to show. */
export function ingressStatusesFor(snapshot: MeshSnapshot, pod: Pod): IngressConfig['statuses'] {
  const self = identityOf(pod);
  return ingressConfig(snapshot, self, contextName(self), servicesOfPod(snapshot, pod), () => {}).statuses;
}
