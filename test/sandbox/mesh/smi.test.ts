import { Agent, request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as kinds from '../../../src/sandbox/mesh/osm/kinds.ts';
import { eventually, type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;

const account = (name: string, namespace = 'shop') => ({ kind: 'ServiceAccount', name, namespace });

async function routes(name: string, matches: kinds.HttpRouteMatch[]): Promise<void> {
  await mesh.apply(kinds.httpRouteGroups, { metadata: { name, namespace: 'shop' }, spec: { matches } });
}

async function allow(
  name: string,
  source: string,
  rules: { kind: string; name: string; matches?: string[] }[],
  destination = 'store',
): Promise<void> {
  await mesh.apply(kinds.trafficTargets, {
    metadata: { name, namespace: 'shop' },
    spec: { destination: account(destination), rules, sources: [account(source)] },
  });
}

const http = (name: string, ...matches: string[]) => ({ kind: 'HTTPRouteGroup', name, matches });
const call = (path: string, options: { method?: string; headers?: Record<string, string>; from?: string } = {}) =>
  mesh.call(options.from ?? 'buyer', 'store.shop:80', { path, ...options });

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'thief');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await mesh.pod('shop', 'other', { image: 'test/echo' });
  await mesh.service('shop', 'other', { port: 80, targetPort: 14001 });
  await mesh.pod('shop', 'bytes', { image: 'test/tcp-echo' });
  await mesh.service('shop', 'bytes', { name: 'tcp-echo', port: 9000, targetPort: 9000 });
  await routes('store-routes', [
    { name: 'buy', pathRegex: '/buy', methods: ['GET'] },
    { name: 'count', pathRegex: '/count.*', methods: ['GET', 'POST'], headers: [{ 'client-app': 'b.*r' }] },
    { name: 'anything', pathRegex: '.*', methods: ['*'] },
  ]);
}, 30_000);

afterAll(() => mesh.close());

/** From permissive to policies, with none in force. */
beforeEach(async () => {
  for (const { metadata } of mesh.api.list(kinds.trafficTargets)) {
    await mesh.api.delete(kinds.trafficTargets, metadata.name ?? '', metadata.namespace);
  }
  await mesh.traffic({ enableEgress: true, enablePermissiveTrafficPolicyMode: false });
  await eventually(() => call('/buy'), 'empty');
  await eventually(() => call('/buy', { from: 'thief' }), 'empty');
});

