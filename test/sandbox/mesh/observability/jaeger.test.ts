import { createServer, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Pod } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import type { JaegerTrace } from '../../../../src/sandbox/node/images/jaeger-traces.ts';
import { eventually, fetchOver, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';

/** A trace over three services, from the sidecars to Jaeger's query API. */
let mesh: MeshCluster;
let jaeger: Pod;

const traceHeaders = ['x-request-id', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled'];

/** An app that calls the next service for each request and passes the trace's headers on, as OSM's demo does. */
async function relay(pod: string, port: number, next: string): Promise<void> {
  const { sockets } = mesh.inside(pod);
  const [host = '', nextPort = '80'] = next.split(':');
  const server = createServer((request, response) => {
    const passed = Object.fromEntries(
      traceHeaders.flatMap((name) => (request.headers[name] ? [[name, request.headers[name]]] : [])),
    );
    sockets.connect(host, Number(nextPort)).then(
      (socket) => {
        const onward = httpRequest({
          path: '/stock',
          headers: { host: next, ...passed, connection: 'close' },
          createConnection: () => socket,
        });
        onward.on('response', (answer) => {
          answer.resume();
          answer.on('end', () =>
            response.writeHead(answer.statusCode ?? 0).end(String(request.headers['x-b3-traceid'])),
          );
        });
        onward.end();
      },
      () => response.writeHead(502).end(),
    );
  });
  await sockets.listen(port, ({ socket }) => server.emit('connection', socket));
}

async function ask<T>(
  path: string,
): Promise<{ status: number; data: T; errors: { code: number; msg: string }[] | null }> {
  const socket = await mesh.network.connectInside(jaeger.metadata.uid ?? '', 16686);
  const seen = await fetchOver(socket, 'localhost', { path, headers: { connection: 'close' } });
  if (seen.type !== 'answer') throw new Error(seen.type);
  return { status: seen.status, ...(JSON.parse(seen.body) as { data: T; errors: null }) };
}

async function post(port: number, path: string, body: string, method = 'POST'): Promise<number> {
  const socket = await mesh.network.connectInside(jaeger.metadata.uid ?? '', port);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method,
      path,
      headers: { host: 'jaeger', 'content-type': 'application/json', connection: 'close' },
      createConnection: () => socket,
    });
    request.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    request.on('error', reject);
    request.end(body);
  });
}

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.api.create(resources.pods, {
    metadata: { name: 'jaeger', namespace: 'kube-system', labels: { app: 'jaeger' } },
    spec: {
      containers: [{ name: 'jaeger', image: 'jaegertracing/all-in-one', args: ['--collector.zipkin.host-port=9411'] }],
    },
  } as Pod);
  await mesh.service('kube-system', 'jaeger', { port: 9411 });
  jaeger = await vi.waitFor(() => {
    const pod = mesh.api.get(resources.pods, 'jaeger', 'kube-system');
    if (!pod?.status?.containerStatuses?.[0]?.ready) throw new Error('no jaeger yet');
    return pod;
  });
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store');
  await mesh.service('shop', 'store', { port: 80, targetPort: 9999 });
  await mesh.pod('shop', 'warehouse', { image: 'test/echo' });
  await mesh.service('shop', 'warehouse', { port: 80, targetPort: 14001 });
  await relay('store', 9999, 'warehouse.shop:80');
  await mesh.api.modify(kinds.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
    draft.spec = { ...draft.spec, observability: { ...draft.spec?.observability, tracing: { enable: true } } };
  });
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
});

afterAll(() => mesh.close());

/** All four spans of a request to the store; what the sidecars hold back is pushed out by more requests. */
async function wholeTrace(): Promise<JaegerTrace> {
  return vi.waitFor(
    async () => {
      const seen = await mesh.call('buyer', 'store.shop:80', { path: '/buy' });
      const id = seen.type === 'answer' ? seen.body : '';
      for (let call = 0; call < 5; call++) await mesh.call('buyer', 'store.shop:80', { path: '/more' });
      const { data } = await ask<JaegerTrace[] | null>(`/api/traces/${id}`);
      const trace = data?.[0];
      if (trace?.spans.length !== 4) throw new Error(`${trace?.spans.length} of 4 spans of ${id}`);
      return trace;
    },
    { timeout: 30_000, interval: 20 },
  );
}

