import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import * as resources from '../../../../src/kube/resources.ts';
import type { RunningCluster } from '../../../../src/sandbox/cluster.ts';
import { apply, startMeshedCluster, untilReady } from '../../bookstore-cluster.ts';
import { hasPrometheus, PrometheusProcess, type Sample } from './prometheus-process.ts';

/**
 * The real Prometheus scrapes the bookstore's sidecars with the configuration that the project ships. CI installs it
 * (.ci/run) and fails without it; on another machine without it these tests are left out and counted as skipped.
 */
const present = hasPrometheus();
if (!present)
  console.warn(
    'LEFT OUT: no `prometheus` on the PATH, so a real one does not scrape the mesh (apt-get install prometheus)',
  );
const manifests = join(import.meta.dirname, '../../../../manifests');
const patient = { timeout: 30_000, interval: 250 };

let cluster: RunningCluster;
let prometheus: PrometheusProcess;
const folder = mkdtempSync(join(tmpdir(), 'meshwalk-prometheus-'));

describe.skipIf(!present && !process.env['CI'])('a real Prometheus', { timeout: 40_000 }, () => {
  beforeAll(async () => {
    if (!present) throw new Error('prometheus is not installed, and CI must not leave this out');
    cluster = await startMeshedCluster(join(folder, 'cluster'));
    for (const app of ['bookstore', 'bookbuyer', 'bookwarehouse']) await apply(cluster, `apps/${app}.yaml`);
    await untilReady(cluster, 'bookstore', 'bookbuyer', 'bookwarehouse', 'kube-system');
    prometheus = await PrometheusProcess.start(folder, cluster.access);
    await prometheus.discover();
  }, 90_000);

  afterAll(async () => {
    await prometheus?.close();
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Waits until a query has an answer that fits. */
  const until = (expression: string, fits: (samples: Sample[]) => boolean = (samples) => samples.length > 0) =>
    vi.waitFor(async () => {
      const samples = await prometheus.query(expression).catch((error: Error) => {
        throw new Error(`${expression}: ${error.message}`);
      });
      if (!fits(samples)) throw new Error(`${expression}: ${JSON.stringify(samples).slice(0, 500)}`);
      return samples;
    }, patient);

  it('finds each annotated pod once, through the API server, and scrapes it well', async () => {
    const annotated = () =>
      cluster.api
        .list(resources.pods)
        .filter(({ metadata }) => metadata.annotations?.['prometheus.io/scrape'] === 'true')
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .sort();
    const up = await until('up{job="kubernetes-pods"} == 1', (samples) => samples.length === annotated().length);
    expect(up.map(({ metric }) => metric['instance']).sort()).toEqual(annotated());
    expect(annotated().some((pod) => pod.startsWith('bookbuyer/'))).toBe(true);
  });

  it("has the sidecars' counters with OSM's labels for where they come from", async () => {
    const [found] = await until(
      'envoy_cluster_upstream_rq_total{source_service="bookbuyer",envoy_cluster_name="bookstore/bookstore|14001"}',
      (samples) => (samples[0]?.value ?? 0) > 0,
    );
    expect(found?.metric).toMatchObject({
      source_namespace: 'bookbuyer',
      source_workload_kind: 'Deployment',
      source_workload_name: 'bookbuyer',
    });
  });

  it('has who asked whom, as labels again and not in the name', async () => {
    const [found] = await until(
      'osm_request_total{source_name="bookbuyer",response_code="200"}',
      (samples) => (samples[0]?.value ?? 0) > 0,
    );
    expect(found?.metric).toMatchObject({
      source_namespace: 'bookbuyer',
      source_kind: 'Deployment',
      destination_namespace: 'bookstore',
      destination_kind: 'Deployment',
      destination_name: 'bookstore',
    });
    expect(found?.metric['destination_pod']).toMatch(/^bookstore_/);
  });

  it('answers each query of the dashboards', async () => {
    interface Queries {
      variables: Record<string, { sample: string }>;
      dashboards: { title: string; panels: { title: string; query: string }[] }[];
    }
    const { variables, dashboards } = parse(
      readFileSync(join(manifests, 'observe/dashboard-queries.yaml'), 'utf8'),
    ) as Queries;
    const filled = (query: string) =>
      query.replaceAll(/\$([a-z_]+)/g, (_, name: string) => variables[name]?.sample ?? `no variable ${name}`);
    // An error has no series before it happens, and nobody fails here.
    const mayBeEmpty = ['Failure Count', 'Rate of Increase of OSM Errors'];
    for (const { panels } of dashboards) {
      for (const { title, query } of panels) {
        await until(filled(query), (samples) => samples.length > 0 || mayBeEmpty.includes(title));
      }
    }
  }, 120_000);

  it('computes a rate and a latency that can be true', async () => {
    const rate = 'sum(rate(osm_request_total{source_name="bookbuyer"}[1m]))';
    const [requests] = await until(rate, ([one]) => (one?.value ?? 0) > 0);
    expect(requests?.value).toBeLessThan(10_000);
    const p99 =
      'histogram_quantile(0.99, sum(rate(osm_request_duration_ms_bucket{source_name="bookbuyer"}[1m])) by (le))';
    const [latency] = await until(p99, ([one]) => Number.isFinite(one?.value));
    expect(latency?.value).toBeGreaterThan(0);
  });
});
