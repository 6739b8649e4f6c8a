import {
  answer,
  breaks,
  type Case,
  endsHere,
  holds,
  hostOf,
  noAnswer,
  outboundChain,
  podName,
  proxyCommand,
  type Question,
  type Step,
  serviceName,
} from './chain.ts';
import type { Party } from './evidence.ts';
import { type ChainFacts, matchesWhole, type Principals, type RouteFacts } from './proxy-facts.ts';
import { whyForbidden, whyNoConnection, whyNotFound } from './reasons.ts';

/** The links on the server's side: its sidecar, the connection, the route, and who may use it. Pure. */

export function serverSidecarLink(one: Case): Step | undefined {
  const { servers } = one.evidence;
  const { server: words } = one.words;
  const bare = servers.find((server) => !server.hasSidecar);
  if (!bare) return undefined;
  const says = words.noSidecar(podName(bare));
  const fix = {
    object: `Pod ${podName(bare)}`,
    field: 'spec.containers',
    change: words.restart,
  };
  const command = `kubectl get pod ${bare.pod.metadata.name} -n ${bare.pod.metadata.namespace} -o jsonpath={.spec.containers[*].name}`;
  return breaks('server', { says, fix }, command, answer(one, 503, 'TLS error: WRONG_VERSION_NUMBER'));
}

/** The server's chain for the called Service. */
function inboundChain({ proxy }: Party, one: Case): ChainFacts | undefined {
  const chains = proxy?.listeners.get('inbound-listener')?.chains ?? [];
  return chains.find(({ name }) => name.startsWith(`inbound_${serviceName(one)}_`));
}

const includes = (principals: Principals, principal: string): boolean =>
  principals === 'any' || principals.includes(principal);

export function connectionLink(one: Case): Step {
  const { servers } = one.evidence;
  const { clientRoute, connection: words } = one.words;
  const [first] = servers;
  const silent = servers.find(({ proxy }) => !proxy);
  if (!first || silent) {
    const who = silent ? podName(silent) : serviceName(one);
    return endsHere('connection', clientRoute.silent(who), 'osm proxy get config_dump');
  }
  for (const server of servers) {
    const chain = inboundChain(server, one);
    const command = proxyCommand(server, 'config_dump');
    if (!chain) return endsHere('connection', words.noChain(podName(server), serviceName(one)), command);
    const port = chain.destinationPort ?? one.port;
    const allowed = chain.connectionPolicies?.some(
      (policy) =>
        includes(policy.principals, one.principal) && (policy.ports.length === 0 || policy.ports.includes(port)),
    );
    if (allowed !== false) continue;
    const reason = whyNoConnection(one, servers, port);
    if (!reason) return endsHere('connection', words.unexplained(podName(server), one.principal), command);
    const isHttp = outboundChain(one)?.routeConfig !== undefined;
    const outcome = isHttp ? answer(one, 503, 'connection termination') : noAnswer(one, 'emptyReply');
    return breaks('connection', reason, command, outcome);
  }
  return holds('connection', words.holds(one.principal), proxyCommand(first, 'config_dump'));
}

const isMatch = (route: RouteFacts, { method, path, headers }: Question): boolean =>
  matchesWhole(route.path, path.split('?')[0] ?? path) &&
  matchesWhole(route.method, method) &&
  route.headers.every(({ name, regex }) => headers[name] !== undefined && matchesWhole(regex, headers[name] ?? ''));

/** The route that takes the request at each server; undefined where none does. */
function serverRoutes(one: Case): { server: Party; route: RouteFacts | undefined }[] {
  return one.evidence.servers.map((server) => {
    const chain = inboundChain(server, one);
    const routes = chain ? (hostOf(server, chain, one)?.routes ?? []) : [];
    return { server, route: routes.find((candidate) => isMatch(candidate, one.question)) };
  });
}

const isTcp = (one: Case): boolean => outboundChain(one)?.routeConfig === undefined;

export function serverRouteLink(one: Case): Step | undefined {
  if (isTcp(one)) return undefined;
  const { serverRoute: words, sees } = one.words;
  const request = `${one.question.method} ${one.question.path}`;
  const missing = serverRoutes(one).find(({ route }) => !route);
  const [first] = one.evidence.servers;
  const command = first ? proxyCommand(missing?.server ?? first, 'config_dump') : '';
  if (!missing) return holds('server-route', words.holds(request), command);
  const reason = whyNotFound(one, one.evidence.servers);
  if (!reason) return endsHere('server-route', words.unexplained(podName(missing.server), request), command);
  return breaks('server-route', reason, command, answer(one, 404, sees.emptyBody));
}

export function identityLink(one: Case): Step | undefined {
  if (isTcp(one)) return undefined;
  const { identity: words } = one.words;
  const foreign = serverRoutes(one).find(
    ({ route }) => route?.principals && !includes(route.principals, one.principal),
  );
  const [first] = one.evidence.servers;
  const command = first ? proxyCommand(foreign?.server ?? first, 'config_dump') : '';
  if (!foreign) return holds('identity', words.holds(one.principal), command);
  const reason = whyForbidden(one, one.evidence.servers);
  if (!reason) return endsHere('identity', words.unexplained(one.principal), command);
  return breaks('identity', reason, command, answer(one, 403, 'RBAC: access denied'));
}
