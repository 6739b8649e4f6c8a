import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { Stage } from './cluster-state.ts';
import { call, talk } from './observation.ts';
import { any, anyRoute, target } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';
import { having, openShop, web } from './shop.ts';

let stage: Stage;

const base = having(openShop, {
  pods: { 'shop/deaf': { image: 'test/echo', port: 7777 }, 'shop/bytes': { image: 'test/tcp-echo' } },
  services: {
    'shop/deaf': { ports: [web] },
    'shop/ghost': { ports: [web] },
    'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
  },
});

const store = 'http://store.shop/path?query=1';
const pair = ['buyer', 'store'] as const;
const ofRequest = (lines: Record<string, unknown>[] | undefined) => lines?.find((line) => line['method'] !== null);
const ofConnection = (lines: Record<string, unknown>[] | undefined) => lines?.filter((line) => line['method'] === null);

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.13 the access log', () => {
  row('5.13 keys', 'nineteen keys, counts as numbers, what is missing as null', async () => {
    await stage.given(base);
    const { log } = await call(stage.mesh, pair, store, {
      method: 'POST',
      body: 'four',
      headers: { 'user-agent': 'row' },
    });
    for (const pod of pair) {
      const line = ofRequest(log[pod]) ?? {};
      expect(line).toEqual({
        start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        method: 'POST',
        path: '/path?query=1',
        protocol: 'HTTP/1.1',
        response_code: 200,
        response_code_details: 'via_upstream',
        time_to_first_byte: expect.any(Number),
        upstream_cluster: expect.stringContaining('shop/store|14001'),
        response_flags: '-',
        bytes_received: 4,
        bytes_sent: expect.any(Number),
        duration: expect.any(Number),
        upstream_service_time: expect.stringMatching(/^\d+$/),
        x_forwarded_for: null,
        user_agent: 'row',
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        requested_server_name: pod === 'buyer' ? null : 'store.shop.svc.cluster.local',
        authority: 'store.shop',
        upstream_host: expect.stringMatching(/:14001$/),
      });
      expect(line['bytes_sent']).toBeGreaterThan(50);
      expect(line['duration']).toBeGreaterThanOrEqual(line['time_to_first_byte'] as number);
    }
    expect(ofRequest(log['buyer'])?.['request_id']).toBe(ofRequest(log['store'])?.['request_id']);
  });

  row('5.13 sides', "the client's upstream is the pod, the server's is loopback", async () => {
    await stage.given(base);
    const { log } = await call(stage.mesh, pair, store);
    const ip = stage.mesh.inside('store').sockets.podIp;
    expect(ofRequest(log['buyer'])).toMatchObject({
      upstream_cluster: 'shop/store|14001',
      upstream_host: `${ip}:14001`,
      requested_server_name: null,
    });
    expect(ofRequest(log['store'])).toMatchObject({
      upstream_cluster: 'shop/store|14001|local',
      upstream_host: '127.0.0.1:14001',
    });
  });

  row('5.13 passthrough', 'the original destination is the upstream, and nobody knows what was said', async () => {
    await stage.given(base);
    const { log } = await call(stage.mesh, ['buyer'], 'http://plain.outside/');
    expect(log['buyer']).toEqual([
      expect.objectContaining({
        method: null,
        path: null,
        protocol: null,
        authority: null,
        response_code: 0,
        upstream_cluster: 'passthrough-outbound',
        upstream_host: expect.stringMatching(/^10\.0\.\d+\.\d+:80$/),
        bytes_received: expect.any(Number),
      }),
    ]);
    expect(ofConnection(log['buyer'])?.[0]?.['bytes_sent']).toBeGreaterThan(100);
  });

  row('5.13 flags', 'each way to fail has its flag and its details', async () => {
    await stage.given(base);
    const failing = async (url: string, headers: Record<string, string> = {}) =>
      ofRequest((await call(stage.mesh, ['buyer'], url, { headers })).log['buyer']);
    expect(await failing(store, { host: 'nobody' })).toMatchObject({
      response_flags: 'NR',
      response_code_details: 'route_not_found',
      upstream_cluster: null,
      upstream_host: null,
      upstream_service_time: null,
    });
    expect(await failing('http://ghost.shop/')).toMatchObject({
      response_flags: 'UH',
      response_code_details: 'no_healthy_upstream',
      upstream_cluster: 'shop/ghost|0',
      upstream_host: null,
    });
    expect(await failing('http://deaf.shop/')).toMatchObject({
      response_flags: '-',
      response_code_details: 'via_upstream',
    });
    const { log } = await call(stage.mesh, ['buyer', 'deaf'], 'http://deaf.shop/');
    expect(ofRequest(log['deaf'])).toMatchObject({
      response_flags: 'UF',
      response_code_details: expect.stringMatching(/^upstream_reset_before_response_started\{connection_failure/),
    });
  });

  row('5.13 connection lines', "the client's connection is a line of its own when it closes", async () => {
    await stage.given(base);
    const { log } = await call(stage.mesh, pair, store);
    expect(ofConnection(log['buyer'])).toEqual([
      expect.objectContaining({
        protocol: null,
        response_code: 0,
        response_flags: '-',
        response_code_details: null,
        upstream_cluster: null,
        upstream_host: null,
        request_id: null,
      }),
    ]);
    // The server's connection is the client sidecar's, which keeps it for the next request.
    expect(ofConnection(log['store'])).toEqual([]);
  });

  row('5.13 connection lines', 'a connection that the server refuses has only that line', async () => {
    const policies = [anyRoute, target('t', { from: 'nobody', to: 'bytes', rules: [any] })];
    const client = target('c', { from: 'buyer', to: 'bytes', rules: [{ kind: 'TCPRoute', name: 'missing' }] });
    await stage.given({ ...base, permissive: false, policies: [...policies, client] });
    const { log } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(log['bytes']).toEqual([
      expect.objectContaining({
        method: null,
        requested_server_name: 'bytes.shop.svc.cluster.local',
        upstream_cluster: null,
        bytes_sent: 0,
      }),
    ]);
  });
});
