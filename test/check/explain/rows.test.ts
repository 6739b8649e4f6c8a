import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../../src/check/explain/chain.ts';
import { gatherEvidence } from '../../../src/check/explain/evidence.ts';
import { explain } from '../../../src/check/explain/explain.ts';
import { findings as german } from '../../../src/words/de/findings.ts';
import { findings } from '../../../src/words/en/findings.ts';
import { startMeshCluster } from '../../sandbox/mesh/mesh-cluster.ts';
import { curl, type RequestOptions, type Seen } from '../../sandbox/mesh/rows/client.ts';
import { type ClusterState, type Policy, Stage } from '../../sandbox/mesh/rows/cluster-state.ts';
import {
  account,
  any,
  anyRoute,
  http,
  routeGroup,
  split,
  target,
  tcp,
  tcpRoute,
} from '../../sandbox/mesh/rows/policies.ts';
import { rowPrograms } from '../../sandbox/mesh/rows/programs.ts';
import { having, shopByPolicies, web } from '../../sandbox/mesh/rows/shop.ts';
import { expectNoEnglish } from '../../words/no-english.ts';
import { clientOf } from './mesh-client.ts';

/** Denial rows of the data plane: the explanation must foretell what the client sees, and name what mends it. */

let stage: Stage;
beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});
afterAll(() => stage.mesh.close());

const base = having(shopByPolicies, {
  pods: { 'outside/plain': { image: 'test/echo' } },
  services: { 'shop/root': { ports: [web], selector: { app: 'store' } }, 'outside/plain': { ports: [web] } },
});

const routes = routeGroup(
  'routes',
  { name: 'buy', pathRegex: '/buy', methods: ['GET'] },
  { name: 'count', pathRegex: '/count', methods: ['GET'], headers: [{ 'client-app': 'b.*r' }] },
);
const may = (...matches: string[]) =>
  target('buyer', { from: 'buyer', to: 'store', rules: [http('routes', ...matches)] });

interface Row {
  policies?: readonly Policy[];
  state?: Partial<ClusterState>;
  from?: string;
  to?: string;
  path?: string;
  options?: RequestOptions;
  port?: number;
}

async function both({
  policies = [],
  state = {},
  from = 'shop/buyer',
  to = 'shop/store',
  path = '/buy',
  options = {},
  port,
}: Row) {
  await stage.given({ ...base, ...state, policies });
  const [namespace = '', name = ''] = from.split('/');
  const [toNamespace = '', toName = ''] = to.split('/');
  const question = {
    from: { namespace, name },
    to: { namespace: toNamespace, name: toName },
    port,
    method: options.method ?? 'GET',
    path,
    headers: { ...options.headers },
  };
  const evidence = await gatherEvidence(clientOf(stage.mesh), question.from, question.to, AbortSignal.timeout(10_000));
  const host = `${toName}.${toNamespace}${port === undefined ? '' : `:${port}`}`;
  const seen = await curl(stage.mesh.inside(name), `http://${host}${path}`, options);
  const explanation = explain(question, evidence, findings);
  isSaidInGerman(explanation, explain(question, evidence, german));
  return { explanation, seen };
}

/** The same evidence, with all of its words in German. */
function isSaidInGerman(english: Explanation, translated: Explanation): void {
  const bare = ({ links }: Explanation) =>
    links.map(({ id, status, command, fix }) => ({ id, status, command, object: fix?.object, field: fix?.field }));
  expect(bare(translated)).toEqual(bare(english));
  for (const { title, says, fix } of translated.links) {
    expectNoEnglish([title, says, fix?.change ?? ''].join('\n'), 'link');
    // Else a link without words would do.
    expect(english.links.map((link) => link.says)).not.toContain(says);
  }
  if ('sees' in translated.outcome) expectNoEnglish(translated.outcome.sees, 'outcome');
  if ('because' in translated.outcome) expectNoEnglish(translated.outcome.because, 'outcome');
}

/** What the explanation says that the client sees is what it sees. */
function foretells({ outcome }: Explanation, seen: Seen): void {
  switch (outcome.type) {
    case 'answer':
      expect(seen).toMatchObject({ status: outcome.status });
      break;
    case 'no-answer':
      expect(seen).toMatchObject({ curl: outcome.curl });
      break;
    case 'reaches-application':
      expect(seen).toMatchObject({ status: 200 });
      break;
    case 'not-known':
      expect.fail(`nothing foretold: ${outcome.because}`);
  }
}

