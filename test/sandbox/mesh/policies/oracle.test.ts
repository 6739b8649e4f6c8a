import { describe, expect, it } from 'vitest';
import { pick, type Random, seededRandom } from '../../../../src/platform/random.ts';
import type { HttpRouteGroup, TcpRoute, TrafficTarget } from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { proxyConfigFor } from '../../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import { decide, type Ending } from './decision.ts';
import { endpoints, pod, service, snapshot } from './snapshot-of.ts';

/**
 * Random policies, decided twice: by the configurations that the policy code makes, and by the tables 5.1 and 5.2 written
 * down a second time, straight over the objects, without a proxy in mind.
 */
const clients = ['buyer', 'thief'] as const;
const servers = ['store', 'other'] as const;
const targetPort = 14001;

/** Expressions whose meaning is plain, so that the oracle needs no regular expression. */
const paths: Record<string, (path: string) => boolean> = {
  '': () => true,
  '.*': () => true,
  '/buy': (path) => path === '/buy',
  '/buy.*': (path) => path.startsWith('/buy'),
  '/(sell|lend)': (path) => path === '/sell' || path === '/lend',
};
const asked = ['/buy', '/buy/2', '/sell', '/lend/1', '/'];
const methodLists = [[], ['*'], ['GET'], ['GET', 'POST'], ['POST', '*'], ['HEAD']];
const matchNames = ['m0', 'm1', 'm2'];

interface Case {
  permissive: boolean;
  egress: boolean;
  trafficTargets: TrafficTarget[];
  httpRouteGroups: HttpRouteGroup[];
  tcpRoutes: TcpRoute[];
}

const some = <T>(random: Random, from: readonly T[]): T => pick(random, from) as T;
const listOf = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: Math.floor(random.next() * (most + 1)) }, make);

function randomCase(random: Random): Case {
  const metadata = (name: string) => ({ name, namespace: 'shop' });
  const reference = (names: readonly string[]) => ({
    kind: random.next() < 0.9 ? 'ServiceAccount' : 'Group',
    name: some(random, names),
    ...(random.next() < 0.9 && { namespace: 'shop' }),
  });
  const rule = () =>
    some(random, [
      { kind: 'HTTPRouteGroup', name: 'g0', matches: listOf(random, 3, () => some(random, matchNames)) },
      { kind: 'HTTPRouteGroup', name: some(random, ['g1', 'missing']), matches: [some(random, matchNames)] },
      { kind: 'TCPRoute', name: some(random, ['t0', 't0', 't0', 'missing']) },
      { kind: 'HTTPRouteGroup', name: 'g1', matches: ['m0', 'm1'] },
      { kind: random.next() < 0.2 ? 'UDPRoute' : 'HTTPRouteGroup', name: 'g0', matches: ['m0'] },
    ]);
  const group = (name: string): HttpRouteGroup => ({
    metadata: metadata(name),
    spec: {
      matches: matchNames.slice(0, 1 + Math.floor(random.next() * 3)).map((match) => ({
        name: match,
        pathRegex: some(random, Object.keys(paths)),
        methods: some(random, methodLists),
      })),
    },
  });
  return {
    permissive: random.next() < 0.1,
    egress: random.next() < 0.5,
    httpRouteGroups: [group('g0'), group('g1')],
    tcpRoutes: [{ metadata: metadata('t0'), spec: { matches: { ports: some(random, [[targetPort], [80], []]) } } }],
    trafficTargets: listOf(random, 6, () => 0).map((_, index) => ({
      metadata: { ...metadata(`t${index}`), ...(random.next() < 0.05 && { namespace: 'away' }) },
      spec: {
        destination: {
          ...reference(servers),
          ...(random.next() < 0.95 && { namespace: 'shop' }),
        },
        rules: listOf(random, 2, rule),
        sources: listOf(random, 2, () => reference(clients)),
      },
    })),
  };
}

interface Asking {
  client: string;
  server: (typeof servers)[number];
  method: string;
  path: string;
}

