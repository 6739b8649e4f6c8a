import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamTrafficSetting } from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from '../rows/client.ts';
import { type ClusterState, type Policy, Stage } from '../rows/cluster-state.ts';
import { call, observe, talk } from '../rows/observation.ts';
import { http, routeGroup, target } from '../rows/policies.ts';
import { trafficSetting } from './policy-objects.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: {
    'shop/buyer': {},
    'shop/thief': {},
    'shop/store': { image: 'test/echo' },
    'shop/bytes': { image: 'test/tcp-echo' },
  },
  services: {
    'shop/store': { ports: [{ port: 80, targetPort: 14001 } as { port: number }] },
    'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
  },
};
type Limits = Omit<NonNullable<UpstreamTrafficSetting['spec']>, 'host'>;
const state = (...policies: Policy[]): ClusterState => ({ ...base, policies });
const limited = (limits: Limits) => state(trafficSetting('limits', limits));
const virtualHost = (http: NonNullable<NonNullable<Limits['rateLimit']>['local']>['http']): Limits =>
  http ? { rateLimit: { local: { http } } } : {};

const url = 'http://store.shop/';
const fromBuyer = (path = '', options?: Parameters<typeof call>[3]) =>
  call(stage.mesh, ['buyer', 'store'], `${url}${path}`, options);

async function statuses(count: number, path = '', pod = 'buyer'): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let at = 0; at < count; at++) {
    const one = await curl(stage.mesh.inside(pod), `${url}${path}`);
    seen.push('status' in one ? one.status : one);
  }
  return seen;
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster());
});

afterAll(() => stage.mesh.close());

describe('5.9 local rate limits of HTTP', () => {
  it('what exceeds the virtual host’s limit is 429 local_rate_limited, from the server’s sidecar', async () => {
    await stage.given(limited(virtualHost({ requests: 2, unit: 'minute' })));
    expect(await statuses(2)).toEqual([200, 200]);
    const { seen, log, moved } = await fromBuyer();
    expect(seen).toMatchObject({ status: 429, body: 'local_rate_limited', headers: { server: 'envoy' } });
    expect(seen).toHaveProperty(['headers', 'content-length'], '18');
    expect(seen).toHaveProperty(['headers', 'x-envoy-upstream-service-time']);
    expect(log['store']).toContainEqual(
      expect.objectContaining({
        response_code: 429,
        response_flags: 'RL',
        response_code_details: 'local_rate_limited',
        upstream_cluster: null,
        upstream_host: null,
      }),
    );
    expect(log['buyer']).toContainEqual(
      expect.objectContaining({ response_code: 429, response_flags: '-', response_code_details: 'via_upstream' }),
    );
    expect(moved['store']).toMatchObject({
      'http_local_rate_limiter.http_local_rate_limit.enabled': 1,
      'http_local_rate_limiter.http_local_rate_limit.rate_limited': 1,
      'http_local_rate_limiter.http_local_rate_limit.enforced': 1,
    });
    expect(moved['store']).not.toHaveProperty(['http_local_rate_limiter.http_local_rate_limit.ok']);
    expect(moved['buyer']).toMatchObject({ 'cluster.shop/store|14001.upstream_rq_429': 1 });
  });

  it('the answer says x-envoy-ratelimited: true [derived]', async () => {
    await stage.given(limited(virtualHost({ requests: 1, unit: 'hour' })));
    await statuses(1);
    expect((await fromBuyer()).seen).toHaveProperty(['headers', 'x-envoy-ratelimited'], 'true');
  });

  it('burst comes on top; status and headers are the policy’s', async () => {
    await stage.given(
      limited(
        virtualHost({
          requests: 1,
          unit: 'minute',
          burst: 2,
          responseStatusCode: 503,
          responseHeadersToAdd: [{ name: 'Retry-After', value: 'later' }],
        }),
      ),
    );
    expect(await statuses(4)).toEqual([200, 200, 200, 503]);
    expect((await fromBuyer()).seen).toMatchObject({ status: 503, headers: { 'retry-after': 'later' } });
  });

  it('each sidecar counts for itself', async () => {
    const labels = { app: 'store' };
    await stage.given({
      ...limited(virtualHost({ requests: 2, unit: 'minute' })),
      pods: { ...base.pods, 'shop/store-2': { image: 'test/echo', account: 'store', labels } },
    });
    const seen = await statuses(6);
    expect(seen.filter((status) => status === 200)).toHaveLength(4);
    expect(seen.filter((status) => status === 429)).toHaveLength(2);
  });

  it('a route’s limit takes the place of the virtual host’s; in permissive mode its path is .*', async () => {
    const route = (path: string): Limits => ({
      ...virtualHost({ requests: 100, unit: 'minute' }),
      httpRoutes: [{ path, rateLimit: { local: { requests: 1, unit: 'minute' } } }],
    });
    await stage.given(limited(route('.*')));
    expect(await statuses(2)).toEqual([200, 429]);
    await stage.given(limited(route('/')));
    expect(await statuses(2)).toEqual([200, 200]);
  });

  it('a route is found by the text of its regex; routes beside it are not limited', async () => {
    const both = routeGroup('both', { name: 'buy', pathRegex: '/buy.*' }, { name: 'look', pathRegex: '/look' });
    const mayCall = target('buyer', { from: 'buyer', to: 'store', rules: [http('both', 'buy', 'look')] });
    const route = (path: string) =>
      trafficSetting('limits', { httpRoutes: [{ path, rateLimit: { local: { requests: 1, unit: 'minute' } } }] });
    await stage.given({ ...state(both, mayCall, route('/buy.*')), permissive: false });
    expect(await statuses(2, 'buy-a-book')).toEqual([200, 429]);
    expect(await statuses(2, 'look')).toEqual([200, 200]);
    await stage.given({ ...state(both, mayCall, route('/buy')), permissive: false });
    expect(await statuses(2, 'buy')).toEqual([200, 200]);
  });

  it('RBAC comes first: what it denies is 403, limit reached or not, and costs nothing', async () => {
    const both = routeGroup('both', { name: 'buy', pathRegex: '/buy' }, { name: 'look', pathRegex: '/look' });
    await stage.given({
      ...state(
        both,
        target('buyer', { from: 'buyer', to: 'store', rules: [http('both', 'buy')] }),
        target('thief', { from: 'thief', to: 'store', rules: [http('both', 'look')] }),
        trafficSetting('limits', virtualHost({ requests: 1, unit: 'minute' })),
      ),
      permissive: false,
    });
    expect(await statuses(2, 'buy', 'thief')).toEqual([403, 403]);
    expect(await statuses(2, 'buy')).toEqual([200, 429]);
    expect(await statuses(1, 'buy', 'thief')).toEqual([403]);
  });

  it('another host than the service’s full name has no effect', async () => {
    for (const host of ['store', 'store.shop', 'store.shop.svc']) {
      await stage.given(state(trafficSetting('limits', { host, ...virtualHost({ requests: 1, unit: 'minute' }) })));
      expect(await statuses(2)).toEqual([200, 200]);
    }
  });

  it('[derived] a push that changes other things keeps what is left in the bucket', async () => {
    const limits = trafficSetting('limits', virtualHost({ requests: 3, unit: 'hour' }));
    await stage.given(state(limits));
    expect(await statuses(2)).toEqual([200, 200]);
    await stage.given({ ...state(limits), egress: true });
    expect(await statuses(2)).toEqual([200, 429]);
  });
});

