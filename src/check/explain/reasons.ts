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

const ignoredIn = ({ monitored, words }: Case, target: TrafficTarget) => whyIgnored(target, monitored, words.ignored);

/** Those that count and name the caller. */
export const ownTargets = (one: Case, servers: readonly Party[]): TrafficTarget[] =>
  targetsTo(one, servers).filter((target) => names(one, target) && !ignoredIn(one, target));

/** Why the caller's sidecar has no route; undefined when the objects would give it one. */
export function whyNoRoute(one: Case, servers: readonly Party[]): Reason | undefined {
  const { question, account } = one;
  const { clientRoute: words } = one.words;
  const me = `ServiceAccount ${account.namespace}/${account.name}`;
  if (servers.length === 0) {
    const fix = { object: `Service ${serviceName(one)}`, field: 'spec.selector', change: words.selectInMesh };
    return { says: words.noPod, fix };
  }
  const targets = targetsTo(one, servers);
  const mine = targets.filter((target) => names(one, target));
  if (mine.some((target) => !ignoredIn(one, target))) return undefined;
  for (const target of mine) {
    const ignored = ignoredIn(one, target);
    if (ignored) {
      const fix = { object: `TrafficTarget ${target.id}`, field: ignored.field, change: words.makeValid };
      return { says: words.ignored(`TrafficTarget ${target.id}`, ignored.says), fix };
    }
  }
  const valid = targets.filter((target) => !ignoredIn(one, target));
  const near = valid.flatMap((target) => nearSource(one, target))[0];
  if (near) return near;
  const [first] = valid;
  const server = words.either([...accountsOf(servers)]);
  if (first) {
    const change = words.addSource(`{ kind: ServiceAccount, name: ${account.name}, namespace: ${account.namespace} }`);
    const fix = { object: `TrafficTarget ${first.id}`, field: 'spec.sources', change };
    return { says: words.noSource(server, me), fix };
  }
  const change = words.createTarget(server, account.name, account.namespace);
  const fix = { object: `TrafficTarget ${question.to.namespace}/…`, field: '', change };
  return { says: words.noTarget(server), fix };
}

/** The right name in the wrong namespace, or in none. */
function nearSource({ account, words: { clientRoute: words } }: Case, target: TrafficTarget): Reason[] {
  const index = target.sources.findIndex(({ name }) => name === account.name);
  const source = target.sources[index];
  if (!source) return [];
  const object = `TrafficTarget ${target.id}`;
  return [
    {
      says:
        source.namespace === undefined
          ? words.sourceWithoutNamespace(object, account.name, account.namespace)
          : words.otherNamespace(object, account.name, source.namespace, account.namespace),
      fix: { object, field: `spec.sources[${index}].namespace`, change: words.write(account.namespace) },
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
    const { clientRoute, endpoints } = one.words;
    const object = `TrafficTarget ${target.id}`;
    return {
      says: endpoints.notAccount(object, kind),
      fix: { object, field, change: clientRoute.write('ServiceAccount') },
    };
  }
  return undefined;
}

/** Why the server takes no connection of the caller: the ports of its TCPRoutes. */
export function whyNoConnection(one: Case, servers: readonly Party[], targetPort: number): Reason | undefined {
  const { connection: words } = one.words;
  for (const target of ownTargets(one, servers)) {
    for (const [index, rule] of target.rules.entries()) {
      if (rule.kind !== 'TCPRoute') continue;
      const id = `${target.namespace}/${rule.name}`;
      const route = one.evidence.tcpRoutes.find((object) => idOf(object) === id);
      if (!route) {
        const fix = { object: `TCPRoute ${id}`, field: '', change: words.createRoute(targetPort) };
        return { says: words.noRoute(`TrafficTarget ${target.id}`, rule.name), fix };
      }
      const ports = tcpPorts(route);
      if (ports.length === 0 || ports.includes(targetPort)) continue;
      const says = words.otherPort(`TCPRoute ${id}`, ports.join(', '), targetPort, index + 1, target.id);
      return {
        says,
        fix: { object: `TCPRoute ${id}`, field: 'spec.matches.ports', change: words.addPort(targetPort) },
      };
    }
  }
  return undefined;
}

const requestOf = ({ question: { method, path } }: Case): string => `${method} ${path}`;

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
  const { serverRoute: words } = one.words;
  const object = `TrafficTarget ${target.id}`;
  return {
    says: words.noHttpRule(object),
    fix: { object, field: 'spec.rules', change: words.addRule(requestOf(one)) },
  };
}

