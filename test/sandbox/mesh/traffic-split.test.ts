import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as resources from '../../../src/kube/resources.ts';
import * as kinds from '../../../src/sandbox/mesh/osm/kinds.ts';
import { eventually, type MeshCluster, type Seen, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;

async function split(service: string, weights: Record<string, number>): Promise<void> {
  const backends = Object.entries(weights).map(([name, weight]) => ({ service: name, weight }));
  await mesh.apply(kinds.trafficSplits, {
    metadata: { name: 'split', namespace: 'books' },
    spec: { service, backends },
  });
}

const call = () => mesh.call('buyer', 'store.books:80');
const podOf = (seen: Seen) =>
  seen.type === 'answer' && seen.status === 200
    ? String(seen.headers['identity'])
    : seen.type === 'answer'
      ? String(seen.status)
      : seen.type;

/** How many of `count` calls each pod answered; other endings under their own names. */
async function share(count: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let index = 0; index < count; index++) {
    const key = podOf(await call());
    seen[key] = (seen[key] ?? 0) + 1;
  }
  return seen;
}

/** Waits until the client's sidecar sends to exactly these clusters. */
async function untilRouted(...clusters: string[]): Promise<void> {
  const pattern = /"name": "(books\/[^"|]*\|\d+)",\s*"weight": (\d+)/g;
  await eventually(async () => {
    const dump = (await mesh.admin('buyer', '/config_dump')).body;
    const host = dump.slice(dump.indexOf('outbound_virtual-host|store.books.'));
    const end = host.indexOf('"timeout"');
    const found = [...host.slice(0, end).matchAll(pattern)].map(([, name, weight]) => `${name}=${weight}`);
    return { type: 'answer', status: found.join() === clusters.join() ? 200 : 0, headers: {}, body: found.join() };
  }, 200);
}

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('books');
  await mesh.pod('books', 'buyer');
  for (const version of ['v1', 'v2']) {
    await mesh.pod('books', `store-${version}`, { image: 'test/echo', labels: { app: 'store', version } });
    await mesh.service(
      'books',
      `store-${version}`,
      { name: 'web', port: 80, targetPort: 14001 },
      { app: 'store', version },
    );
  }
  await mesh.service('books', 'store', { name: 'web', port: 80, targetPort: 14001 }, { app: 'store' });
  await eventually(call, 200);
  await untilRouted('books/store|14001=100');
}, 30_000);

afterAll(() => mesh.close());

describe('TrafficSplit', () => {
  it('without a split the pods of the root take turns', async () => {
    expect(await share(10)).toEqual({ 'store-v1': 5, 'store-v2': 5 });
  });

  it('divides requests by relative weights that need not add up to 100', async () => {
    await split('store.books', { 'store-v1': 3, 'store-v2': 1 });
    await untilRouted('books/store-v1|14001=3', 'books/store-v2|14001=1');
    const seen = await share(200);
    // With probability 1/4 per request, 50 of 200 are expected and 25 is four standard deviations.
    expect(seen['store-v2']).toBeGreaterThan(25);
    expect(seen['store-v2']).toBeLessThan(75);
    expect((seen['store-v1'] ?? 0) + (seen['store-v2'] ?? 0)).toBe(200);
  });

  it('never chooses a backend of weight 0', async () => {
    await split('store', { 'store-v1': 0, 'store-v2': 100 });
    await untilRouted('books/store-v1|14001=0', 'books/store-v2|14001=100');
    expect(await share(20)).toEqual({ 'store-v2': 20 });
  });

  it('drops a backend that has no Service, and the rest takes all', async () => {
    await split('store', { 'store-v1': 50, 'store-v9': 50 });
    await untilRouted('books/store-v1|14001=50');
    expect(await share(20)).toEqual({ 'store-v1': 20 });
  });

  it('keeps the last good routes when no backend is usable', async () => {
    await split('store', { 'store-v8': 50, 'store-v9': 50 });
    await eventually(async () => {
      const rejected = await mesh.stat('buyer', 'listener_manager.lds.update_rejected');
      return { type: 'answer', status: rejected > 0 ? 200 : 0, headers: {}, body: '' };
    }, 200);
    expect(await share(5)).toEqual({ 'store-v1': 5 });
  });

  it('a client that calls a backend by its own name bypasses the split', async () => {
    expect(await mesh.call('buyer', 'store-v2.books:80')).toMatchObject({ headers: { identity: 'store-v2' } });
  });

  it('with policies, a backend whose account the client may not call costs its share an empty 503', async () => {
    await split('store', { 'store-v1': 0, 'store-v2': 100 });
    const routes = {
      metadata: { name: 'all', namespace: 'books' },
      spec: { matches: [{ name: 'all', pathRegex: '.*', methods: ['*'] }] },
    };
    await mesh.apply(kinds.httpRouteGroups, routes);
    await mesh.apply(kinds.trafficTargets, {
      metadata: { name: 'v1-only', namespace: 'books' },
      spec: {
        destination: { kind: 'ServiceAccount', name: 'store-v1', namespace: 'books' },
        rules: [{ kind: 'HTTPRouteGroup', name: 'all', matches: ['all'] }],
        sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'books' }],
      },
    });
    await mesh.traffic({ enablePermissiveTrafficPolicyMode: false });
    const seen = await eventually(call, 503);
    expect(seen).toMatchObject({ body: '' });
    expect(mesh.envoyLog('buyer').findLast((line) => line['response_code'] === 503)).toMatchObject({
      response_flags: 'NC',
    });
    await split('store', { 'store-v1': 100, 'store-v2': 0 });
    expect(await eventually(call, 200)).toMatchObject({ headers: { identity: 'store-v1' } });
  });

  it('a pod that goes away takes no request with it', async () => {
    await mesh.traffic({ enablePermissiveTrafficPolicyMode: true });
    await mesh.api.delete(kinds.trafficSplits, 'split', 'books');
    await untilRouted('books/store|14001=100');
    await mesh.api.delete(resources.pods, 'store-v1', 'books');
    await eventually(async () => {
      const clusters = (await mesh.admin('buyer', '/clusters')).body;
      const hosts = clusters
        .split('\n')
        .filter((line) => /^books\/store\|14001::10\.[\d.]+:14001::cx_total/.test(line));
      return { type: 'answer', status: hosts.length === 1 ? 200 : 0, headers: {}, body: '' };
    }, 200);
    expect(await share(6)).toEqual({ 'store-v2': 6 });
  });
});
