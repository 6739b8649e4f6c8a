import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { UpstreamTrafficSetting } from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl, netcat, type Seen } from '../rows/client.ts';
import { type ClusterState, Stage } from '../rows/cluster-state.ts';
import { call, observe, statsOf, talk } from '../rows/observation.ts';
import { egress, trafficSetting } from './policy-objects.ts';
import { limitPrograms } from './programs.ts';

let stage: Stage;

const cluster = 'cluster.shop/store|14001';
/** Used by one test alone, so that no connection is kept from another one. */
const narrow = 'cluster.shop/narrow|14001';
const web = { port: 80, targetPort: 14001 };
const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: {
    'shop/buyer': {},
    'shop/store': { image: 'test/patient' },
    'shop/narrow': { image: 'test/patient' },
    'shop/bytes': { image: 'test/tcp-echo' },
  },
  services: {
    'shop/store': { ports: [web] },
    'shop/narrow': { ports: [web] },
    'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
  },
};
type Settings = NonNullable<NonNullable<UpstreamTrafficSetting['spec']>['connectionSettings']>;
const limited = (connectionSettings: Settings, host = 'store.shop.svc.cluster.local'): ClusterState => ({
  ...base,
  policies: [trafficSetting('limits', { host, connectionSettings })],
});

const buyer = () => stage.mesh.inside('buyer');
const statistic = async (name: string, of = cluster) => (await statsOf(stage.mesh, 'buyer')).get(`${of}.${name}`);

/** A request that the server holds, sent and seen by the sidecar. */
async function hold(server: string, isUp: () => Promise<boolean>): Promise<Promise<Seen>[]> {
  const held = curl(buyer(), `http://${server}.shop/hold`);
  await vi.waitFor(async () => {
    if (!(await isUp())) throw new Error('the request is not where it should be');
  }, 5000);
  return [held];
}