function missesOf(one: Case, target: TrafficTarget, rule: TargetRule, index: number): Candidate[] {
  const id = `${target.namespace}/${rule.name}`;
  const group = one.evidence.httpRouteGroups.find((object) => idOf(object) === id);
  const object = `TrafficTarget ${target.id}`;
  const { name: naming, serverRoute: words } = one.words;
  if (!group) {
    const fix = { object: `HTTPRouteGroup ${id}`, field: '', change: naming.create };
    return [{ score: -1, says: words.noGroup(object, rule.name), fix }];
  }
  if (rule.matches === undefined) {
    const fix = { object, field: `spec.rules[${index}].matches`, change: words.nameMatches(rule.name) };
    return [{ score: -1, says: words.noMatches(object, rule.name), fix }];
  }
  const known = routeMatches(group);
  return rule.matches.flatMap((name) => {
    const match = known.find((candidate) => candidate.name === name);
    if (match) return missOf(one, group, match, known.indexOf(match));
    const fix = { object, field: `spec.rules[${index}].matches`, change: words.nameOneOf(namesOf(known)) };
    return [{ score: -1, says: words.noSuchMatch(object, name, `HTTPRouteGroup ${id}`), fix }];
  });
}

const namesOf = (matches: readonly RouteMatch[]): string => matches.map(({ name }) => name).join(', ');

/** What of a match does not fit the request; nothing when all does. */
function missOf(one: Case, group: KubeObject, match: RouteMatch, index: number): Candidate[] {
  const { question } = one;
  const { serverRoute: words } = one.words;
  const object = `HTTPRouteGroup ${idOf(group)}`;
  const field = (name: string) => `spec.matches[${index}].${name}`;
  const path = question.path.split('?')[0] ?? question.path;
  const regex = match.pathRegex ?? '.*';
  if (!matchesWhole(regex, path)) {
    const change = words.matchWhole(path);
    const says = words.path(match.name, regex, path);
    return [{ score: 0, says, fix: { object, field: field('pathRegex'), change } }];
  }
  const anyMethod = match.methods.length === 0 || match.methods.includes('*');
  if (!anyMethod && !match.methods.includes(question.method)) {
    const says = words.method(match.name, match.methods.join(', '), question.method);
    return [{ score: 1, says, fix: { object, field: field('methods'), change: words.addMethod(question.method) } }];
  }
  const missing = Object.entries(match.headers).find(([name, wanted]) => {
    const given = question.headers[name.toLowerCase()];
    return given === undefined || !matchesWhole(wanted, given);
  });
  if (!missing) return [];
  const [name, wanted] = missing;
  const says = words.header(match.name, name, wanted);
  return [{ score: 2, says, fix: { object, field: field('headers'), change: words.sendHeader(name) } }];
}

/** Why a route that matches is not the caller's: it came with somebody else's TrafficTarget. */
export function whyForbidden(one: Case, servers: readonly Party[]): Reason | undefined {
  const [target] = ownTargets(one, servers);
  if (!target) return undefined;
  const { identity: words } = one.words;
  const object = `TrafficTarget ${target.id}`;
  return {
    says: words.othersRoute(object),
    fix: { object, field: 'spec.rules', change: words.addMatch(requestOf(one)) },
  };
}
