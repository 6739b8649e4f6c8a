import type { KubeObject } from '../../kube/objects.ts';
import { type Case, type Reason, serviceName } from './chain.ts';
import type { Party } from './evidence.ts';
import { matchesWhole } from './proxy-facts.ts';
import {
  idOf,
  type RouteMatch,
  routeMatches,
  type TargetRule,
  type TrafficTarget,
  tcpPorts,
  trafficTarget,
  whyIgnored,
} from './smi.ts';

/** From the objects, why a configuration is as it is, and which object and field would make it otherwise. Pure. */

const accountsOf = (servers: readonly Party[]): Set<string> =>
  new Set(servers.map(({ pod }) => pod.spec.serviceAccountName ?? 'default'));

/** TrafficTargets about these servers, those that OSM ignores included. */
export function targetsTo({ evidence, question }: Case, servers: readonly Party[]): TrafficTarget[] {
  const accounts = accountsOf(servers);
  const { namespace } = question.to;
  return evidence.trafficTargets
    .map(trafficTarget)
    .filter(({ destination }) => accounts.has(destination.name) && (destination.namespace ?? namespace) === namespace);
}

const names = ({ account }: Case, target: TrafficTarget): boolean =>
  target.sources.some(({ name, namespace }) => name === account.name && namespace === account.namespace);

/** Those that count and name the caller. */
export const ownTargets = (one: Case, servers: readonly Party[]): TrafficTarget[] =>
  targetsTo(one, servers).filter((target) => names(one, target) && !whyIgnored(target, one.monitored));

/** Why the caller's sidecar has no route; undefined when the objects would give it one. */
export function whyNoRoute(one: Case, servers: readonly Party[]): Reason | undefined {
  const { question, account } = one;
  const me = `ServiceAccount ${account.namespace}/${account.name}`;
  if (servers.length === 0) {
    const change = 'select pods that run in the mesh: a policy is about their ServiceAccount';
    const fix = { object: `Service ${serviceName(one)}`, field: 'spec.selector', change };
    return { says: 'No pod stands behind the Service, so no policy can be about it.', fix };
  }
  const targets = targetsTo(one, servers);
  const mine = targets.filter((target) => names(one, target));
  if (mine.some((target) => !whyIgnored(target, one.monitored))) return undefined;
  for (const target of mine) {
    const ignored = whyIgnored(target, one.monitored);
    if (ignored) {
      const fix = { object: `TrafficTarget ${target.id}`, field: ignored.field, change: 'make it valid' };
      return { says: `TrafficTarget ${target.id} names the caller, but counts as absent: ${ignored.says}.`, fix };
    }
  }
  const valid = targets.filter((target) => !whyIgnored(target, one.monitored));
  const near = valid.flatMap((target) => nearSource(one, target))[0];
  if (near) return near;
  const [first] = valid;
  const server = [...accountsOf(servers)].join(' or ');
  if (first) {
    const change = `add { kind: ServiceAccount, name: ${account.name}, namespace: ${account.namespace} }`;
    const fix = { object: `TrafficTarget ${first.id}`, field: 'spec.sources', change };
    return { says: `No TrafficTarget for ${server} has ${me} among its sources.`, fix };
  }
  const change = `create one with destination ${server} and source ${account.name} of ${account.namespace}`;
  const fix = { object: `TrafficTarget ${question.to.namespace}/…`, field: '', change };
  return { says: `No TrafficTarget has ${server} as its destination, and without one nobody may call.`, fix };
}

/** The right name in the wrong namespace, or in none. */
function nearSource({ account }: Case, target: TrafficTarget): Reason[] {
  const index = target.sources.findIndex(({ name }) => name === account.name);
  const source = target.sources[index];
  if (!source) return [];
  const where = source.namespace === undefined ? 'no namespace' : `namespace ${source.namespace}`;
  return [
    {
      says: `TrafficTarget ${target.id} has a source ${account.name} with ${where}; the caller is of ${account.namespace}.`,
      fix: {
        object: `TrafficTarget ${target.id}`,
        field: `spec.sources[${index}].namespace`,
        change: `write ${account.namespace}`,
      },
    },
  ];
}

/** Why no pod counts as allowed though there is a route: OSM looks parties up as ServiceAccounts only. */
export function whyNobodyCounts(one: Case, servers: readonly Party[]): Reason | undefined {
  for (const target of ownTargets(one, servers)) {
    const index = target.sources.findIndex(({ name, kind }) => name === one.account.name && kind !== 'ServiceAccount');
    const field = index >= 0 ? `spec.sources[${index}].kind` : 'spec.destination.kind';
    const { kind } = target.sources[index] ?? target.destination;
    if (kind === 'ServiceAccount') continue;
    const says = `TrafficTarget ${target.id} names a ${kind}; only a ServiceAccount stands for pods.`;
    return { says, fix: { object: `TrafficTarget ${target.id}`, field, change: 'write ServiceAccount' } };
  }
  return undefined;
}

