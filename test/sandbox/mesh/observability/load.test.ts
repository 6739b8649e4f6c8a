import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';
import { type Behaviour, type LoadServer, type Outcome, sendLoad, serveLoad } from './load.ts';

/** The statistics of both sidecars against what the client did: thousands of requests, every kind of end. */
let mesh: MeshCluster;
let server: LoadServer;
let seen: Map<Behaviour, Map<Outcome, number>>;
const requests = 2000;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store');
  await mesh.service('shop', 'store', { port: 80, targetPort: 9999 });
  server = await serveLoad(mesh.inside('store'), 9999);
  await eventually(() => mesh.call('buyer', 'store.shop:80', { path: '/ok' }), 200);
  for (const pod of ['buyer', 'store']) await mesh.admin(pod, '/reset_counters', 'POST');
  seen = await sendLoad(mesh.inside('buyer'), server, { host: 'store.shop:80', requests, connections: 16, seed: 5 });
  // The last answers are on their way through the sidecars when the client has its own.
  await vi.waitFor(async () => expect(await activeRequests()).toEqual([0, 0, 0]), { timeout: 30_000, interval: 20 });
}, 150_000);

afterAll(() => mesh.close());

const [client, atServer, local] = [
  'cluster.shop/store|9999',
  'http.mesh-http-conn-manager.rds-inbound.9999',
  'cluster.shop/store|9999|local',
];
const atClient = 'http.mesh-http-conn-manager.rds-outbound.80';

const activeRequests = () =>
  Promise.all([
    mesh.stat('buyer', `${client}.upstream_rq_active`),
    mesh.stat('store', `${atServer}.downstream_rq_active`),
    mesh.stat('store', `${local}.upstream_rq_active`),
  ]);

/** How many requests ended so, whatever their path. */
const ended = (...outcomes: Outcome[]): number =>
  [...seen.values()].reduce(
    (sum, ends) => sum + outcomes.reduce<number>((some, end) => some + (ends.get(end) ?? 0), 0),
    0,
  );

