import { describe, expect, it } from 'vitest';
import { countsOf, quantile, type Reading, ratesBetween, seriesOf } from '../../src/check/traffic/request-series.ts';
import { StatStore } from '../../src/sandbox/mesh/stats.ts';
import { asPrometheus } from '../../src/sandbox/mesh/stats-pages.ts';

/** A sidecar's page after so many answers of each class, each of them taking so long. */
function page(service: string, ok: number, failed: number, tookMs = 3): string {
  const store = new StatStore();
  const cluster = store.scope(`cluster.${service}|14001`, 'cluster', { envoy_cluster_name: `${service}|14001` });
  cluster.counter('upstream_rq_total').value = ok + failed;
  for (let count = 0; count < ok; count++) cluster.countCode('upstream_rq', 200, true);
  for (let count = 0; count < failed; count++) cluster.countCode('upstream_rq', 503, true);
  for (let count = 0; count < ok + failed; count++) cluster.histogram('upstream_rq_time').record(tookMs, 0);
  const own = store.scope('cluster.shop/self|80|local', 'cluster', { envoy_cluster_name: 'shop/self|80|local' });
  own.counter('upstream_rq_total').value = 99;
  return asPrometheus({ stats: store.list(), histograms: store.histograms(), buckets: 'none', nowMs: 0 });
}

const reading = (atMs: number, pages: Record<string, string>): Reading => ({
  atMs,
  sidecars: new Map(Object.entries(pages).map(([uid, text]) => [uid, countsOf(text)])),
});

describe("requests from sidecars' pages", () => {
  it('are read per service, without the sidecar’s own app', () => {
    const counts = countsOf(page('shop/store', 7, 2));
    expect([...counts.keys()]).toEqual(['shop/store']);
    expect(counts.get('shop/store')).toMatchObject({ requests: 9, answers: { 2: 7, 5: 2 } });
    expect(counts.get('shop/store')?.buckets.get(5)).toBe(9);
    expect(counts.get('shop/store')?.buckets.get(1)).toBe(0);
  });

  it('become rates between two looks, all clients together', () => {
    const before = reading(0, { a: page('shop/store', 10, 0), b: page('shop/store', 0, 0) });
    const after = reading(2000, { a: page('shop/store', 16, 0), b: page('shop/store', 2, 2) });
    expect(ratesBetween(before, after).get('shop/store')).toMatchObject({ requestsPerSecond: 5, success: 0.8 });
  });

  it('leave out what a sidecar counted before it was first seen, and begin anew with one that restarted', () => {
    const before = reading(0, { old: page('shop/store', 100, 0) });
    const after = reading(1000, { old: page('shop/store', 4, 0), fresh: page('shop/store', 50, 0) });
    expect(ratesBetween(before, after).get('shop/store')).toMatchObject({ requestsPerSecond: 4, success: 1 });
  });

  it('have no share of success and no latency where nothing was answered', () => {
    const silent = reading(0, { a: page('shop/store', 5, 0) });
    const rates = ratesBetween(silent, { ...silent, atMs: 1000 }).get('shop/store');
    expect(rates).toEqual({
      requestsPerSecond: 0,
      success: undefined,
      latencyMs: { p50: undefined, p90: undefined, p99: undefined },
    });
  });

  it('make a series with a step between each two looks, and the whole from first to last', () => {
    const looks = [0, 2, 8].map((count, index) => reading(index * 1000, { a: page('shop/store', count, 0) }));
    const [series] = seriesOf(looks);
    expect(series?.steps.map((step) => step?.requestsPerSecond)).toEqual([2, 6]);
    expect(series?.whole.requestsPerSecond).toBe(4);
    expect(seriesOf(looks.slice(0, 1))).toEqual([]);
  });
});

describe('a quantile of buckets', () => {
  const infinity = Number.POSITIVE_INFINITY;

  it('lies inside its bucket, in proportion', () => {
    const buckets = new Map([
      [1, 0],
      [5, 50],
      [10, 100],
      [infinity, 100],
    ]);
    expect(quantile(buckets, 0.5)).toBe(5);
    expect(quantile(buckets, 0.9)).toBe(9);
    expect(quantile(buckets, 0.25)).toBe(3);
  });

  it('is the highest boundary when it lies beyond, and nothing without recordings', () => {
    const beyond = new Map([
      [10, 1],
      [infinity, 100],
    ]);
    expect(quantile(beyond, 0.9)).toBe(10);
    expect(quantile(new Map([[infinity, 0]]), 0.5)).toBeUndefined();
  });
});