/** The request fails as foretold, at this link, for this object and field; once that is changed it goes through. */
async function proves(row: Row, at: string, object: string, field: string, mended: Row): Promise<void> {
  const { explanation, seen } = await both(row);
  const last = explanation.links.at(-1);
  expect(last, JSON.stringify(explanation, null, 2)).toMatchObject({
    title: at,
    status: 'breaks',
    fix: { object, field },
  });
  expect(explanation.links.slice(0, -1).every(({ status }) => status === 'holds')).toBe(true);
  foretells(explanation, seen);
  const after = await both({ ...row, ...mended });
  expect(after.explanation.outcome, JSON.stringify(after.explanation, null, 2)).toEqual({
    type: 'reaches-application',
  });
  expect(after.seen).toMatchObject({ status: 200 });
}

describe('an explanation names the object whose change mends it', () => {
  const ok: Row = { policies: [routes, may('buy', 'count')] };

  it('S1: nothing names the caller, egress off', () =>
    proves({ policies: [routes] }, 'client route', 'TrafficTarget shop/…', '', ok));

  it('S2: nothing names the caller, egress on [derived]', () =>
    proves({ policies: [routes], state: { egress: true } }, 'client route', 'TrafficTarget shop/…', '', ok));

  it('S3: the caller may call something else only [derived]', () => {
    const other = target('other', { from: 'buyer', to: 'other', rules: [any] });
    const row = { policies: [anyRoute, other, routes] };
    return proves(row, 'client route', 'TrafficTarget shop/…', '', { policies: [anyRoute, other, routes, may('buy')] });
  });

  it('S5: the path fits no match', () =>
    proves({ ...ok, path: '/buyer' }, 'server route', 'HTTPRouteGroup shop/routes', 'spec.matches[0].pathRegex', {
      policies: [routeGroup('routes', { name: 'buy', pathRegex: '/buy.*', methods: ['GET'] }), may('buy')],
    }));

  it('S6: the method is not listed', () =>
    proves(
      { ...ok, options: { method: 'HEAD' } },
      'server route',
      'HTTPRouteGroup shop/routes',
      'spec.matches[0].methods',
      { policies: [routeGroup('routes', { name: 'buy', pathRegex: '/buy', methods: ['GET', 'HEAD'] }), may('buy')] },
    ));

  it('S7: a header is missing', () =>
    proves({ ...ok, path: '/count' }, 'server route', 'HTTPRouteGroup shop/routes', 'spec.matches[1].headers', {
      options: { headers: { 'client-app': 'buyer' } },
    }));

  it('S8: another account than the one that may', () =>
    proves({ ...ok, from: 'shop/thief' }, 'client route', 'TrafficTarget shop/buyer', 'spec.sources', {
      policies: [routes, target('buyer', { from: ['buyer', 'thief'], to: 'store', rules: [http('routes', 'buy')] })],
    }));

  it("S9: the route is another caller's", () => {
    const thief = (...matches: string[]) =>
      target('thief', { from: 'thief', to: 'store', rules: [http('routes', ...matches)] });
    return proves(
      { policies: [routes, may('buy'), thief('count')], from: 'shop/thief' },
      'identity',
      'TrafficTarget shop/thief',
      'spec.rules',
      { policies: [routes, may('buy'), thief('count', 'buy')] },
    );
  });

  it('S10: the HTTPRouteGroup is missing, the match is, or none is named', async () => {
    await proves({ policies: [may('buy')] }, 'server route', 'HTTPRouteGroup shop/routes', '', ok);
    const wrong = { policies: [routes, may('bye')] };
    await proves(wrong, 'server route', 'TrafficTarget shop/buyer', 'spec.rules[0].matches', ok);
    const none = target('buyer', { from: 'buyer', to: 'store', rules: [{ kind: 'HTTPRouteGroup', name: 'routes' }] });
    await proves({ policies: [routes, none] }, 'server route', 'TrafficTarget shop/buyer', 'spec.rules[0].matches', ok);
  });

  it('S11 and S15: the TCPRoute is missing, or names the Service port [derived]', async () => {
    const rules = [http('routes', 'buy'), tcp('ports')];
    const mine = target('buyer', { from: 'buyer', to: 'store', rules });
    const right = { policies: [routes, mine, tcpRoute('ports', 14001)] };
    await proves({ policies: [routes, mine] }, 'connection', 'TCPRoute shop/ports', '', right);
    const service = { policies: [routes, mine, tcpRoute('ports', 80)] };
    await proves(service, 'connection', 'TCPRoute shop/ports', 'spec.matches.ports', right);
  });

  it('S13: a TCPRoute alone gives no HTTP route', () => {
    const only = target('buyer', { from: 'buyer', to: 'store', rules: [tcp('ports')] });
    const row = { policies: [routes, only, tcpRoute('ports', 14001)] };
    return proves(row, 'server route', 'TrafficTarget shop/buyer', 'spec.rules', ok);
  });

  it('S16: the TrafficTarget counts as absent', async () => {
    const empty = target('buyer', { from: 'buyer', to: 'store', rules: [] });
    await proves({ policies: [routes, empty] }, 'client route', 'TrafficTarget shop/buyer', 'spec.rules', ok);
    const udp = target('buyer', {
      from: 'buyer',
      to: 'store',
      rules: [http('routes', 'buy'), { kind: 'UDPRoute', name: 'u' }],
    });
    await proves({ policies: [routes, udp] }, 'client route', 'TrafficTarget shop/buyer', 'spec.rules[1].kind', ok);
  });

  it('S17: the source names no namespace', () => {
    const { namespace: _, ...bare } = account('buyer');
    const vague = target('buyer', { from: [bare], to: 'store', rules: [http('routes', 'buy')] });
    return proves(
      { policies: [routes, vague] },
      'client route',
      'TrafficTarget shop/buyer',
      'spec.sources[0].namespace',
      ok,
    );
  });

  it('S21: the Service selects no pod', () => {
    const nobody = { services: { ...base.services, 'shop/store': { ports: [web], selector: { app: 'nobody' } } } };
    return proves({ ...ok, state: nobody }, 'client route', 'Service shop/store', 'spec.selector', { state: {} });
  });

  it('S22: the caller is outside the mesh', async () => {
    const { explanation, seen } = await both({ ...ok, from: 'outside/stranger' });
    expect(explanation.links.at(-1)).toMatchObject({ title: 'caller', fix: { object: 'Namespace outside' } });
    foretells(explanation, seen);
  });

  it('P4: a Service outside the mesh, egress off [derived]', async () => {
    const { explanation, seen } = await both({ ...ok, to: 'outside/plain' });
    expect(explanation.links.at(-1)).toMatchObject({ title: 'namespace', fix: { object: 'Namespace outside' } });
    foretells(explanation, seen);
  });

  it('P3: a Service outside the mesh, egress on, is where the evidence ends', async () => {
    const { explanation } = await both({ ...ok, to: 'outside/plain', state: { egress: true } });
    expect(explanation.outcome.type).toBe('not-known');
  });

  it('P2 and P8: a name or a port that is not there [derived]', async () => {
    const missing = await both({ ...ok, to: 'shop/stoer' });
    expect(missing.explanation.links.at(-1)).toMatchObject({ title: 'name', fix: { object: 'Service shop/stoer' } });
    foretells(missing.explanation, missing.seen);
    const port = await both({ ...ok, port: 81 });
    expect(port.explanation.links.at(-1)).toMatchObject({ title: 'name', fix: { field: 'spec.ports' } });
    foretells(port.explanation, port.seen);
  });

  it('P5: the server has no sidecar [derived, exact text unverified]', async () => {
    const bare = { image: 'test/echo', annotations: { 'openservicemesh.io/sidecar-injection': 'disabled' } };
    const pods = { ...base.pods, 'shop/store': bare };
    const { explanation, seen } = await both({ state: { permissive: true, pods } });
    expect(explanation.links.at(-1)).toMatchObject({ title: 'server', fix: { object: 'Pod shop/store' } });
    foretells(explanation, seen);
  });

  it('P14: no pod behind the Service is ready', async () => {
    const pods = { ...base.pods, 'shop/store': { image: 'test/echo', neverReady: true } };
    const { explanation, seen } = await both({ state: { permissive: true, pods } });
    expect(explanation.links.at(-1)).toMatchObject({ title: 'endpoints', fix: { object: 'Pod shop/store' } });
    foretells(explanation, seen);
  });

  it('S18: a source of another kind than ServiceAccount', () => {
    const group = { kind: 'Group', name: 'buyer', namespace: 'shop' };
    const vague = target('buyer', { from: [group], to: 'store', rules: [http('routes', 'buy')] });
    return proves({ policies: [routes, vague] }, 'endpoints', 'TrafficTarget shop/buyer', 'spec.sources[0].kind', ok);
  });

  it('5.4: a backend of a split that the caller may not call', async () => {
    const shared = [routes, may('buy'), split('half', 'root', ['store', 50], ['other', 50])];
    const { explanation } = await both({ policies: shared, to: 'shop/root' });
    expect(explanation.links.at(-1)).toMatchObject({
      title: 'split',
      status: 'breaks',
      fix: { object: 'TrafficTarget shop/…' },
    });
    expect(explanation.outcome).toMatchObject({ type: 'answer', status: 503 });
  });
});
