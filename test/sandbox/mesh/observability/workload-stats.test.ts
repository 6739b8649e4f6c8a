import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';

/** OSM's WASM metrics (9.1) and the osm-stats-* headers that feed them (5.11). */
let mesh: MeshCluster;
let storePod: string;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'bare', { image: 'test/echo' });
  await mesh.service('shop', 'bare', { port: 81, targetPort: 14001 });
  await mesh.api.create(resources.serviceAccounts, { metadata: { name: 'store', namespace: 'shop' } });
  await mesh.api.create(resources.deployments, {
    metadata: { name: 'store-v1', namespace: 'shop' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'store' } },
      template: {
        metadata: { labels: { app: 'store' } },
        spec: { serviceAccountName: 'store', containers: [{ name: 'app', image: 'test/echo' }] },
      },
    },
  } as never);
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
  await eventually(() => mesh.call('buyer', 'bare.shop:81'), 200);
  await mesh.namespace('outside', false);
  await mesh.pod('outside', 'stranger');
  await mesh.service('outside', 'stranger', { port: 8080 });
  storePod =
    mesh.api.list(resources.pods).find(({ metadata }) => metadata.labels?.['app'] === 'store')?.metadata.name ?? '';
});

afterAll(() => mesh.close());

/** `osm_request_total` of the buyer's sidecar by the text that OSM's Prometheus configuration takes apart. */
async function totals(): Promise<Map<string, number>> {
  const { body } = await mesh.admin('buyer', '/stats/prometheus');
  const lines = body.split('\n').filter((line) => /^response_code_.*_osm_request_total\{\} \d+$/.test(line));
  return new Map(lines.map((line) => [line.replace(/\{.*/, ''), Number(line.split(' ')[1])]));
}

const destination = (namespace: string, kind: string, name: string, pod: string) =>
  `destination_namespace_${namespace}_destination_kind_${kind}_destination_name_${name}_destination_pod_${pod}`;
const source = 'source_namespace_shop_source_kind_unknown_source_name_unknown_source_pod_buyer';
const underscored = (text: string) => text.replaceAll('-', '_');
const total = (code: number, to: string) => `response_code_${code}_${source}_${to}_osm_request_total`;

/** Calls and says which counter moved, by how much. */
async function moved(call: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await totals();
  await call();
  const after = await totals();
  return Object.fromEntries(
    [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const).filter(([, by]) => by !== 0),
  );
}

describe('osm_request_total and osm_request_duration_ms', () => {
  it('name both workloads: a ReplicaSet as its Deployment without the hash, a bare pod as unknown, - as _', async () => {
    expect(await moved(() => mesh.call('buyer', 'store.shop:80'))).toEqual({
      [total(200, destination('shop', 'Deployment', 'store_v1', underscored(storePod)))]: 1,
    });
    expect(await moved(() => mesh.call('buyer', 'bare.shop:81'))).toEqual({
      [total(200, destination('shop', 'unknown', 'unknown', 'bare'))]: 1,
    });
  });

  it('come with a histogram under the same labels less the code, which no sidecar of a server has', async () => {
    const text = (await mesh.admin('buyer', '/stats/prometheus')).body;
    const name = `${source}_${destination('shop', 'Deployment', 'store_v1', underscored(storePod))}_osm_request_duration_ms`;
    expect(text).toContain(`# TYPE ${name} histogram\n`);
    expect(text).toMatch(new RegExp(`${name}_bucket\\{le="\\+Inf"\\} [1-9]`));
    expect((await mesh.admin('bare', '/stats')).body).not.toContain('osm_request');
  });

  it('live under wasmcustom on the page of plain statistics [derived]', async () => {
    const text = (await mesh.admin('buyer', '/stats?filter=osm_request_total')).body;
    expect(text).toMatch(
      /^wasmcustom\.response_code\.200\.source_namespace\.shop\.source_kind\.unknown\..*\.destination_pod\.bare\.osm_request_total: \d+$/m,
    );
  });

  it("count the client sidecar's own answers as going to unknown", async () => {
    const unknown = destination('unknown', 'unknown', 'unknown', 'unknown');
    expect(await moved(() => mesh.call('buyer', 'nobody', { to: 'store.shop:80' }))).toEqual({
      [total(404, unknown)]: 1,
    });
  });

  it("count the server sidecar's own answers as going to unknown too [derived]", async () => {
    await mesh.pod('shop', 'deaf', { image: 'test/echo', port: 7777 });
    await mesh.service('shop', 'deaf', { port: 82, targetPort: 14001 });
    await eventually(() => mesh.call('buyer', 'deaf.shop:82'), 503);
    const unknown = destination('unknown', 'unknown', 'unknown', 'unknown');
    let seen: Awaited<ReturnType<MeshCluster['call']>> | undefined;
    const change = await moved(async () => {
      seen = await mesh.call('buyer', 'deaf.shop:82');
    });
    expect(change).toEqual({ [total(503, unknown)]: 1 });
    if (seen?.type !== 'answer') throw new Error(seen?.type);
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
  });
});

describe('the headers osm-stats-*', () => {
  it('tell the server app its own workload, whatever the client app sent under these names [derived]', async () => {
    const seen = await mesh.call('buyer', 'store.shop:80', {
      headers: { 'osm-stats-pod': 'liar', 'osm-stats-kind': 'x' },
    });
    if (seen.type !== 'answer') throw new Error(seen.type);
    const { headers } = JSON.parse(seen.body) as { headers: Record<string, string> };
    expect(headers).toMatchObject({
      'osm-stats-pod': storePod,
      'osm-stats-namespace': 'shop',
      'osm-stats-kind': 'Deployment',
      'osm-stats-name': 'store-v1',
    });
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
  });

  it("leave the mesh with nobody: the client's sidecar strips what its app sent, so that an egress host never sees it", async () => {
    let reached: Record<string, unknown> = {};
    const server = createServer((request, response) => {
      reached = request.headers;
      response.end();
    });
    await mesh.inside('stranger').sockets.listen(8080, ({ socket }) => server.emit('connection', socket));
    await mesh.apply(kinds.egresses, {
      metadata: { name: 'stranger', namespace: 'shop' },
      spec: {
        sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }],
        hosts: ['stranger.outside.svc.cluster.local'],
        ports: [{ number: 8080, protocol: 'http' }],
      },
    });
    const call = () =>
      mesh.call('buyer', 'stranger.outside.svc.cluster.local:8080', {
        headers: { 'osm-stats-pod': 'buyer', 'x-mine': 'kept' },
      });
    await vi.waitFor(
      async () => {
        const seen = await call();
        // Through the policy's connection manager, not through passthrough.
        expect(seen.type === 'answer' && seen.headers['server']).toBe('envoy');
      },
      { timeout: 30_000, interval: 20 },
    );
    expect(reached).toMatchObject({ 'x-mine': 'kept' });
    expect(Object.keys(reached).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
  });

  it('and the metrics are gone, live, when enableWASMStats is switched off', async () => {
    await mesh.api.modify(kinds.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
      draft.spec = { ...draft.spec, featureFlags: { ...draft.spec?.featureFlags, enableWASMStats: false } };
    });
    await vi.waitFor(
      async () => {
        const seen = await mesh.call('buyer', 'store.shop:80');
        expect(seen.type === 'answer' && seen.body).not.toContain('osm-stats');
      },
      { timeout: 30_000, interval: 20 },
    );
    expect(await moved(() => mesh.call('buyer', 'store.shop:80'))).toEqual({});
  });
});
