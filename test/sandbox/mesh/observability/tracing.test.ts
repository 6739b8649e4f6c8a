import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import type { ZipkinSpan } from '../../../../src/sandbox/mesh/tracing/zipkin-span.ts';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';
import { type Collector, collectSpans } from './collector.ts';

/** Tracing (9.4, 5.11): spans of both sidecars at a collector outside the mesh, and the headers that tie them together. */
let mesh: MeshCluster;
let collector: Collector;

const tracing = (change: object) =>
  mesh.api.modify(kinds.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
    draft.spec = { ...draft.spec, observability: { ...draft.spec?.observability, tracing: change } };
  });

/** The headers that reached the server's app. */
async function reached(headers: Record<string, string> = {}, path = '/'): Promise<Record<string, string>> {
  const seen = await mesh.call('buyer', 'store.shop:80', { headers, path });
  if (seen.type !== 'answer') throw new Error(seen.type);
  return (JSON.parse(seen.body) as { headers: Record<string, string> }).headers;
}

const spansOf = (traceId: string | undefined): ZipkinSpan[] =>
  collector.spans.filter((span) => span.traceId === traceId);

/** Both sidecars send in batches of five or after five seconds; more requests push what is waiting. */
async function bothSpansOf(traceId: string | undefined): Promise<{ client: ZipkinSpan; server: ZipkinSpan }> {
  return vi.waitFor(
    async () => {
      await reached();
      const [client, server] = (['CLIENT', 'SERVER'] as const).map((kind) =>
        spansOf(traceId).find((span) => span.kind === kind),
      );
      if (!client || !server) throw new Error(`${collector.spans.length} spans, none or one of ${traceId}`);
      return { client, server };
    },
    { timeout: 30_000, interval: 20 },
  );
}

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.namespace('tracing', false);
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await mesh.pod('tracing', 'collector');
  await mesh.service('tracing', 'collector', { port: 9999 });
  collector = await collectSpans(mesh.inside('collector'), 9999);
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
});

afterAll(() => mesh.close());