/** Lets held requests go from inside the server's own pod, past every limit; one that waited for a connection comes late. */
async function release(server: string, held: readonly Promise<Seen>[]): Promise<Seen[]> {
  let answered = false;
  const all = Promise.all(held).finally(() => {
    answered = true;
  });
  await vi.waitFor(async () => {
    await curl(stage.mesh.inside(server), 'http://127.0.0.1:14001/release');
    expect(answered).toBe(true);
  }, 5000);
  return all;
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: limitPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.9 circuit breaking', () => {
  it('a request beyond maxRequests is 503 overflow at once, marked x-envoy-overloaded, flag UO', async () => {
    await stage.given(limited({ http: { maxRequests: 1 } }));
    expect(await statistic('circuit_breakers.default.remaining_rq')).toBe(1);
    const held = await hold('store', async () => (await statistic('circuit_breakers.default.remaining_rq')) === 0);
    const log = stage.mesh.envoyLog('buyer').length;
    const before = await statistic('upstream_rq_pending_overflow');
    expect(await curl(buyer(), 'http://store.shop/')).toMatchObject({
      status: 503,
      body: 'upstream connect error or disconnect/reset before headers. reset reason: overflow',
      headers: { 'x-envoy-overloaded': 'true', server: 'envoy' },
    });
    expect(await statistic('upstream_rq_pending_overflow')).toBe((before ?? 0) + 1);
    expect(stage.mesh.envoyLog('buyer').slice(log)).toContainEqual(
      expect.objectContaining({ response_code: 503, response_flags: 'UO', upstream_cluster: 'shop/store|14001' }),
    );
    expect(await release('store', held)).toEqual([expect.objectContaining({ status: 200 })]);
    expect((await call(stage.mesh, ['buyer', 'store'], 'http://store.shop/')).seen).toMatchObject({ status: 200 });
  });

  it('with maxConnections and maxPendingRequests 1 one request runs, one waits, the third is refused', async () => {
    const limits = { tcp: { maxConnections: 1 }, http: { maxPendingRequests: 1 } };
    await stage.given(limited(limits, 'narrow.shop.svc.cluster.local'));
    // One after the other: until the connection is there the first one waits for it itself.
    const running = await hold('narrow', async () => (await statistic('upstream_rq_active', narrow)) === 1);
    const isWaiting = async () => (await statistic('circuit_breakers.default.remaining_pending', narrow)) === 0;
    const waiting = await hold('narrow', isWaiting);
    expect(await statistic('circuit_breakers.default.remaining_cx', narrow)).toBe(0);
    expect(await statistic('upstream_cx_overflow', narrow)).toBeGreaterThan(0);
    expect(await curl(buyer(), 'http://narrow.shop/')).toMatchObject({
      status: 503,
      headers: { 'x-envoy-overloaded': 'true' },
    });
    expect(await statistic('upstream_rq_pending_overflow', narrow)).toBe(1);
    expect(await release('narrow', [...running, ...waiting])).toEqual([
      expect.objectContaining({ status: 200 }),
      expect.objectContaining({ status: 200 }),
    ]);
  });

  it('a connection carries maxRequestsPerConnection requests and is not used again', async () => {
    await stage.given(limited({ http: { maxRequestsPerConnection: 2 } }));
    await curl(buyer(), 'http://store.shop/');
    await curl(buyer(), 'http://store.shop/');
    const { moved } = await observe(stage.mesh, ['buyer'], async () => {
      for (let at = 0; at < 6; at++) await curl(buyer(), 'http://store.shop/');
    });
    expect(moved['buyer']).toMatchObject({ [`${cluster}.upstream_rq_total`]: 6, [`${cluster}.upstream_cx_total`]: 3 });
  });

  it('a TCP connection beyond maxConnections is closed', async () => {
    await stage.given(limited({ tcp: { maxConnections: 1 } }, 'bytes.shop.svc.cluster.local'));
    const open = await buyer().sockets.connect('bytes.shop', 9000);
    open.write('x');
    await new Promise((resolve) => open.once('data', resolve));
    const { seen, log, moved } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(seen).toEqual({ bytes: '', end: 'reset' });
    expect(moved['buyer']).toMatchObject({ 'cluster.shop/bytes|9000.upstream_cx_overflow': 1 });
    expect(log['buyer']).toEqual([
      expect.objectContaining({ upstream_cluster: 'shop/bytes|9000', response_flags: expect.stringContaining('UO') }),
    ]);
    expect(log['bytes']).toEqual([]);
    open.destroy();
    await vi.waitFor(async () => {
      expect(await netcat(buyer(), 'bytes.shop:9000', 'again')).toEqual({ bytes: 'again', end: 'ours' });
    }, 5000);
  });

  it('limits reach what leaves by an Egress that refers to them', async () => {
    const matches = [
      { apiGroup: 'policy.openservicemesh.io/v1alpha1', kind: 'UpstreamTrafficSetting', name: 'limits' },
    ];
    const out = egress('out', { ports: [{ number: 9000, protocol: 'tcp' }], matches });
    const setting = trafficSetting('limits', {
      host: 'tcp-echo.example.net',
      connectionSettings: { tcp: { maxConnections: 0 } },
    });
    await stage.given({ ...base, policies: [out, setting] });
    const { seen, moved } = await talk(stage.mesh, ['buyer'], 'tcp-echo.example.net:9000', 'hello');
    expect(seen).toEqual({ bytes: '', end: 'reset' });
    expect(moved['buyer']).toMatchObject({ 'cluster.9000.upstream_cx_overflow': 1 });
  });

  it('without a setting nothing is limited: the remaining numbers are as high as they go', async () => {
    await stage.given(base);
    for (const name of ['remaining_cx', 'remaining_pending', 'remaining_rq', 'remaining_retries'])
      expect(await statistic(`circuit_breakers.default.${name}`, 'cluster.shop/bytes|9000')).toBe(4294967295);
    expect((await stage.mesh.admin('buyer', '/clusters')).body).toContain(
      'shop/store|14001::default_priority::max_connections::4294967295',
    );
  });
});