describe("Jaeger's query API", () => {
  it('shows a request over three services as one trace of four spans, each the child of the one before', async () => {
    const { spans, processes, traceID } = await wholeTrace();
    expect(new Set(spans.map((span) => span.spanID)).size).toBe(4);
    const chain = [spans.find(({ references }) => references.length === 0)];
    while (chain.length < 4) {
      chain.push(spans.find(({ references }) => references[0]?.spanID === chain.at(-1)?.spanID));
    }
    const steps = chain.map((span) => {
      const kind = span?.tags.find(({ key }) => key === 'span.kind')?.value;
      return `${kind} ${processes[span?.processID ?? '']?.serviceName.split('.')[0]} ${span?.operationName}`;
    });
    expect(steps).toEqual([
      'client buyer store.shop:80',
      'server store store.shop:80',
      'client store warehouse.shop:80',
      'server warehouse warehouse.shop:80',
    ]);
    expect(spans.every((span) => span.traceID === traceID)).toBe(true);
  });

  it('lists services and operations, and finds traces by operation, tags and duration, newest first', async () => {
    const { traceID } = await wholeTrace();
    const services = (await ask<string[]>('/api/services')).data;
    expect(services.map((name) => name.split('.')[0])).toEqual(['buyer', 'store', 'warehouse']);
    const buyer = encodeURIComponent(services[0] ?? '');
    expect((await ask<string[]>(`/api/services/${buyer}/operations`)).data).toEqual(['store.shop:80']);
    const find = async (query: string) =>
      (await ask<JaegerTrace[]>(`/api/traces?service=${buyer}&${query}`)).data.map((trace) => trace.traceID);
    expect(await find('limit=500')).toContain(traceID);
    expect(await find('limit=1')).toHaveLength(1);
    const tags = encodeURIComponent(JSON.stringify({ 'http.url': 'http://store.shop:80/buy' }));
    expect(await find(`limit=500&tags=${tags}`)).toContain(traceID);
    expect(await find(`operation=nothing`)).toEqual([]);
    expect(await find(`minDuration=1h`)).toEqual([]);
    const [first = 0, second = 0] = (await ask<JaegerTrace[]>(`/api/traces?service=${buyer}&limit=2`)).data.map(
      ({ spans }) => spans[0]?.startTime,
    );
    expect(first).toBeGreaterThanOrEqual(second);
  });

  it('tells who calls whom', async () => {
    await wholeTrace();
    const { data } = await ask<{ parent: string; child: string; callCount: number }[]>(
      '/api/dependencies?lookback=600000',
    );
    expect(data.map(({ parent, child }) => `${parent.split('.')[0]} ${child.split('.')[0]}`).sort()).toEqual([
      'buyer store',
      'store warehouse',
    ]);
  });

  it('answers what it does not have in its own words', async () => {
    expect(await ask('/api/traces/00000000000000ff')).toMatchObject({
      status: 404,
      data: null,
      errors: [{ code: 404, msg: 'trace not found' }],
    });
    expect(await ask('/api/traces')).toMatchObject({
      status: 400,
      errors: [{ msg: "parameter 'service' is required" }],
    });
    expect(await ask('/api/traces?service=x&tags=[]')).toMatchObject({ status: 400 });
    expect(await ask('/api/nothing')).toMatchObject({ status: 404 });
    expect(await ask('/api/%')).toMatchObject({ status: 400 });
    expect(await post(16686, '//', '', 'GET')).toBe(404);
  });

  it('takes spans of any Zipkin client, and refuses what is none', async () => {
    const span = {
      traceId: '00000000000000aa',
      id: '00000000000000ab',
      name: 'job',
      localEndpoint: { serviceName: 'cron' },
      tags: { error: 'true' },
    };
    expect(await post(9411, '/api/v2/spans', JSON.stringify([span]))).toBe(202);
    const { data } = await ask<JaegerTrace[]>('/api/traces/aa');
    expect(data[0]?.spans[0]?.tags).toContainEqual({ key: 'error', type: 'bool', value: true });
    expect(await post(9411, '/api/v2/spans', '{"not":"a list"}')).toBe(400);
    expect(await post(9411, '/api/v2/spans', '[{"traceId":"zz"}]')).toBe(400);
    expect(await post(9411, '/api/v2/spans', '', 'PUT')).toBe(405);
    expect(await post(9411, '/nothing', '[]')).toBe(404);
  });
});