/** Why the server takes no connection of the caller: the ports of its TCPRoutes. */
export function whyNoConnection(one: Case, servers: readonly Party[], targetPort: number): Reason | undefined {
  for (const target of ownTargets(one, servers)) {
    for (const [index, rule] of target.rules.entries()) {
      if (rule.kind !== 'TCPRoute') continue;
      const id = `${target.namespace}/${rule.name}`;
      const route = one.evidence.tcpRoutes.find((object) => idOf(object) === id);
      if (!route) {
        const fix = { object: `TCPRoute ${id}`, field: '', change: `create it, with port ${targetPort}` };
        return { says: `TrafficTarget ${target.id} names TCPRoute ${rule.name}, which is not there.`, fix };
      }
      const ports = tcpPorts(route);
      if (ports.length === 0 || ports.includes(targetPort)) continue;
      const says = `TCPRoute ${id} allows port ${ports.join(', ')}; the pod listens on ${targetPort} (its targetPort counts, rule ${index + 1} of ${target.id}).`;
      return { says, fix: { object: `TCPRoute ${id}`, field: 'spec.matches.ports', change: `add ${targetPort}` } };
    }
  }
  return undefined;
}

interface Candidate extends Reason {
  /** How many of path, method and headers match. */
  score: number;
}

/** Why no route of the server matches the request; the nearest miss first. */
export function whyNotFound(one: Case, servers: readonly Party[]): Reason | undefined {
  const mine = ownTargets(one, servers);
  const misses = mine.flatMap((target) =>
    target.rules.flatMap((rule, index) => (rule.kind === 'HTTPRouteGroup' ? missesOf(one, target, rule, index) : [])),
  );
  const nearest = misses.toSorted((a, b) => b.score - a.score)[0];
  if (nearest) return nearest;
  const [target] = mine;
  if (!target) return undefined;
  const change = `add a rule of kind HTTPRouteGroup with a match for ${one.question.method} ${one.question.path}`;
  return {
    says: `TrafficTarget ${target.id} has no rule about HTTP, so the server has no route for it.`,
    fix: { object: `TrafficTarget ${target.id}`, field: 'spec.rules', change },
  };
}

function missesOf(one: Case, target: TrafficTarget, rule: TargetRule, index: number): Candidate[] {
  const id = `${target.namespace}/${rule.name}`;
  const group = one.evidence.httpRouteGroups.find((object) => idOf(object) === id);
  const object = `TrafficTarget ${target.id}`;
  if (!group) {
    const fix = { object: `HTTPRouteGroup ${id}`, field: '', change: 'create it' };
    return [{ score: -1, says: `${object} names HTTPRouteGroup ${rule.name}, which is not there.`, fix }];
  }
  if (rule.matches === undefined) {
    const fix = { object, field: `spec.rules[${index}].matches`, change: `name matches of ${rule.name}` };
    return [{ score: -1, says: `${object} names no match of HTTPRouteGroup ${rule.name}, and none means none.`, fix }];
  }
  const known = routeMatches(group);
  return rule.matches.flatMap((name) => {
    const match = known.find((candidate) => candidate.name === name);
    if (match) return missOf(one, group, match, known.indexOf(match));
    const fix = { object, field: `spec.rules[${index}].matches`, change: `name one of ${namesOf(known)}` };
    return [{ score: -1, says: `${object} names a match ${name} that HTTPRouteGroup ${id} does not have.`, fix }];
  });
}

const namesOf = (matches: readonly RouteMatch[]): string => matches.map(({ name }) => name).join(', ');

/** What of a match does not fit the request; nothing when all does. */
function missOf({ question }: Case, group: KubeObject, match: RouteMatch, index: number): Candidate[] {
  const object = `HTTPRouteGroup ${idOf(group)}`;
  const field = (name: string) => `spec.matches[${index}].${name}`;
  const path = question.path.split('?')[0] ?? question.path;
  const regex = match.pathRegex ?? '.*';
  if (!matchesWhole(regex, path)) {
    const change = `let it match the whole of ${path}`;
    const says = `Match ${match.name} wants a path that ${regex} matches from end to end, and ${path} is not one.`;
    return [{ score: 0, says, fix: { object, field: field('pathRegex'), change } }];
  }
  const anyMethod = match.methods.length === 0 || match.methods.includes('*');
  if (!anyMethod && !match.methods.includes(question.method)) {
    const says = `Match ${match.name} fits the path, but allows ${match.methods.join(', ')} and not ${question.method}.`;
    return [{ score: 1, says, fix: { object, field: field('methods'), change: `add ${question.method}` } }];
  }
  const missing = Object.entries(match.headers).find(([name, wanted]) => {
    const given = question.headers[name.toLowerCase()];
    return given === undefined || !matchesWhole(wanted, given);
  });
  if (!missing) return [];
  const [name, wanted] = missing;
  const says = `Match ${match.name} fits path and method, but wants a header ${name} that ${wanted} matches.`;
  return [{ score: 2, says, fix: { object, field: field('headers'), change: `send ${name}, or take it out` } }];
}

/** Why a route that matches is not the caller's: it came with somebody else's TrafficTarget. */
export function whyForbidden(one: Case, servers: readonly Party[]): Reason | undefined {
  const [target] = ownTargets(one, servers);
  if (!target) return undefined;
  const change = `add a match for ${one.question.method} ${one.question.path}`;
  return {
    says: `The route belongs to other callers; TrafficTarget ${target.id}, which names this one, has no match for it.`,
    fix: { object: `TrafficTarget ${target.id}`, field: 'spec.rules', change },
  };
}