describe('5.9 local rate limits of TCP', () => {
  const tcp = (unit: 'minute' | 'hour', host: string, more: Limits = {}) =>
    state(trafficSetting('limits', { host, rateLimit: { local: { tcp: { connections: 1, unit } } }, ...more }));

  it('a connection beyond the limit is reset by the client’s sidecar, closed by the server’s', async () => {
    await stage.given(tcp('minute', 'bytes.shop.svc.cluster.local'));
    const first = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(first.seen).toEqual({ bytes: 'hello', end: 'ours' });
    const { seen, log, moved } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(seen).toEqual({ bytes: '', end: 'reset' });
    expect(moved['bytes']).toMatchObject({ 'local_rate_limit.inbound_shop/bytes_9000_tcp.rate_limited': 1 });
    expect(moved['bytes']).not.toHaveProperty(['listener.0.0.0.0_15003.ssl.handshake']);
    expect(log['bytes']).toEqual([expect.objectContaining({ response_code: 0, upstream_cluster: null })]);
    expect(log['buyer']).toEqual([
      expect.objectContaining({ response_flags: 'UF,URX', upstream_cluster: 'shop/bytes|9000' }),
    ]);
  });

  it('over HTTP it is a 503 of the client’s sidecar', async () => {
    const connectionSettings = { http: { maxRequestsPerConnection: 1 } };
    await stage.given(tcp('minute', 'store.shop.svc.cluster.local', { connectionSettings }));
    // The first one may still go over a connection from before, which has no token to lose.
    expect((await statuses(2))[0]).toBe(200);
    const { seen, moved } = await fromBuyer();
    expect(seen).toMatchObject({ status: 503, body: expect.stringContaining('upstream connect error or disconnect') });
    expect(moved['store']).toMatchObject({ 'local_rate_limit.inbound_shop/store_14001_http.rate_limited': 1 });
  });

  it('connections are counted, not requests: a kept connection carries any number', async () => {
    await stage.given(tcp('hour', 'store.shop.svc.cluster.local'));
    const { seen, moved } = await observe(stage.mesh, ['store'], () => statuses(3));
    expect(seen).toEqual([200, 200, 200]);
    expect(moved['store']).not.toHaveProperty(['local_rate_limit.inbound_shop/store_14001_http.rate_limited']);
  });
});
