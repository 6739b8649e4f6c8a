import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Retry } from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { type ClusterState, type Policy, Stage } from '../rows/cluster-state.ts';
import { call } from '../rows/observation.ts';
import { rowPrograms } from '../rows/programs.ts';
import { placed, retry, trafficSetting } from './policy-objects.ts';
import { limitPrograms } from './programs.ts';

let stage: Stage;

const cluster = 'cluster.shop/store|14001';
const pods = { 'shop/buyer': {}, 'shop/store': { image: 'test/status' } };
const base: ClusterState = {
  permissive: true,
  egress: false,
  features: { enableRetryPolicy: true },
  pods,
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 } as { port: number }] } },
};
const withImage = (image: string, ...policies: Policy[]): ClusterState => ({
  ...base,
  pods: { ...pods, 'shop/store': { image } },
  policies,
});
type RetryPolicy = NonNullable<Retry['spec']>['retryPolicy'];
const policy = (change: Partial<RetryPolicy> = {}) =>
  retry('again', {
    retryOn: '5xx',
    numRetries: 5,
    perTryTimeout: '5s',
    retryBackoffBaseInterval: '1ms',
    ...change,
  });
const fromBuyer = (path: string) => call(stage.mesh, ['buyer', 'store'], `http://store.shop${path}`);

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: [...rowPrograms, ...limitPrograms] }));
});

afterAll(() => stage.mesh.close());

describe('5.8 retries', () => {
  it('a server that always says 503 is asked six times, and the client gets its 503: retry 5, limit 1, backoff 5', async () => {
    await stage.given({ ...base, policies: [policy()] });
    const { seen, log, moved } = await fromBuyer('/503');
    expect(seen).toMatchObject({ status: 503, body: '', headers: { identity: 'store' } });
    expect(moved['buyer']).toMatchObject({
      [`${cluster}.upstream_rq_retry`]: 5,
      [`${cluster}.upstream_rq_retry_limit_exceeded`]: 1,
      [`${cluster}.upstream_rq_retry_backoff_exponential`]: 5,
      [`${cluster}.upstream_rq_total`]: 6,
    });
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-inbound.14001.downstream_rq_total': 6 });
    const requests = (pod: string) => log[pod]?.filter(({ method }) => method === 'GET');
    expect(requests('store')).toHaveLength(6);
    expect(requests('buyer')).toEqual([expect.objectContaining({ response_code: 503, response_flags: 'URX' })]);
    expect(new Set(requests('store')?.map((line) => line['request_id']))).toHaveProperty('size', 1);
  });

  it('with the feature flag off, its default, it is asked once: 0, 0 and 0', async () => {
    await stage.given({ ...base, features: {}, policies: [policy()] });
    const { seen, moved } = await fromBuyer('/503');
    expect(seen).toMatchObject({ status: 503 });
    for (const name of [
      'upstream_rq_retry',
      'upstream_rq_retry_limit_exceeded',
      'upstream_rq_retry_backoff_exponential',
    ])
      expect(moved['buyer']).not.toHaveProperty([`${cluster}.${name}`]);
    expect(moved['buyer']).toMatchObject({ [`${cluster}.upstream_rq_total`]: 1 });
  });

  it('the answer of the try that succeeds is the client’s, and nothing tells of the others', async () => {
    await stage.given(withImage('test/flaky', policy()));
    const { seen, moved } = await fromBuyer('/fail/2/a');
    expect(seen).toMatchObject({ status: 200, body: 'try 3' });
    expect(moved['buyer']).toMatchObject({
      [`${cluster}.upstream_rq_retry`]: 2,
      [`${cluster}.upstream_rq_retry_success`]: 1,
      [`${cluster}.upstream_rq_total`]: 3,
    });
    expect(moved['buyer']).not.toHaveProperty([`${cluster}.upstream_rq_retry_limit_exceeded`]);
  });

  it('repeats only for what retryOn names: a 503 is no connect-failure, a 404 no 5xx', async () => {
    await stage.given({ ...base, policies: [policy({ retryOn: 'connect-failure' })] });
    expect((await fromBuyer('/503')).moved['buyer']).toMatchObject({ [`${cluster}.upstream_rq_total`]: 1 });
    await stage.given({ ...base, policies: [policy()] });
    expect((await fromBuyer('/404')).moved['buyer']).toMatchObject({ [`${cluster}.upstream_rq_total`]: 1 });
  });

  it('a try that lasts longer than perTryTimeout is given up; after the last one it is 504 upstream request timeout', async () => {
    await stage.given(withImage('test/patient', policy({ numRetries: 1, perTryTimeout: '20ms' })));
    const { seen, moved } = await fromBuyer('/silent');
    expect(seen).toMatchObject({ status: 504, body: 'upstream request timeout' });
    expect(moved['buyer']).toMatchObject({
      [`${cluster}.upstream_rq_per_try_timeout`]: 2,
      [`${cluster}.upstream_rq_retry`]: 1,
      [`${cluster}.upstream_rq_retry_limit_exceeded`]: 1,
    });
  });

  it('holds wherever it lies, in a namespace outside the mesh too', async () => {
    await stage.given({ ...base, outside: ['outside'], policies: [placed('outside', policy({ numRetries: 2 }))] });
    expect((await fromBuyer('/503')).moved['buyer']).toMatchObject({ [`${cluster}.upstream_rq_total`]: 3 });
  });

  it('goes no further than maxRetries of the service’s UpstreamTrafficSetting', async () => {
    const none = trafficSetting('limits', { connectionSettings: { http: { maxRetries: 0 } } });
    await stage.given({ ...base, policies: [policy(), none] });
    const { seen, moved } = await fromBuyer('/503');
    expect(seen).toMatchObject({ status: 503 });
    expect(moved['buyer']).toMatchObject({
      [`${cluster}.upstream_rq_total`]: 1,
      [`${cluster}.upstream_rq_retry_overflow`]: 1,
    });
  });

  it('holds for its source alone', async () => {
    await stage.given({ ...base, pods: { ...pods, 'shop/thief': {} }, policies: [policy()] });
    const { moved } = await call(stage.mesh, ['thief', 'store'], 'http://store.shop/503');
    expect(moved['thief']).toMatchObject({ [`${cluster}.upstream_rq_total`]: 1 });
  });
});
