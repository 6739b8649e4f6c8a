import type { KubeObject } from '../../../../src/kube/objects.ts';
import type { ResourceRef } from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import type { Policy } from './cluster-state.ts';

/** SMI objects as rows name them. Names without a namespace lie in `shop`. */
const place = (text: string): { name: string; namespace: string } => {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first, namespace: 'shop' } : { name: second, namespace: first };
};

const policy = <T extends KubeObject>(ref: ResourceRef<T>, name: string, spec: object): Policy => ({
  ref,
  object: { metadata: place(name), spec },
});

export interface Rule {
  kind: string;
  name: string;
  matches?: string[];
}

export const http = (name: string, ...matches: string[]): Rule => ({ kind: 'HTTPRouteGroup', name, matches });
export const tcp = (name: string): Rule => ({ kind: 'TCPRoute', name });
export const account = (name: string): kinds.IdentityReference => ({ kind: 'ServiceAccount', ...place(name) });

export const routeGroup = (name: string, ...matches: kinds.HttpRouteMatch[]): Policy =>
  policy(kinds.httpRouteGroups, name, { matches });

export const tcpRoute = (name: string, ...ports: number[]): Policy =>
  policy(kinds.tcpRoutes, name, { matches: { ports } });

/** Everything, by any method. */
export const anyRoute = routeGroup('any', { name: 'any', pathRegex: '.*', methods: ['*'] });
export const any = http('any', 'any');

interface TargetParts {
  from: string | readonly (string | kinds.IdentityReference)[];
  to: string | kinds.IdentityReference;
  rules: readonly Rule[];
}

export function target(name: string, { from, to, rules }: TargetParts): Policy {
  const sources = typeof from === 'string' ? [from] : from;
  const reference = (one: string | kinds.IdentityReference) => (typeof one === 'string' ? account(one) : one);
  return policy(kinds.trafficTargets, name, {
    destination: reference(to),
    rules: [...rules],
    sources: sources.map(reference),
  });
}

export const split = (name: string, service: string, ...backends: (readonly [string, number])[]): Policy =>
  policy(kinds.trafficSplits, name, {
    service,
    backends: backends.map(([backend, weight]) => ({ service: backend, weight })),
  });