describe('under load', () => {
  it('every request ends as its path says', () => {
    const endsOf = (path: Behaviour) => [...(seen.get(path) ?? new Map()).keys()];
    expect(endsOf('/ok')).toEqual([200]);
    expect(endsOf('/created')).toEqual([201]);
    expect(endsOf('/missing')).toEqual([404]);
    expect(endsOf('/broken')).toEqual([500]);
    expect(endsOf('/die')).toEqual([503]);
    expect(endsOf('/half')).toEqual(['cut-off']);
    expect(endsOf('/hang')).toEqual(['gave-up']);
    expect(ended(200, 201, 404, 500, 503, 'cut-off', 'gave-up')).toBe(requests);
  });

  it.each([
    ['buyer', atClient, 'downstream_rq'],
    ['store', atServer, 'downstream_rq'],
  ])(
    'the connection manager of %s counts each request once, under the class of its answer',
    async (pod, scope, name) => {
      const stat = (suffix: string) => mesh.stat(pod, `${scope}.${name}_${suffix}`);
      expect(await stat('total')).toBe(requests);
      expect(await stat('2xx')).toBe(ended(200, 201, 'cut-off'));
      expect(await stat('4xx')).toBe(ended(404));
      expect(await stat('5xx')).toBe(ended(500, 503));
      expect(await stat('rx_reset')).toBe(ended('gave-up'));
      expect(await stat('completed')).toBe(requests - ended('gave-up'));
    },
  );

  it('the cluster of the client counts each request once, under the code of its answer', async () => {
    const stat = (suffix: string) => mesh.stat('buyer', `${client}.upstream_rq_${suffix}`);
    expect(await stat('total')).toBe(requests);
    expect(await stat('200')).toBe(ended(200, 'cut-off'));
    expect(await stat('201')).toBe(ended(201));
    expect(await stat('404')).toBe(ended(404));
    expect(await stat('500')).toBe(ended(500));
    expect(await stat('503')).toBe(ended(503));
    expect([await stat('2xx'), await stat('4xx'), await stat('5xx')]).toEqual([
      ended(200, 201, 'cut-off'),
      ended(404),
      ended(500, 503),
    ]);
  });

  it('the local cluster of the server does too', async () => {
    const stat = (suffix: string) => mesh.stat('store', `${local}.upstream_rq_${suffix}`);
    expect(await stat('total')).toBe(requests);
    expect(await stat('200')).toBe(ended(200, 'cut-off'));
    expect(await stat('5xx')).toBe(ended(500, 503));
  });

  it('/clusters adds up to the same number over the endpoints, and nothing is left active', async () => {
    for (const [pod, cluster] of [
      ['buyer', 'shop/store|9999'],
      ['store', 'shop/store|9999|local'],
    ] as const) {
      const lines = (await mesh.admin(pod, '/clusters')).body
        .split('\n')
        .filter((line) => line.startsWith(`${cluster}::`));
      const sumOf = (key: string) =>
        lines
          .filter((line) => line.includes(`::${key}::`))
          .reduce((sum, line) => sum + Number(line.split('::').at(-1)), 0);
      expect(sumOf('rq_active')).toBe(0);
      // One request came before the counters were set to zero; endpoints keep theirs.
      expect(sumOf('rq_total')).toBe(requests + 1);
    }
  });

  it('text, JSON and Prometheus say the same', async () => {
    const text = (await mesh.admin('buyer', '/stats')).body;
    const prometheus = (await mesh.admin('buyer', '/stats/prometheus')).body;
    expect(text).toContain(`${client}.upstream_rq_total: ${requests}\n`);
    expect(prometheus).toContain(`envoy_cluster_upstream_rq_total{envoy_cluster_name="shop/store|9999"} ${requests}\n`);
    expect(prometheus).toContain(
      `envoy_cluster_upstream_rq{envoy_response_code="404",envoy_cluster_name="shop/store|9999"} ${ended(404)}\n`,
    );
    expect(await mesh.stat('buyer', `${client}.upstream_rq_total`)).toBe(requests);
    expect(prometheus).toContain(
      `envoy_http_rds_outbound_80_downstream_rq_time_count{envoy_http_conn_manager_prefix="mesh-http-conn-manager"} ${requests + 1}\n`,
    );
  });

  it('times what was answered, and knows how many bytes came and went', async () => {
    const text = (await mesh.admin('buyer', '/stats/prometheus')).body;
    expect(text).toContain(
      `envoy_cluster_upstream_rq_time_count{envoy_cluster_name="shop/store|9999"} ${requests + 1 - ended('gave-up')}\n`,
    );
    const bytes = (name: string) => mesh.stat('buyer', `${client}.upstream_cx_${name}_bytes_total`);
    expect(await bytes('rx')).toBeGreaterThan(70_000 * ended(201));
    expect(await bytes('tx')).toBeGreaterThan(50 * requests);
    const app = (name: string) => mesh.stat('buyer', `${atClient}.downstream_cx_${name}`);
    // A client that hangs up takes its connection along; the others are kept.
    expect(await app('total')).toBeGreaterThan(ended('gave-up'));
    expect(await app('total')).toBeLessThan(requests);
    await vi.waitFor(async () => expect(await app('active')).toBe(0), { timeout: 30_000, interval: 20 });
    expect(await app('rx_bytes_total')).toBeGreaterThan(50 * requests);
  });

  it('every answered request is in osm_request_total under its code, and all of them in the durations', async () => {
    const text = (await mesh.admin('buyer', '/stats/prometheus')).body;
    const count = (code: number) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`response_code_${code}_`) && line.includes('_osm_request_total{'))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect([count(200), count(201), count(404), count(500), count(503)]).toEqual([
      ended(200, 'cut-off'),
      ended(201),
      ended(404),
      ended(500),
      ended(503),
    ]);
    expect(text).not.toContain('response_code_0_');
    const durations = text
      .split('\n')
      .filter((line) => line.includes('osm_request_duration_ms_count{'))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect(durations).toBe(requests + 1);
  });

  it('both access logs have one line per request', () => {
    for (const pod of ['buyer', 'store']) {
      const lines = mesh.envoyLog(pod).filter(({ method }) => method === 'GET');
      expect(lines).toHaveLength(requests + 1);
      expect(lines.filter(({ response_flags }) => response_flags === 'DC')).toHaveLength(ended('gave-up'));
    }
  });
});
