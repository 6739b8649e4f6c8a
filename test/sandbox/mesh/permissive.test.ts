import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.namespace('outside', false);
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await mesh.pod('outside', 'plain', { image: 'test/echo' });
  await mesh.service('outside', 'plain', { port: 80, targetPort: 14001 });
  await mesh.pod('outside', 'stranger');
}, 30_000);

afterAll(() => mesh.close());

describe('permissive mode', () => {
  it('P1: an in-mesh call gets the answer of the app through two sidecars', async () => {
    const seen = await eventually(
      () => mesh.call('buyer', 'store.shop:80', { path: '/any/path?x=1', method: 'POST' }),
      200,
    );
    if (seen.type !== 'answer') throw new Error(seen.type);
    expect(seen.headers).toMatchObject({ server: 'envoy', identity: 'store' });
    expect(seen.headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/);
    const reached = JSON.parse(seen.body) as { url: string; method: string; headers: Record<string, string> };
    expect(reached).toMatchObject({ url: '/any/path?x=1', method: 'POST' });
    expect(reached.headers).toMatchObject({
      host: 'store.shop:80',
      'x-forwarded-proto': 'http',
      'osm-stats-pod': 'store',
    });
    expect(reached.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
  });

  it('P2: a name that no Service has does not resolve', async () => {
    expect(await mesh.call('buyer', 'nowhere.shop:80')).toEqual({ type: 'no-such-name' });
  });

  it('P3: with egress on, a Service outside the mesh is reached in plaintext and untouched', async () => {
    const seen = await eventually(() => mesh.call('buyer', 'plain.outside:80'), 200);
    if (seen.type !== 'answer') throw new Error(seen.type);
    expect(seen.headers['server']).toBeUndefined();
    expect(seen.headers['x-envoy-upstream-service-time']).toBeUndefined();
  });

  it('P5: a Service of the mesh whose pod has no sidecar answers 503 with the TLS error', async () => {
    await mesh.pod('shop', 'bare', {
      image: 'test/echo',
      annotations: { 'openservicemesh.io/sidecar-injection': 'disabled' },
    });
    await mesh.service('shop', 'bare', { port: 80, targetPort: 14001 });
    const seen = await eventually(() => mesh.call('buyer', 'bare.shop:80'), 503);
    expect(seen).toMatchObject({
      body: expect.stringContaining('reset reason: connection failure, transport failure reason: TLS error:'),
    });
    expect(seen).toMatchObject({ body: expect.stringContaining('WRONG_VERSION_NUMBER') });
  });

  it('P6: a client outside the mesh is reset', async () => {
    expect(await mesh.call('stranger', 'store.shop:80')).toEqual({ type: 'reset' });
  });

  it('P7: a pod called by its IP gets plaintext by passthrough and hangs up without a word', async () => {
    const ip = mesh.inside('store').sockets.podIp;
    expect(await mesh.call('buyer', `${ip}:14001`)).toEqual({ type: 'empty' });
  });

  it('P8: a port that the Service does not declare ends in passthrough and a reset', async () => {
    expect(await mesh.call('buyer', 'store.shop:81')).toEqual({ type: 'reset' });
  });

  it('P9: the right ClusterIP under a wrong Host is a 404 of the client sidecar', async () => {
    const seen = await mesh.call('buyer', 'foo', { to: 'store.shop:80' });
    expect(seen).toMatchObject({ type: 'answer', status: 404, body: '' });
    if (seen.type !== 'answer') throw new Error(seen.type);
    expect(seen.headers).toMatchObject({ server: 'envoy', 'content-length': '0' });
    expect(seen.headers['x-envoy-upstream-service-time']).toBeUndefined();
  });

  it('5.3: short names, ports and letters of any case match within the namespace; another port does not', async () => {
    for (const host of ['store', 'STORE:80', 'store.shop.svc', 'store.shop.svc.cluster.local:80']) {
      expect(await mesh.call('buyer', host, { to: 'store.shop:80' })).toMatchObject({ status: 200 });
    }
    expect(await mesh.call('buyer', 'store:8080', { to: 'store.shop:80' })).toMatchObject({ status: 404 });
    expect(await mesh.call('buyer', 'store.shop.', { to: 'store.shop:80' })).toMatchObject({ status: 404 });
  });

  it('P12: an app that does not listen is a 503 of the server sidecar', async () => {
    await mesh.pod('shop', 'deaf', { image: 'test/echo', port: 7777 });
    await mesh.service('shop', 'deaf', { port: 80, targetPort: 14001 });
    const seen = await eventually(() => mesh.call('buyer', 'deaf.shop:80'), 503);
    if (seen.type !== 'answer') throw new Error(seen.type);
    expect(seen.body).toBe(
      'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    );
    expect(seen.headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/);
  });

  it('P14: a Service without endpoints answers 503 no healthy upstream', async () => {
    await mesh.service('shop', 'ghost', { port: 80, targetPort: 14001 });
    const seen = await eventually(() => mesh.call('buyer', 'ghost.shop:80'), 503);
    expect(seen).toMatchObject({ body: 'no healthy upstream' });
  });

  it('counts each request once on either side and logs it with its upstream', async () => {
    const [client, server] = ['cluster.shop/store|14001', 'http.mesh-http-conn-manager.rds-inbound.14001'];
    const before = [
      await mesh.stat('buyer', `${client}.upstream_rq_total`),
      await mesh.stat('store', `${server}.downstream_rq_total`),
    ];
    for (let call = 0; call < 7; call++)
      expect(await mesh.call('buyer', 'store.shop:80')).toMatchObject({ status: 200 });
    const after = [
      await mesh.stat('buyer', `${client}.upstream_rq_total`),
      await mesh.stat('store', `${server}.downstream_rq_total`),
    ];
    expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([7, 7]);
    expect(await mesh.stat('buyer', `${client}.upstream_cx_total`)).toBeLessThan(
      await mesh.stat('buyer', `${client}.upstream_rq_total`),
    );
    const text = (await mesh.admin('buyer', '/stats/prometheus')).body;
    expect(text).toContain('envoy_cluster_upstream_rq_total{envoy_cluster_name="shop/store|14001"}');
    expect(text).toContain(
      'envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="shop/store|14001"}',
    );
    const line = mesh.envoyLog('store').findLast((entry) => entry['method'] === 'GET');
    expect(line).toMatchObject({
      response_code: 200,
      response_flags: '-',
      response_code_details: 'via_upstream',
      requested_server_name: 'store.shop.svc.cluster.local',
      upstream_cluster: 'shop/store|14001|local',
      upstream_host: '127.0.0.1:14001',
    });
  });

  it('shows its configuration, certificates and clusters, and changes nothing on GET', async () => {
    const dump = (await mesh.admin('buyer', '/config_dump')).body;
    for (const name of [
      'outbound-listener',
      'outbound_shop/store_80_http',
      'rds-outbound.80',
      'service-cert:shop/buyer',
    ]) {
      expect(dump).toContain(`"${name}"`);
    }
    expect(dump).not.toContain('PRIVATE KEY');
    expect((await mesh.admin('buyer', '/certs')).body).toContain('"dns": "buyer.shop.cluster.local"');
    expect((await mesh.admin('buyer', '/clusters')).body).toContain(
      'shop/store|14001::default_priority::max_connections::4294967295',
    );
    expect((await mesh.admin('buyer', '/quitquitquit')).status).toBe(405);
    expect((await mesh.admin('buyer', '/stats?filter=server.live')).body).toBe('server.live: 1\n');
  });

  it('P4: with egress off, what lies outside the mesh is reset', async () => {
    await mesh.traffic({ enableEgress: false });
    await eventually(() => mesh.call('buyer', 'plain.outside:80'), 'reset');
    expect(await mesh.call('buyer', 'store.shop:80')).toMatchObject({ status: 200 });
  });
});
