import type { FilterChain, Principals, Route, RouteConfig } from '../../proxy-config.ts';
import { errorCodes } from '../error-codes.ts';
import { serviceCertificateName } from '../names.ts';
import type { IngressBackend, PolicyStatus } from '../policy-kinds.ts';
import { connectionManager, tlsParameters } from './envoy-defaults.ts';
import { localClusterNameOf, type MeshService } from './mesh-service.ts';
import type { Complain, Complaint, Identity, MeshSnapshot } from './snapshot.ts';

/**
 * What IngressBackends add to a server's sidecar (pkg/catalog/ingress.go, pkg/envoy/lds/ingress.go): filter chains for
 * clients that are not in the mesh, told apart by their address, or by the name in their certificate.
 */
export interface IngressConfig {
  filterChains: FilterChain[];
  routes: RouteConfig[];
  /** What each policy that was looked at is told to show in its status. */
  statuses: { policy: IngressBackend; status: PolicyStatus }[];
}

type Backend = NonNullable<NonNullable<IngressBackend['spec']>['backends']>[number];

const routeConfigName = 'rds-ingress';
const committed: PolicyStatus = {
  currentStatus: 'committed',
  reason: 'successfully committed by the system',
};

export function ingressConfig(
  snapshot: MeshSnapshot,
  self: Identity,
  validationContext: string,
  services: readonly MeshService[],
  complain: Complain,
): IngressConfig {
  const config: IngressConfig = { filterChains: [], routes: [], statuses: [] };
  const routes = new Map<string, Route>();
  let firstName: string | undefined;
  for (const meshService of services) {
    const policy = policyFor(snapshot, meshService);
    if (!policy) continue;
    const sources = sourcesOf(snapshot, policy);
    if (sources.status === 'no-endpoints') {
      const { kind: _, ...service } = sources.missing;
      const name = `${service.namespace}/${service.name}`;
      config.statuses.push({
        policy,
        status: { currentStatus: 'error', reason: `endpoints not found for service ${name}` },
      });
      complain(
        `Could not list endpoints of the source service ${name} specified in the IngressBackend ${policy.metadata.namespace}/${policy.metadata.name}`,
      );
      continue;
    }
    config.statuses.push({ policy, status: committed });
    firstName ??= `ingress_virtual-host|${meshService.namespace}/${meshService.name}_from_${policy.metadata.name}`;
    for (const backend of (policy.spec?.backends ?? []).filter((candidate) => isFor(candidate, meshService))) {
      const chain = filterChain(snapshot, self, validationContext, meshService, backend, sources.ranges);
      if (chain) config.filterChains.push(chain);
      else complain(unsupported(backend, self), errorCodes.unsupportedProtocol);
      addRoute(routes, localClusterNameOf(meshService), principalsOf(policy, backend));
    }
  }
  if (firstName !== undefined) {
    // One virtual host takes every name, so with several services behind one sidecar the first one's route gets all
    // (trafficpolicy.MergeInboundPolicies).
    const virtualHost = { name: firstName, domains: ['*'], routes: [...routes.values()] };
    config.routes.push({ name: routeConfigName, virtualHosts: [virtualHost] });
  }
  return config;
}

const unsupported = ({ port }: Backend, { namespace, account }: Identity): Complaint =>
  `Unsupported ingress protocol ${port.protocol} on proxy with identity ${account}.${namespace}. Ingress protocol must be one of 'http, https'`;

/** Ports are compared with the pod's, not with the Service's. */
const isFor = ({ name, port }: Backend, meshService: MeshService): boolean =>
  name === meshService.name && port.number === meshService.targetPort;

function policyFor(snapshot: MeshSnapshot, meshService: MeshService): IngressBackend | undefined {
  return snapshot.ingressBackends.find(
    ({ metadata, spec }) =>
      metadata.namespace === meshService.namespace &&
      (spec?.backends ?? []).some((backend) => isFor(backend, meshService)),
  );
}

type Source = NonNullable<NonNullable<IngressBackend['spec']>['sources']>[number];
type Sources = { status: 'found'; ranges: string[] } | { status: 'no-endpoints'; missing: Source };

/** Addresses that may connect: the ready endpoints of Services, in the mesh or not, and ranges as they stand. */
function sourcesOf(snapshot: MeshSnapshot, { spec }: IngressBackend): Sources {
  const ranges = new Set<string>();
  for (const source of spec?.sources ?? []) {
    if (source.kind === 'IPRange') ranges.add(source.name ?? '');
    if (source.kind !== 'Service') continue;
    const found = snapshot.endpoints.find(
      ({ metadata }) => metadata.name === source.name && metadata.namespace === source.namespace,
    );
    const addresses = (found?.subsets ?? []).flatMap((subset) => subset.addresses ?? []);
    if (addresses.length === 0) return { status: 'no-endpoints', missing: source };
    for (const { ip } of addresses) ranges.add(`${ip}/32`);
  }
  return { status: 'found', ranges: [...ranges] };
}

/** Nobody is told apart over plaintext; over TLS without any principal named, every holder of a mesh certificate passes. */
function principalsOf({ spec }: IngressBackend, { port, tls }: Backend): Principals {
  const authenticated = (spec?.sources ?? []).filter(({ kind }) => kind === 'AuthenticatedPrincipal');
  const names = authenticated.map(({ name }) => (tls?.skipClientCertValidation ? '*' : (name ?? '')));
  const anybody = port.protocol.toLowerCase() === 'http' || names.length === 0 || names.includes('*');
  return anybody ? { type: 'any' } : { type: 'names', names };
}

/** Equal routes become one, with the principals of all. */
function addRoute(routes: Map<string, Route>, cluster: string, rbac: Principals): void {
  const known = routes.get(cluster)?.rbac;
  const names = known?.type === 'names' && rbac.type === 'names' ? [...new Set([...known.names, ...rbac.names])] : [];
  routes.set(cluster, {
    path: { type: 'regex', regex: '.*' },
    headers: [],
    clusters: [{ cluster, weight: 100 }],
    rbac: known === undefined ? rbac : names.length > 0 ? { type: 'names', names } : { type: 'any' },
  });
}

function filterChain(
  snapshot: MeshSnapshot,
  self: Identity,
  validationContext: string,
  { namespace, name }: MeshService,
  { port, tls }: Backend,
  ranges: readonly string[],
): FilterChain | undefined {
  const chain: FilterChain = {
    name: `ingress_${namespace}/${name}_${port.number}_${port.protocol}`,
    match: { destinationPort: port.number, ...(ranges.length > 0 ? { sourceRanges: ranges } : {}) },
    filter: connectionManager('inbound', routeConfigName),
  };
  switch (port.protocol.toLowerCase()) {
    case 'http':
      return chain;
    case 'https':
      return {
        ...chain,
        match: {
          ...chain.match,
          transportProtocol: 'tls',
          ...(tls?.sniHosts && tls.sniHosts.length > 0 ? { serverNames: tls.sniHosts } : {}),
        },
        tls: {
          ...tlsParameters(snapshot.meshConfig),
          applicationProtocols: [],
          certificate: serviceCertificateName(self.namespace, self.account),
          validationContext,
          requireClientCertificate: tls?.skipClientCertValidation !== true,
        },
      };
    default:
      return undefined;
  }
}
