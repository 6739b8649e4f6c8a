import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from './client.ts';
import { type ClusterState, type Policy, Stage } from './cluster-state.ts';
import { call, observe, talk } from './observation.ts';
import { account, any, anyRoute, http, routeGroup, target, tcp, tcpRoute } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';
import { having, shopByPolicies, web } from './shop.ts';

let stage: Stage;

const base = having(shopByPolicies, {
  pods: { 'shop/bytes': { image: 'test/tcp-echo' } },
  services: { 'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] } },
});

const state = (...policies: Policy[]): ClusterState => ({ ...base, policies });
const withEgress = (...policies: Policy[]): ClusterState => ({ ...base, egress: true, policies });

const storeRoutes = routeGroup(
  'store-routes',
  { name: 'buy', pathRegex: '/buy', methods: ['GET'] },
  { name: 'count', pathRegex: '/count.*', methods: ['GET', 'POST'], headers: [{ 'client-app': 'b.*r' }] },
);
const buyerMayBuy = target('buyer', { from: 'buyer', to: 'store', rules: [http('store-routes', 'buy', 'count')] });
const buy = 'http://store.shop/buy';
const refused = { curl: 7, errno: 'ECONNREFUSED' };
const reset = { curl: 56, errno: 'ECONNRESET' };
const emptyReply = { curl: 52 };

const fromBuyer = (url: string, options?: Parameters<typeof call>[3]) =>
  call(stage.mesh, ['buyer', 'store'], url, options);
const seenBy = (pod: string, url: string, options?: Parameters<typeof curl>[2]) =>
  curl(stage.mesh.inside(pod), url, options);

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.2 who may call', () => {
  row('S1', 'without egress a client that no policy names is refused: there is no listener', async () => {
    await stage.given(state());
    const { seen, log } = await fromBuyer(buy);
    expect(seen).toEqual(refused);
    expect(log).toEqual({ buyer: [], store: [] });
    expect((await stage.shown('buyer')).listeners).toEqual({});
    expect((await talk(stage.mesh, ['buyer'], 'bytes.shop:9000', 'hello')).seen).toEqual({ errno: 'ECONNREFUSED' });
  });

  row('S2', 'with egress it is connected and hung up on, for TLS before the handshake ends', async () => {
    await stage.given(withEgress());
    const { seen, log, moved } = await fromBuyer(buy);
    expect(seen).toEqual(emptyReply);
    expect(log['buyer']).toEqual([expect.objectContaining({ upstream_cluster: 'passthrough-outbound' })]);
    expect(log['store']).toEqual([expect.objectContaining({ response_flags: 'NR' })]);
    expect(moved['store']).toMatchObject({ 'listener.0.0.0.0_15003.no_filter_chain_match': 1 });
    expect(await seenBy('buyer', 'https://store.shop:80/')).toMatchObject({ curl: 35 });
  });

  row('S3', 'a client that may call something else is reset, and routed by Host once it is connected', async () => {
    const second = target('other', { from: 'thief', to: 'other', rules: [any] });
    await stage.given(state(storeRoutes, buyerMayBuy, anyRoute, second));
    const { seen, log, moved } = await fromBuyer('http://other.shop/buy');
    expect(seen).toEqual(reset);
    expect(log['buyer']).toEqual([expect.objectContaining({ response_code_details: 'filter_chain_not_found' })]);
    expect(moved['buyer']).toMatchObject({ 'listener.0.0.0.0_15001.no_filter_chain_match': 1 });
    expect((await fromBuyer('http://other.shop/buy', { to: 'store.shop:80' })).seen).toMatchObject({ status: 404 });
    const both = target('both', { from: 'buyer', to: 'other', rules: [any] });
    await stage.given(state(storeRoutes, buyerMayBuy, anyRoute, both));
    expect((await fromBuyer('http://store.shop/buy', { to: 'other.shop:80' })).seen).toMatchObject({
      status: 200,
      headers: { identity: 'store' },
    });
  });

  row('S4', 'what a route matches is answered by the app, and counted as allowed', async () => {
    await stage.given(state(storeRoutes, buyerMayBuy));
    const { seen, log, moved } = await fromBuyer(`${buy}?copy=1`);
    expect(seen).toMatchObject({ status: 200, headers: { identity: 'store', server: 'envoy' } });
    expect(log['buyer']?.[0]).toMatchObject({ response_code: 200, upstream_cluster: 'shop/store|14001' });
    expect(log['store']?.[0]).toMatchObject({ response_code: 200, upstream_cluster: 'shop/store|14001|local' });
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-inbound.14001.rbac.allowed': 1 });
    const options = { method: 'POST', headers: { 'client-app': 'buyer' } };
    expect(await seenBy('buyer', 'http://store.shop/counter', options)).toMatchObject({ status: 200 });
  });

  const notFound = async (url: string, options?: Parameters<typeof call>[3]) => {
    await stage.given(state(storeRoutes, buyerMayBuy));
    const { seen, log, moved } = await fromBuyer(url, options);
    expect(seen).toMatchObject({
      status: 404,
      body: '',
      headers: { server: 'envoy', 'x-envoy-upstream-service-time': expect.stringMatching(/^\d+$/) },
    });
    expect(log['buyer']?.[0]).toMatchObject({
      response_code: 404,
      response_flags: '-',
      response_code_details: 'via_upstream',
      upstream_cluster: 'shop/store|14001',
    });
    expect(log['store']?.[0]).toMatchObject({
      response_code: 404,
      response_flags: 'NR',
      response_code_details: 'route_not_found',
      upstream_cluster: null,
    });
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-inbound.14001.no_route': 1 });
  };

  row('S5', 'a path that no route has is a 404 of the server', () => notFound('http://store.shop/buy/more'));

  row('S6', 'a method that no route has is a 404, never a 405', () => notFound(buy, { method: 'POST' }));

  row('S6', 'HEAD is a method of its own', () => notFound(buy, { method: 'HEAD' }));

  row('S7', 'a header that is missing is a 404', () => notFound('http://store.shop/count'));

  row('S7', 'a header whose value differs at its end is a 404', () =>
    notFound('http://store.shop/count', { headers: { 'client-app': 'burglar-like' } }),
  );

  row('S8', 'an account that no policy names meets S1, S2 or S3 and never a 403', async () => {
    await stage.given(state(storeRoutes, buyerMayBuy));
    expect(await seenBy('thief', buy)).toEqual(refused);
    await stage.given(withEgress(storeRoutes, buyerMayBuy));
    expect(await seenBy('thief', buy)).toEqual(emptyReply);
    const elsewhere = target('elsewhere', { from: 'thief', to: 'other', rules: [any] });
    await stage.given(state(storeRoutes, buyerMayBuy, anyRoute, elsewhere));
    expect(await seenBy('thief', buy)).toEqual(reset);
  });

  row('S9', 'a route of somebody else is a 403 for who may use another route', async () => {
    const thiefMayCount = target('thief', { from: 'thief', to: 'store', rules: [any] });
    const countOnly = routeGroup('any', { name: 'any', pathRegex: '/count', methods: ['GET'] });
    await stage.given(state(storeRoutes, buyerMayBuy, countOnly, thiefMayCount));
    const { seen, log, moved } = await call(stage.mesh, ['thief', 'store'], buy);
    expect(seen).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      headers: { server: 'envoy', 'content-length': '19', 'content-type': 'text/plain' },
    });
    expect(log['store']?.[0]).toMatchObject({
      response_flags: '-',
      response_code_details: 'rbac_access_denied_matched_policy[none]',
    });
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-inbound.14001.rbac.denied': 1 });
    expect(await seenBy('thief', 'http://store.shop/count')).toMatchObject({ status: 200 });
  });

  row('S10', 'a missing group, an unknown match and no matches leave a 404 for every path', async () => {
    const wholeGroup = { kind: 'HTTPRouteGroup', name: 'store-routes' };
    for (const rule of [http('missing', 'buy'), http('store-routes', 'nothing'), wholeGroup]) {
      await stage.given(state(storeRoutes, target('buyer', { from: 'buyer', to: 'store', rules: [rule] })));
      expect((await fromBuyer(buy)).seen).toMatchObject({ status: 404, body: '' });
      expect((await fromBuyer('http://store.shop/')).seen).toMatchObject({ status: 404 });
    }
  });

  row('S11', 'a missing TCPRoute leaves the target out on the server, while the client still tries', async () => {
    const rules = [tcp('missing'), http('store-routes', 'buy')];
    const bytes = target('bytes', { from: 'buyer', to: 'bytes', rules: [tcp('missing')] });
    await stage.given(state(storeRoutes, target('buyer', { from: 'buyer', to: 'store', rules }), bytes));
    const { seen, log, moved } = await fromBuyer(buy);
    expect(seen).toMatchObject({
      status: 503,
      body: 'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    });
    expect(log['buyer']?.[0]).toMatchObject({ response_flags: 'UC' });
    expect(moved['store']).toMatchObject({ 'network-rbac.denied': 1 });
    const { seen: heard } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(heard).toMatchObject({ bytes: '', end: expect.stringMatching(/closed|reset/) });
  });

  row('S11', 'a TCPRoute of another namespace is a missing one', async () => {
    const rules = [tcp('ports'), http('store-routes', 'buy')];
    await stage.given(
      state(storeRoutes, tcpRoute('away/ports', 14001), target('buyer', { from: 'buyer', to: 'store', rules })),
    );
    expect((await fromBuyer(buy)).seen).toMatchObject({ status: 503 });
  });

  const hello = async () => (await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello')).seen;
  const echoed = { bytes: 'hello', end: 'ours' };

  row('S12', 'TCP passes on a target with rules for HTTP alone', async () => {
    await stage.given(state(anyRoute, target('bytes', { from: 'buyer', to: 'bytes', rules: [any] })));
    expect(await hello()).toEqual(echoed);
  });

  row('S13', 'an HTTP service with a TCPRoute alone is a 404', async () => {
    const rules = [tcp('ports')];
    await stage.given(state(tcpRoute('ports', 14001), target('buyer', { from: 'buyer', to: 'store', rules })));
    expect((await fromBuyer(buy)).seen).toMatchObject({ status: 404, body: '' });
  });

  row('S14', 'beside a TCPRoute the HTTP rules hold on its ports only', async () => {
    const rules = [http('store-routes', 'buy'), tcp('ports')];
    const both = target('buyer', { from: 'buyer', to: 'store', rules });
    await stage.given(state(storeRoutes, tcpRoute('ports', 14001), both));
    expect((await fromBuyer(buy)).seen).toMatchObject({ status: 200 });
    await stage.given(state(storeRoutes, tcpRoute('ports', 9000, 14002), both));
    const { seen, moved } = await fromBuyer(buy);
    expect(seen).toMatchObject({ status: 503, body: expect.stringContaining('connection termination') });
    expect(moved['store']).toMatchObject({ 'network-rbac.denied': 1 });
  });

  row('S15', "a TCPRoute that lists the Service's port instead of the pod's lets nothing in", async () => {
    const rules = [tcp('ports'), http('store-routes', 'buy')];
    const both = target('buyer', { from: 'buyer', to: 'store', rules });
    await stage.given(state(storeRoutes, tcpRoute('ports', 80), both));
    expect((await fromBuyer(buy)).seen).toMatchObject({ status: 503 });
  });

  row('S15', 'a TCPRoute without ports opens every port', async () => {
    await stage.given(state(tcpRoute('ports'), target('bytes', { from: 'buyer', to: 'bytes', rules: [tcp('ports')] })));
    expect(await hello()).toEqual(echoed);
  });

  row('S16', 'a target with a rule of a third kind or with no rules is as if absent', async () => {
    const udp = { kind: 'UDPRoute', name: 'datagrams' };
    for (const rules of [[http('store-routes', 'buy'), udp], []]) {
      await stage.given(state(storeRoutes, target('buyer', { from: 'buyer', to: 'store', rules })));
      expect((await fromBuyer(buy)).seen).toEqual(refused);
    }
  });

  row('S16', 'a target outside the namespace of its destination is refused at admission, or as if absent', async () => {
    const misplaced = (namespace: string) =>
      target(`${namespace}/misplaced`, { from: 'buyer', to: 'store', rules: [http('store-routes', 'buy')] });
    await stage.given(state(storeRoutes, misplaced('outside')));
    expect((await fromBuyer(buy)).seen).toEqual(refused);
    await stage.given({ ...base, pods: { ...base.pods, 'away/walker': {} } });
    await expect(stage.mesh.api.create(kinds.trafficTargets, misplaced('away').object)).rejects.toThrow(
      'The traffic target namespace (away) must match spec.Destination.Namespace (shop)',
    );
  });

  row('S17', 'a source without namespace names nobody', async () => {
    const from = [{ kind: 'ServiceAccount', name: 'buyer' }];
    await stage.given(state(storeRoutes, target('buyer', { from, to: 'store', rules: [http('store-routes', 'buy')] })));
    expect((await fromBuyer(buy)).seen).toEqual(refused);
  });

  row('S18', 'a source or a destination of another kind has a route but no endpoint', async () => {
    const rules = [http('store-routes', 'buy')];
    const group = (name: string) => ({ ...account(name), kind: 'Group' });
    for (const references of [
      { from: [group('buyer')], to: 'store' },
      { from: 'buyer', to: group('store') },
    ]) {
      await stage.given(state(storeRoutes, target('buyer', { ...references, rules })));
      const { seen, log } = await fromBuyer(buy);
      expect(seen).toMatchObject({ status: 503, body: 'no healthy upstream' });
      expect(log['buyer']?.[0]).toMatchObject({ response_flags: 'UH' });
    }
  });

  row('S19', 'a policy for the account default holds for every pod that runs under it', async () => {
    const walkIns = { 'shop/walk-in-1': { account: 'default' }, 'shop/walk-in-2': { account: 'default' } };
    const policies = [anyRoute, target('default', { from: 'default', to: 'store', rules: [any] })];
    await stage.given({ ...base, pods: { ...base.pods, ...walkIns }, policies });
    expect(await seenBy('walk-in-1', buy)).toMatchObject({ status: 200 });
    expect(await seenBy('walk-in-2', buy)).toMatchObject({ status: 200 });
    expect(await seenBy('buyer', buy)).toEqual(refused);
  });

  row('S20', 'a client without any Service is served like one with', async () => {
    const withService = { ...base.services, 'shop/thief': { ports: [web] } };
    const policies = [anyRoute, target('all', { from: ['buyer', 'thief'], to: 'store', rules: [any] })];
    await stage.given({ ...base, services: withService, policies });
    expect(await seenBy('buyer', buy)).toMatchObject({ status: 200 });
    expect(await seenBy('thief', buy)).toMatchObject({ status: 200 });
  });

  row('S21', 'a pod that no Service selects has no inbound listener, whatever policies allow', async () => {
    const { 'shop/store': _, ...services } = base.services;
    const policies = [anyRoute, target('all', { from: 'buyer', to: 'store', rules: [any] })];
    await stage.given({ ...base, egress: true, services, policies });
    const ip = stage.mesh.inside('store').sockets.podIp;
    const { seen, log } = await fromBuyer(`http://${ip}:14001/buy`);
    expect(seen).toEqual(reset);
    expect(log['buyer']).toEqual([expect.objectContaining({ response_flags: 'UF,URX' })]);
    expect(log['store']).toEqual([]);
    expect(Object.keys((await stage.shown('store')).listeners)).toEqual(['outbound-listener']);
    expect(await seenBy('buyer', buy)).toMatchObject({ curl: 6 });
  });

  row('S22', 'a client outside the mesh is reset, policies or not', async () => {
    await stage.given(state(anyRoute, target('stranger', { from: 'outside/stranger', to: 'store', rules: [any] })));
    const { seen, moved } = await observe(stage.mesh, ['store'], () => seenBy('stranger', buy));
    expect(seen).toEqual(reset);
    expect(moved['store']).toMatchObject({ 'listener.0.0.0.0_15003.no_filter_chain_match': 1 });
  });

  row('S23', 'the first route that matches decides, even against who may use the next one', async () => {
    const everything = target('a-thief', { from: 'thief', to: 'store', rules: [any] });
    await stage.given(state(anyRoute, everything, storeRoutes, buyerMayBuy));
    expect(await seenBy('buyer', buy)).toMatchObject({ status: 403, body: 'RBAC: access denied' });
    const later = target('z-thief', { from: 'thief', to: 'store', rules: [any] });
    await stage.given(state(anyRoute, later, storeRoutes, buyerMayBuy));
    expect(await seenBy('buyer', buy)).toMatchObject({ status: 200 });
    expect(await seenBy('thief', buy)).toMatchObject({ status: 403 });
  });

  row('5.2 deletion', 'removing the TrafficTarget denies a client on a connection that it keeps alive', async () => {
    await stage.given(withEgress(storeRoutes, buyerMayBuy));
    const socket = await stage.mesh.inside('buyer').sockets.connect('store.shop', 80);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = () => socket;
    const keptAlive = () =>
      new Promise<number | string>((resolve) => {
        request({ agent, headers: { host: 'store.shop' }, path: '/buy' }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        })
          .on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'failed'))
          .end();
      });
    expect(await keptAlive()).toBe(200);
    expect(await keptAlive()).toBe(200);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await stage.given(withEgress(storeRoutes));
    await closed;
    expect(await seenBy('buyer', buy)).toEqual(emptyReply);
  });
});
