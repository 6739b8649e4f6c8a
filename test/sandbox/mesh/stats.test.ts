import { describe, expect, it } from 'vitest';
import { Histogram, supportedQuantiles } from '../../../src/sandbox/mesh/histogram.ts';
import { StatStore } from '../../../src/sandbox/mesh/stats.ts';
import { asJson, asPrometheus, asText } from '../../../src/sandbox/mesh/stats-pages.ts';

const quantileOf = (histogram: Histogram, wanted: 50 | 90 | 99, nowMs: number) =>
  histogram.read(nowMs).cumulative[supportedQuantiles.indexOf(wanted)];

describe('a histogram', () => {
  it('keeps count and sum exactly, and quantiles within five per cent', () => {
    const histogram = new Histogram('h', 'h', {});
    const values = Array.from({ length: 5000 }, (_, index) => (index * 7919) % 5000);
    for (const value of values) histogram.record(value, 1000);
    const { count, sum } = histogram.read(1000);
    expect({ count, sum }).toEqual({ count: 5000, sum: (4999 * 5000) / 2 });
    for (const [quantile, exact] of [
      [50, 2500],
      [90, 4500],
      [99, 4950],
    ] as const) {
      expect(Math.abs((quantileOf(histogram, quantile, 1000) ?? 0) - exact) / exact).toBeLessThan(0.05);
    }
  });

  it('counts in each Prometheus bucket exactly what is not above its boundary', () => {
    const histogram = new Histogram('h', 'h', {});
    for (const value of [0, 1, 5, 6, 25, 100, 240, 999, 70_000]) histogram.record(value, 0);
    const { cumulative } = histogram.read(0).buckets;
    expect(cumulative.slice(0, 9)).toEqual([1, 2, 3, 4, 5, 5, 6, 7, 7]);
  });

  it('tells the last whole interval of five seconds apart from all time', () => {
    const histogram = new Histogram('h', 'h', {});
    histogram.record(10, 1000);
    expect(histogram.read(4000).interval[9]).toBeUndefined();
    expect(histogram.read(6000).interval[9]).toBe(11);
    expect(histogram.read(12_000).interval[9]).toBeUndefined();
    expect(histogram.read(12_000).cumulative[9]).toBe(11);
  });
});

describe('the pages of statistics', () => {
  const store = new StatStore();
  const cluster = store.scope('cluster.shop/store|80', 'cluster', { envoy_cluster_name: 'shop/store|80' });
  cluster.counter('upstream_rq_total').value = 3;
  cluster.countCode('upstream_rq', 503, true);
  cluster.histogram('upstream_rq_time').record(7, 0);
  cluster.histogram('upstream_cx_connect_ms');
  store
    .prefixed('http', 'mesh-http-conn-manager.rds-inbound.80', 'envoy_http_conn_manager_prefix')
    .counter('downstream_rq_total');
  store.stat(
    'counter',
    'wasmcustom.response_code.200.osm_request_total',
    'response_code.200.osm_request_total',
    {},
    true,
  );
  const shown = { stats: store.list(), histograms: store.histograms(), buckets: 'none', nowMs: 0 } as const;

  it('as text list counters by name, then histograms as quantiles', () => {
    expect(asText(shown)).toContain(
      'cluster.shop/store|80.upstream_rq_5xx: 1\ncluster.shop/store|80.upstream_rq_total: 3\n',
    );
    expect(asText(shown)).toContain('cluster.shop/store|80.upstream_cx_connect_ms: No recorded values\n');
    expect(asText(shown)).toMatch(/upstream_rq_time: P0\(nan,7\) P25\(nan,7\.25\) .* P100\(nan,8\)\n$/);
  });

  it('as text with buckets count up, or each for itself', () => {
    expect(asText({ ...shown, buckets: 'cumulative' })).toMatch(/B5\(0,0\) B10\(0,1\) B25\(0,1\)/);
    expect(asText({ ...shown, buckets: 'disjoint' })).toMatch(/B5\(0,0\) B10\(0,1\) B25\(0,0\)/);
  });

  it('as JSON put all histograms into the last element', () => {
    const { stats } = JSON.parse(asJson(shown)) as {
      stats: { name?: string; histograms?: { computed_quantiles: object[] } }[];
    };
    expect(stats.at(-1)?.histograms?.computed_quantiles).toHaveLength(2);
    expect(stats.filter(({ name }) => name !== undefined)).toHaveLength(5);
  });

  it('for Prometheus take names apart as Envoy does, and leave those of WASM modules alone', () => {
    const text = asPrometheus(shown);
    expect(text).toContain('# TYPE envoy_cluster_upstream_rq_xx counter\n');
    expect(text).toContain(
      'envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="shop/store|80"} 1\n',
    );
    expect(text).toContain(
      'envoy_cluster_upstream_rq{envoy_response_code="503",envoy_cluster_name="shop/store|80"} 1\n',
    );
    expect(text).toContain(
      'envoy_http_rds_inbound_80_downstream_rq_total{envoy_http_conn_manager_prefix="mesh-http-conn-manager"} 0\n',
    );
    expect(text).toContain('\nresponse_code_200_osm_request_total{} 0\n');
    expect(text).toContain('envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="shop/store|80",le="10"} 1\n');
    expect(text).toContain('envoy_cluster_upstream_rq_time_sum{envoy_cluster_name="shop/store|80"} 7\n');
  });

  it('reset counters, not gauges or histograms', () => {
    const other = new StatStore();
    const [counter, gauge] = [other.stat('counter', 'c'), other.stat('gauge', 'g')];
    counter.value = 2;
    gauge.value = 4;
    other.histogram('h').record(1, 0);
    other.resetCounters();
    expect([counter.value, counter.used, gauge.value, other.histogram('h').count]).toEqual([0, true, 4, 1]);
  });
});