describe('tracing', () => {
  it('off by default: no b3 headers, no cluster', async () => {
    expect(Object.keys(await reached()).filter((name) => name.startsWith('x-b3'))).toEqual([]);
    expect((await mesh.admin('buyer', '/clusters')).body).not.toContain('envoy-tracing-cluster');
  });

  it("switched on live: sidecars make 64-bit traces and say which collector, with OSM's defaults where nothing is said", async () => {
    await tracing({ enable: true });
    await vi.waitFor(async () => expect(await reached()).toHaveProperty('x-b3-traceid'), {
      timeout: 30_000,
      interval: 20,
    });
    await vi.waitFor(
      async () =>
        expect((await mesh.admin('buyer', '/config_dump')).body).toContain(
          '"address": "jaeger.kube-system.svc.cluster.local"',
        ),
      { timeout: 30_000, interval: 20 },
    );
    const dump = (await mesh.admin('buyer', '/config_dump')).body;
    expect(dump).toContain('"port_value": 9411');
    expect(dump).toContain('"collector_endpoint": "/api/v2/spans"');
    await tracing({ enable: true, address: 'collector.tracing', port: 9999, endpoint: '/my spans' });
    await vi.waitFor(
      async () => {
        await reached();
        expect(collector.posts.length).toBeGreaterThan(0);
      },
      { timeout: 30_000, interval: 20 },
    );
    expect(collector.posts[0]).toMatchObject({
      path: '/my%20spans',
      host: 'envoy-tracing-cluster',
      type: 'application/json',
    });
  });

  it('begins a trace whose first span has its id, shared by client and server [derived]', async () => {
    const headers = await reached({ 'user-agent': 'curl/8' }, '/first?x=1');
    expect(headers['x-b3-traceid']).toMatch(/^[0-9a-f]{16}$/);
    expect(headers['x-b3-spanid']).toBe(headers['x-b3-traceid']);
    expect(headers['x-b3-parentspanid']).toBeUndefined();
    expect(headers['x-b3-sampled']).toBe('1');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-9[0-9a-f]{3}-/);
    const { client, server } = await bothSpansOf(headers['x-b3-traceid']);
    expect(client).toMatchObject({ id: headers['x-b3-spanid'], name: 'store.shop:80', kind: 'CLIENT' });
    expect(client.parentId).toBeUndefined();
    expect(client.shared).toBeUndefined();
    expect(server).toMatchObject({ id: client.id, kind: 'SERVER', shared: true });
    expect(client.tags).toMatchObject({
      component: 'proxy',
      'http.url': 'http://store.shop:80/first?x=1',
      'http.status_code': '200',
      user_agent: 'curl/8',
      upstream_cluster: 'shop/store|14001',
      'guid:x-request-id': headers['x-request-id'],
    });
    expect(server.tags['upstream_cluster']).toBe('shop/store|14001|local');
    expect(client.localEndpoint).toMatchObject({ ipv4: mesh.inside('buyer').sockets.podIp });
    expect(client.localEndpoint.serviceName).toMatch(/^buyer\./);
    expect(server.timestamp).toBeGreaterThanOrEqual(client.timestamp);
  });

  it('continues the trace that the app brings: a child at the client, shared by the server', async () => {
    const parent = { 'x-b3-traceid': '463ac35c9f6413ad48485a3953bb6124', 'x-b3-spanid': 'a2fb4a1d1a96d312' };
    const headers = await reached({ ...parent, 'x-b3-sampled': '1' });
    expect(headers).toMatchObject({
      'x-b3-traceid': parent['x-b3-traceid'],
      'x-b3-parentspanid': parent['x-b3-spanid'],
    });
    expect(headers['x-b3-spanid']).not.toBe(parent['x-b3-spanid']);
    const { client, server } = await bothSpansOf(parent['x-b3-traceid']);
    expect([client.parentId, server.parentId]).toEqual([parent['x-b3-spanid'], parent['x-b3-spanid']]);
    expect(server.id).toBe(client.id);
  });

  it('takes the single b3 header too, and sends nothing of a trace that is not sampled', async () => {
    const headers = await reached({ b3: '80f198ee56343ba8-e457b5a2e4d86bd1-0' });
    expect(headers).toMatchObject({ 'x-b3-traceid': '80f198ee56343ba8', 'x-b3-sampled': '0' });
    const later = await reached();
    await bothSpansOf(later['x-b3-traceid']);
    expect(spansOf('80f198ee56343ba8')).toEqual([]);
  });

  it('leaves a request alone whose b3 headers make no sense', async () => {
    const headers = await reached({ 'x-b3-traceid': 'not-hexadecimal!', 'x-b3-spanid': 'x' });
    expect(headers['x-b3-sampled']).toBeUndefined();
  });

  it('marks answers of 500 and above as errors', async () => {
    await mesh.service('shop', 'ghost', { port: 83, targetPort: 14001 });
    await eventually(() => mesh.call('buyer', 'ghost.shop:83'), 503);
    await vi.waitFor(
      async () => {
        await reached();
        expect(collector.spans.find(({ name }) => name === 'ghost.shop:83')?.tags).toMatchObject({
          error: 'true',
          'http.status_code': '503',
          response_flags: 'UH',
        });
      },
      { timeout: 30_000, interval: 20 },
    );
  });

  it('counts what was sent, dropped and failed', async () => {
    const stat = (name: string) => mesh.stat('buyer', `tracing.zipkin.${name}`);
    expect(await stat('reports_sent')).toBeGreaterThan(0);
    const [dropped, failed] = [await stat('reports_dropped'), await stat('reports_failed')];
    collector.answerWith(500);
    const push = (name: string, than: number) =>
      vi.waitFor(
        async () => {
          await reached();
          expect(await stat(name)).toBeGreaterThan(than);
        },
        { timeout: 30_000, interval: 20 },
      );
    await push('reports_dropped', dropped);
    collector.answerWith(202);
    await tracing({ enable: true, address: 'nowhere.tracing', port: 1, endpoint: '/spans' });
    await push('reports_failed', failed);
  });

  it('switched off live: the headers and the cluster go', async () => {
    await tracing({ enable: false });
    await vi.waitFor(async () => expect(await reached()).not.toHaveProperty('x-b3-traceid'), {
      timeout: 30_000,
      interval: 20,
    });
    await vi.waitFor(
      async () => expect((await mesh.admin('buyer', '/clusters')).body).not.toContain('envoy-tracing-cluster'),
      { timeout: 30_000, interval: 20 },
    );
  });
});
