import type { NetworkRbacPolicy, Principals, Route } from '../../proxy-config.ts';
import type { HttpRouteMatch, IdentityReference, TrafficTarget } from '../kinds.ts';
import { type Identity, type MeshSnapshot, principalOf } from './snapshot.ts';

type Rule = NonNullable<NonNullable<TrafficTarget['spec']>['rules']>[number];

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

/** A policy that names nobody is for everybody (pkg/envoy/rbac/policy.go, Build). */
const asPrincipals = (names: string[]): Principals => (names.length === 0 ? { type: 'any' } : { type: 'names', names });

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
        principals: asPrincipals(principalsOf(snapshot, target)),
        destinationPorts: routes.flatMap((route) => route?.spec?.matches?.ports ?? []),
      },
    ];
  });
}

/** smi-sdk-go: the items of `headers` are maps of one key; all of them must hold. Only `host`, so written, is the authority. */
function headersOf({ headers }: HttpRouteMatch): Route['headers'] {
  const merged: Record<string, string> = Object.assign({}, ...(headers ?? []));
  return Object.entries(merged)
    .map(([name, regex]) => ({ name: name === 'host' ? ':authority' : name.toLowerCase(), regex }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export type RouteMatch = Pick<Route, 'path' | 'method' | 'headers'>;

/** One route per method; no methods, or `*` among them, means any. */
export function matchesOf(match: HttpRouteMatch): RouteMatch[] {
  const headers = headersOf(match);
  const path = { type: 'regex', regex: match.pathRegex || '.*' } as const;
  const methods = [...new Set(match.methods)];
  return methods.length === 0 || methods.includes('*')
    ? [{ path, headers }]
    : methods.map((method) => ({ path, method, headers }));
}

/** What makes two matches the same route; the methods count as a list, in their order. */
const keyOf = (match: HttpRouteMatch): string =>
  JSON.stringify([match.pathRegex || '.*', match.methods?.length ? match.methods : ['*'], headersOf(match)]);

function matchesOfRule(snapshot: MeshSnapshot, target: TrafficTarget, rule: Rule): HttpRouteMatch[] {
  if (rule.kind !== 'HTTPRouteGroup') return [];
  const group = snapshot.httpRouteGroups.find(
    ({ metadata }) => metadata.name === rule.name && metadata.namespace === target.metadata.namespace,
  );
  return (rule.matches ?? []).flatMap((wanted) => group?.spec?.matches?.find(({ name }) => name === wanted) ?? []);
}

/**
 * The routes that the destination's sidecar offers, in order: TrafficTargets, their rules, the rules' matches. Equal
 * matches of several TrafficTargets become one with all their principals (pkg/trafficpolicy, MergeRules); the first
 * that matches a request decides.
 */
export function httpRoutes(snapshot: MeshSnapshot, destination: Identity, cluster: string): Route[] {
  const merged = new Map<string, { match: HttpRouteMatch; allowed: Set<string> }>();
  for (const target of targetsTo(snapshot, destination)) {
    for (const match of (target.spec?.rules ?? []).flatMap((rule) => matchesOfRule(snapshot, target, rule))) {
      const known = merged.get(keyOf(match)) ?? { match, allowed: new Set<string>() };
      for (const principal of principalsOf(snapshot, target)) known.allowed.add(principal);
      merged.set(keyOf(match), known);
    }
  }
  return [...merged.values()].flatMap(({ match, allowed }) =>
    matchesOf(match).map((one) => ({ ...one, clusters: [{ cluster, weight: 100 }], rbac: asPrincipals([...allowed]) })),
  );
}
