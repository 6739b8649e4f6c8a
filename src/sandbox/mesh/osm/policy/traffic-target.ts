import type { NetworkRbacPolicy, Route } from '../../proxy-config.ts';
import type { HttpRouteMatch, IdentityReference, TrafficTarget } from '../kinds.ts';
import { type Identity, type MeshSnapshot, principalOf } from './snapshot.ts';

/** Which TrafficTargets hold and what they say (pkg/smi/client.go, pkg/catalog/traffictarget.go). */
const routeKinds = new Set(['HTTPRouteGroup', 'TCPRoute']);

/** One rule of an unknown kind voids the whole TrafficTarget. */
export function validTrafficTargets(snapshot: MeshSnapshot): TrafficTarget[] {
  return snapshot.trafficTargets.filter(
    ({ metadata, spec }) =>
      spec !== undefined &&
      spec.destination.namespace === metadata.namespace &&
      (spec.rules ?? []).length > 0 &&
      (spec.rules ?? []).every(({ kind }) => routeKinds.has(kind)),
  );
}

const names = (reference: IdentityReference | undefined, { namespace, account }: Identity): boolean =>
  reference?.name === account && (reference.namespace ?? '') === namespace;

export function targetsFrom(snapshot: MeshSnapshot, source: Identity): TrafficTarget[] {
  return validTrafficTargets(snapshot).filter(({ spec }) =>
    (spec?.sources ?? []).some((reference) => names(reference, source)),
  );
}

export function targetsTo(snapshot: MeshSnapshot, destination: Identity): TrafficTarget[] {
  return validTrafficTargets(snapshot).filter(({ spec }) => names(spec?.destination, destination));
}

/** Endpoints are handed out only between references of kind ServiceAccount (getAllowedDirectionalServiceAccounts). */
export function isEndpointAllowed(snapshot: MeshSnapshot, source: Identity, destination: Identity): boolean {
  return targetsTo(snapshot, destination).some(
    ({ spec }) =>
      spec?.destination.kind === 'ServiceAccount' &&
      (spec.sources ?? []).some((reference) => reference.kind === 'ServiceAccount' && names(reference, source)),
  );
}

function principalsOf(snapshot: MeshSnapshot, { spec }: TrafficTarget): string[] {
  return (spec?.sources ?? []).map(({ name, namespace = '' }) =>
    principalOf({ account: name, namespace }, snapshot.trustDomain),
  );
}

/**
 * Who may connect at all. Rules of kind TCPRoute limit the ports (the pod's, not the Service's); without one any port is
 * open, HTTP rules or not. A TrafficTarget whose TCPRoute is missing is left out.
 */
export function networkPolicies(snapshot: MeshSnapshot, destination: Identity): NetworkRbacPolicy[] {
  return targetsTo(snapshot, destination).flatMap((target) => {
    const tcpRules = (target.spec?.rules ?? []).filter(({ kind }) => kind === 'TCPRoute');
    const routes = tcpRules.map(({ name }) =>
      snapshot.tcpRoutes.find(
        ({ metadata }) => metadata.name === name && metadata.namespace === target.metadata.namespace,
      ),
    );
    if (routes.includes(undefined)) return [];
    return [
      {
        name: `${target.metadata.namespace}/${target.metadata.name}`,
        principals: { type: 'names', names: principalsOf(snapshot, target) } as const,
        destinationPorts: routes.flatMap((route) => route?.spec?.matches?.ports ?? []),
      },
    ];
  });
}

/** smi-sdk-go: each item of `headers` is a map of at most one key; all of them must hold. */
function headersOf({ headers }: HttpRouteMatch): Route['headers'] | undefined {
  if ((headers ?? []).some((item) => Object.keys(item).length > 1)) return undefined;
  const merged: Record<string, string> = Object.assign({}, ...(headers ?? []));
  return Object.entries(merged).map(([name, regex]) => ({ name: name === 'host' ? name : name.toLowerCase(), regex }));
}

export type RouteMatch = Pick<Route, 'path' | 'method' | 'headers'>;

/** One route per method; no methods, or `*` among them, means any. */
export function matchesOf(match: HttpRouteMatch): RouteMatch[] {
  const headers = headersOf(match);
  if (headers === undefined) return [];
  const path = { type: 'regex', regex: match.pathRegex || '.*' } as const;
  const methods = match.methods ?? [];
  return methods.length === 0 || methods.includes('*')
    ? [{ path, headers }]
    : methods.map((method) => ({ path, method, headers }));
}

/**
 * The routes that the destination's sidecar offers, in order: TrafficTargets, their rules, the rules' matches. Equal
 * routes of several TrafficTargets become one with all their principals; the first that matches a request decides.
 */
export function httpRoutes(snapshot: MeshSnapshot, destination: Identity, cluster: string): Route[] {
  const merged = new Map<string, { match: RouteMatch; principals: Set<string> }>();
  for (const target of targetsTo(snapshot, destination)) {
    const principals = principalsOf(snapshot, target);
    for (const rule of target.spec?.rules ?? []) {
      if (rule.kind !== 'HTTPRouteGroup') continue;
      const group = snapshot.httpRouteGroups.find(
        ({ metadata }) => metadata.name === rule.name && metadata.namespace === target.metadata.namespace,
      );
      for (const matchName of rule.matches ?? []) {
        const found = group?.spec?.matches?.find(({ name }) => name === matchName);
        for (const match of found ? matchesOf(found) : []) {
          const key = JSON.stringify(match);
          const known = merged.get(key) ?? { match, principals: new Set<string>() };
          for (const principal of principals) known.principals.add(principal);
          merged.set(key, known);
        }
      }
    }
  }
  return [...merged.values()].map(({ match, principals }) => ({
    ...match,
    clusters: [{ cluster, weight: 100 }],
    rbac: { type: 'names', names: [...principals] },
  }));
}