/** Section 5.1 and 5.2 over the objects themselves. */
function oracle(state: Case, { client, server, method, path }: Asking): Ending {
  if (state.permissive) return 'answered';
  const valid = state.trafficTargets.flatMap(({ metadata, spec }) => {
    if (metadata.namespace !== 'shop' || spec?.destination.namespace !== 'shop' || !spec.rules?.length) return [];
    if (spec.rules.some(({ kind }) => kind === 'UDPRoute')) return [];
    return [{ destination: spec.destination, rules: spec.rules, sources: spec.sources ?? [] }];
  });
  type Valid = (typeof valid)[number];
  const names = ({ sources }: Valid) =>
    sources.filter(({ name, namespace }) => name === client && namespace === 'shop');
  if (!valid.some((one) => one.destination.name === server && names(one).length > 0)) {
    if (state.egress) return 'passthrough';
    return valid.some((one) => names(one).length > 0) ? 'no chain' : 'refused';
  }
  const ofServer = valid.filter(({ destination }) => destination.name === server);
  const isAccount = ({ kind }: { kind: string }) => kind === 'ServiceAccount';
  if (!ofServer.some((one) => isAccount(one.destination) && names(one).some(isAccount))) return 'no endpoint';
  const covers = (one: Valid) => one.sources.length === 0 || names(one).length > 0;
  const opens = ({ rules }: Valid) => {
    const tcp = rules.filter(({ kind }) => kind === 'TCPRoute');
    if (tcp.some(({ name }) => name !== 't0')) return false;
    const ports = tcp.flatMap(() => state.tcpRoutes[0]?.spec?.matches?.ports ?? []);
    return ports.length === 0 || ports.includes(targetPort);
  };
  if (!ofServer.some((one) => covers(one) && opens(one))) return 'connection denied';
  const listed = ofServer.flatMap((one) =>
    one.rules.flatMap(({ kind, name, matches = [] }) =>
      matches.flatMap((wanted) => {
        const group = state.httpRouteGroups.find(({ metadata }) => kind === 'HTTPRouteGroup' && metadata.name === name);
        const found = group?.spec?.matches?.find((match) => match.name === wanted);
        const methods = found?.methods?.length ? found.methods : ['*'];
        return found ? [{ one, regex: found.pathRegex || '.*', methods }] : [];
      }),
    ),
  );
  const first = listed.find(
    ({ regex, methods }) => paths[regex]?.(path) && (methods.includes('*') || methods.includes(method)),
  );
  if (!first) return 'no route';
  const same = listed.filter(({ regex, methods }) => regex === first.regex && methods.join() === first.methods.join());
  const sources = same.flatMap(({ one }) => one.sources);
  return sources.length === 0 || same.some(({ one }) => names(one).length > 0) ? 'answered' : 'denied';
}

function decided(state: Case, { client, server, method, path }: Asking): Ending {
  const world = snapshot({
    meshConfig: {
      traffic: { enableEgress: state.egress, enablePermissiveTrafficPolicyMode: state.permissive },
      featureFlags: { enableEgressPolicy: true },
    },
    services: servers.map((name, index) => ({
      ...service(name),
      spec: { ...service(name).spec, clusterIP: `10.0.0.${index + 1}` },
    })),
    endpoints: servers.map((name, index) => endpoints(name, `10.244.0.${index + 1}`, targetPort)),
    pods: [...clients, ...servers].map((name) => pod(name)),
    trafficTargets: state.trafficTargets,
    httpRouteGroups: state.httpRouteGroups,
    tcpRoutes: state.tcpRoutes,
  });
  return decide(proxyConfigFor(world, pod(client)), proxyConfigFor(world, pod(server)), {
    from: `${client}.shop.cluster.local`,
    address: { ip: `10.0.0.${servers.indexOf(server) + 1}`, port: 80 },
    authority: `${server}.shop`,
    serverName: `${server}.shop.svc.cluster.local`,
    method,
    path,
  });
}

describe('5.1 and 5.2 for random policies', () => {
  it('the configurations decide 5,000 requests as the tables do, in every way that there is', () => {
    const random = seededRandom(52);
    const counts = new Map<Ending, number>();
    for (let round = 0; round < 5000; round++) {
      const state = randomCase(random);
      const asking = {
        client: some(random, clients),
        server: some(random, servers),
        method: some(random, ['GET', 'POST', 'HEAD']),
        path: some(random, asked),
      };
      const wanted = oracle(state, asking);
      counts.set(wanted, (counts.get(wanted) ?? 0) + 1);
      if (decided(state, asking) !== wanted) {
        expect({ round, asking, ending: decided(state, asking), state }).toEqual({
          round,
          asking,
          ending: wanted,
          state,
        });
      }
    }
    const met = [
      'answered',
      'denied',
      'no route',
      'connection denied',
      'no endpoint',
      'no chain',
      'passthrough',
      'refused',
    ];
    expect(met.filter((ending) => (counts.get(ending as Ending) ?? 0) < 15)).toEqual([]);
  });
});
