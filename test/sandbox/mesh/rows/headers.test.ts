import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl, type Seen } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { any, anyRoute, http, routeGroup, target } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';

let stage: Stage;

const web = { port: 80, targetPort: 14001 };
const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/store': { image: 'test/echo' }, 'shop/mixed': { image: 'test/status' } },
  services: { 'shop/store': { ports: [web] }, 'shop/mixed': { ports: [web] }, 'shop/ghost': { ports: [web] } },
};

/** On a connection that is to stay open, so that nobody has a reason to speak of it. */
const get = (url: string, headers: Record<string, string> = {}): Promise<Seen> =>
  curl(stage.mesh.inside('buyer'), url, { headers: { connection: 'keep-alive', ...headers } });

const namesOf = (seen: Seen) => ('names' in seen ? [...seen.names].sort() : [`curl ${seen.curl}`]);

async function atTheApp(headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const seen = await get('http://store.shop/', headers);
  return JSON.parse('body' in seen ? seen.body : '{}').headers;
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.11 headers', () => {
  row('5.11 response', "server is envoy whatever the app says, and the sidecars' time is told once", async () => {
    await stage.given(base);
    const seen = await get('http://store.shop/');
    expect(seen).toMatchObject({ status: 200, headers: { server: 'envoy', identity: 'store' } });
    expect(namesOf(seen).filter((name) => name === 'server')).toHaveLength(1);
    expect(namesOf(seen).filter((name) => name === 'x-envoy-upstream-service-time')).toHaveLength(1);
    expect(seen).toMatchObject({ headers: { date: expect.stringMatching(/GMT$/) } });
  });

  row(
    '5.11 response',
    'errors that the server sidecar made carry the time, those of the client sidecar do not',
    async () => {
      await stage.given(base);
      for (const [url, has] of [
        ['http://mixed.shop/404', true],
        ['http://ghost.shop/', false],
      ] as const) {
        expect(namesOf(await get(url)).includes('x-envoy-upstream-service-time')).toBe(has);
      }
      const policies = [
        routeGroup('any', { name: 'any', pathRegex: '/only' }),
        target('t', { from: 'buyer', to: 'store', rules: [any] }),
      ];
      await stage.given({ ...base, permissive: false, policies });
      expect(namesOf(await get('http://store.shop/else'))).toContain('x-envoy-upstream-service-time');
    },
  );

  row(
    '5.11 lower case',
    'names that the app wrote in capitals arrive in small letters, values as they were',
    async () => {
      await stage.given(base);
      const seen = await get('http://mixed.shop/200');
      expect(namesOf(seen)).toEqual(expect.arrayContaining(['identity', 'x-mixed-case']));
      expect(namesOf(seen).filter((name) => name !== name.toLowerCase())).toEqual([]);
      expect(seen).toMatchObject({ headers: { 'x-mixed-case': 'Kept' } });
    },
  );

  row('5.11 local replies', 'a 404 has a length, a date and a server, and nothing else', async () => {
    await stage.given(base);
    const seen = await get('http://store.shop/', { host: 'nobody' });
    expect(seen).toMatchObject({ status: 404, body: '', headers: { 'content-length': '0', server: 'envoy' } });
    expect(namesOf(seen)).toEqual(['content-length', 'date', 'server']);
  });

  row('5.11 local replies', 'a 503 of the client sidecar has a type too', async () => {
    await stage.given(base);
    const seen = await get('http://ghost.shop/');
    expect(seen).toMatchObject({ status: 503, headers: { 'content-type': 'text/plain', 'content-length': '19' } });
    expect(namesOf(seen)).toEqual(['content-length', 'content-type', 'date', 'server']);
  });

  row('5.11 local replies', 'a 403 of the server sidecar is nineteen bytes of text without a newline', async () => {
    const policies = [
      anyRoute,
      routeGroup('mine', { name: 'mine', pathRegex: '/mine' }),
      target('a-nobody', { from: 'nobody', to: 'store', rules: [any] }),
      target('b-buyer', { from: 'buyer', to: 'store', rules: [http('mine', 'mine')] }),
    ];
    await stage.given({ ...base, permissive: false, policies });
    const seen = await get('http://store.shop/');
    expect(seen).toMatchObject({
      status: 403,
      body: 'RBAC: access denied',
      headers: { 'content-length': '19', 'content-type': 'text/plain' },
    });
    expect(namesOf(seen)).toEqual([
      ...['content-length', 'content-type', 'date', 'server', 'x-envoy-upstream-service-time'],
    ]);
  });

  row('5.11 request', 'the app gets the Host as sent and an id, and nothing that a forwarding proxy adds', async () => {
    await stage.given({ ...base, features: { enableWASMStats: false } });
    const headers = await atTheApp({ 'User-Agent': 'row', connection: 'keep-alive' });
    expect(Object.keys(headers).sort()).toEqual(['host', 'user-agent', 'x-forwarded-proto', 'x-request-id']);
    expect(headers).toMatchObject({ host: 'store.shop', 'user-agent': 'row' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  row('5.11 request', 'an id that the client sent, and its x-forwarded-for, go through as they are', async () => {
    await stage.given(base);
    const sent = { 'x-request-id': 'mine', 'x-forwarded-for': '192.0.2.1' };
    expect(await atTheApp(sent)).toMatchObject(sent);
  });

  row('5.11 forwarded proto', 'the app is told that it was asked over http', async () => {
    await stage.given(base);
    expect(await atTheApp()).toMatchObject({ 'x-forwarded-proto': 'http' });
  });

  row(
    '5.11 stats headers',
    'the app sees who it is, whatever the client claimed, and the client sees none of it',
    async () => {
      await stage.given(base);
      const claimed = { 'osm-stats-pod': 'somebody-else' };
      const seen = await get('http://store.shop/', claimed);
      expect(namesOf(seen).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
      expect(JSON.parse('body' in seen ? seen.body : '{}').headers).toMatchObject({
        'osm-stats-namespace': 'shop',
        'osm-stats-kind': 'unknown',
        'osm-stats-name': 'unknown',
        'osm-stats-pod': 'store',
      });
      await stage.given({ ...base, features: { enableWASMStats: false } });
      expect(Object.keys(await atTheApp()).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
    },
  );
});