describe('policies instead of permissive mode', () => {
  it('S1: without egress a client that no policy names is refused', async () => {
    await mesh.traffic({ enableEgress: false });
    await eventually(() => call('/buy'), 'refused');
  });

  it('S2: with egress it is connected and hung up on', async () => {
    expect(await call('/buy')).toEqual({ type: 'empty' });
  });

  it('S3: a client that may call something else is reset, unless Host names what it may call', async () => {
    await mesh.traffic({ enableEgress: false });
    await allow('store', 'buyer', [http('store-routes', 'buy')]);
    await eventually(() => call('/buy'), 200);
    expect(await mesh.call('buyer', 'other.shop:80')).toEqual({ type: 'reset' });
  });

  it('S4 to S7: what matches is answered; another path, method or header is a 404 of the server', async () => {
    await allow('store', 'buyer', [http('store-routes', 'buy', 'count')]);
    const seen = await eventually(() => call('/buy?copy=1'), 200);
    expect(seen).toMatchObject({ headers: { identity: 'store' } });
    for (const [path, options] of [
      ['/buy/more', {}],
      ['/buy', { method: 'HEAD' }],
      ['/count', {}],
      ['/count', { headers: { 'client-app': 'burglar-like' } }],
    ] as const) {
      const denied = await call(path, options);
      expect(denied).toMatchObject({ type: 'answer', status: 404, body: '' });
      if (denied.type === 'answer')
        expect(denied.headers).toMatchObject({ server: 'envoy', 'x-envoy-upstream-service-time': expect.any(String) });
    }
    expect(await call('/counter', { method: 'POST', headers: { 'client-app': 'buyer' } })).toMatchObject({
      status: 200,
    });
  });

  it('S8: another account is never told 403', async () => {
    await allow('store', 'buyer', [http('store-routes', 'anything')]);
    await eventually(() => call('/buy'), 200);
    expect(await call('/buy', { from: 'thief' })).toEqual({ type: 'empty' });
  });

  it('S9: a route of somebody else is a 403 for who may use another route', async () => {
    await routes('read-only', [{ name: 'count', pathRegex: '/count', methods: ['GET'] }]);
    await allow('store', 'buyer', [http('store-routes', 'buy')]);
    await allow('thief', 'thief', [http('read-only', 'count')]);
    await eventually(() => call('/count', { from: 'thief' }), 200);
    const denied = await eventually(() => call('/buy', { from: 'thief' }), 403);
    expect(denied).toMatchObject({
      body: 'RBAC: access denied',
      headers: { server: 'envoy', 'content-length': '19', 'content-type': 'text/plain' },
    });
    expect(await mesh.stat('store', 'http.mesh-http-conn-manager.rds-inbound.14001.rbac.denied')).toBeGreaterThan(0);
    const line = mesh.envoyLog('store').findLast((entry) => entry['response_code'] === 403);
    expect(line).toMatchObject({
      response_code_details: 'rbac_access_denied_matched_policy[none]',
      response_flags: '-',
    });
  });

  it('S10: a missing route group, an unknown match and no matches at all open nothing but the door', async () => {
    for (const rule of [
      http('missing', 'buy'),
      http('store-routes', 'nothing'),
      { kind: 'HTTPRouteGroup', name: 'store-routes' },
    ]) {
      await allow('store', 'buyer', [rule]);
      await eventually(() => call('/buy'), 404);
    }
  });

  it('S11: a missing TCPRoute leaves the target out on the server, while the client still tries', async () => {
    await allow('store', 'buyer', [{ kind: 'TCPRoute', name: 'missing' }, http('store-routes', 'buy')]);
    const seen = await eventually(() => call('/buy'), 503);
    expect(seen).toMatchObject({ body: expect.stringContaining('reset reason: connection termination') });
  });

  it('S12, S13 and S15: TCP follows the ports of a TCPRoute, which are those of the pod', async () => {
    const port = async (number: number) =>
      mesh.apply(kinds.tcpRoutes, {
        metadata: { name: 'ports', namespace: 'shop' },
        spec: { matches: { ports: [number] } },
      });
    await port(14001);
    await allow('store', 'buyer', [{ kind: 'TCPRoute', name: 'ports' }]);
    await eventually(() => call('/buy'), 404);
    await port(80);
    await eventually(() => call('/buy'), 503);
    await allow('bytes', 'buyer', [http('store-routes', 'anything')], 'bytes');
    await eventually(async () => ({ type: 'answer', status: (await echoed()) ? 200 : 0, headers: {}, body: '' }), 200);
  });

  it('S16 and S17: a target with an unknown rule, or a source without namespace, is as if absent', async () => {
    await allow('store', 'buyer', [http('store-routes', 'buy'), { kind: 'UDPRoute', name: 'x' }]);
    await mesh.apply(kinds.trafficTargets, {
      metadata: { name: 'nowhere', namespace: 'shop' },
      spec: {
        destination: account('store'),
        rules: [http('store-routes', 'buy')],
        sources: [{ kind: 'ServiceAccount', name: 'buyer' }],
      },
    });
    await allow('marker', 'thief', [http('store-routes', 'buy')]);
    await eventually(() => call('/buy', { from: 'thief' }), 200);
    expect(await call('/buy')).toEqual({ type: 'empty' });
  });

  it('S18: a source of another kind has a route but no endpoint', async () => {
    await mesh.apply(kinds.trafficTargets, {
      metadata: { name: 'group', namespace: 'shop' },
      spec: {
        destination: account('store'),
        rules: [http('store-routes', 'buy')],
        sources: [{ kind: 'Group', name: 'buyer', namespace: 'shop' }],
      },
    });
    expect(await eventually(() => call('/buy'), 503)).toMatchObject({ body: 'no healthy upstream' });
  });

  it('a TrafficTarget outside the namespace of its destination is refused at admission', async () => {
    const wrong = mesh.api.create(kinds.trafficTargets, {
      metadata: { name: 'wrong', namespace: 'shop' },
      spec: {
        destination: account('store', 'elsewhere'),
        rules: [http('store-routes', 'buy')],
        sources: [account('buyer')],
      },
    });
    await expect(wrong).rejects.toThrow(
      'admission webhook "osm-validator.k8s.io" denied the request: The traffic target namespace (shop) must match spec.Destination.Namespace (elsewhere)',
    );
  });

  it('removing the TrafficTarget denies a client on a connection that it keeps alive', async () => {
    await allow('store', 'buyer', [http('store-routes', 'buy')]);
    await eventually(() => call('/buy'), 200);
    const socket = await mesh.inside('buyer').sockets.connect('store.shop', 80);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = () => socket;
    const keptAlive = () =>
      new Promise<number | string>((resolve) => {
        request({ agent, headers: { host: 'store.shop' }, path: '/buy' }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        })
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'))
          .end();
      });
    expect(await keptAlive()).toBe(200);
    expect(await keptAlive()).toBe(200);
    await mesh.api.delete(kinds.trafficTargets, 'store', 'shop');
    await new Promise((closed) => socket.once('close', closed));
    await eventually(() => call('/buy'), 'empty');
  });
});

/** Whether the TCP service sends back what the buyer writes. */
async function echoed(): Promise<boolean> {
  const socket = await mesh.inside('buyer').sockets.connect('bytes.shop', 9000);
  return new Promise((resolve) => {
    socket.once('data', (data) => {
      resolve(data.toString() === 'hello');
      socket.destroy();
    });
    socket.once('close', () => resolve(false));
    socket.write('hello');
  });
}
