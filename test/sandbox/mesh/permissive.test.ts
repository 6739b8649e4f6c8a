import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.namespace('outside', false);
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await mesh.pod('outside', 'plain', { image: 'test/echo' });
  await mesh.service('outside', 'plain', { port: 80, targetPort: 14001 });
  await mesh.pod('outside', 'stranger');
}, 30_000);

afterAll(() => mesh.close());

describe('permissive mode', () => {
  it('P1: an in-mesh call gets the answer of the app through two sidecars', async () => {
    const seen = await eventually(() => mesh.call('buyer', 'store.shop:80', { path: '/any/path?x=1', method: 'POST' }), 200);
    if (seen.type !== 'answer') throw new Error(seen.type);
    expect(seen.headers).toMatchObject({ server: 'envoy', identity: 'store' });
    expect(seen.headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/);
    const reached = JSON.parse(seen.body) as { url: string; method: string; headers: Record<string, string> };
    expect(reached).toMatchObject({ url: '/any/path?x=1', method: 'POST' });
    expect(reached.headers).toMatchObject({ host: 'store.shop:80', 'x-forwarded-proto': 'http', 'osm-stats-pod': 'store' });
    expect(reached.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
  });
});
