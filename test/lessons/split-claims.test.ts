import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/kube/objects.ts';
import { deployments, type ResourceRef, serviceAccounts, services } from '../../src/kube/resources.ts';
import { httpRouteGroups, trafficSplits, trafficTargets } from '../../src/sandbox/mesh/osm/kinds.ts';
import { type MeshCluster, startMeshCluster } from '../sandbox/mesh/mesh-cluster.ts';

/**
 * What the lesson about splits says would happen if its commands came in another order, or one of them not at all. Its
 * own manifests, and a client with the customer's identity; the lesson's own order is played in play.test.ts.
 */
const manifests = join(import.meta.dirname, '../../manifests');
const refs: readonly ResourceRef[] = [
  services,
  serviceAccounts,
  deployments,
  httpRouteGroups,
  trafficSplits,
  trafficTargets,
];
let mesh: MeshCluster;

async function apply(file: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(join(manifests, file), 'utf8'))) {
    const object = document.toJS() as KubeObject;
    const ref = refs.find(({ kind }) => kind === object.kind);
    if (!ref) throw new Error(`${file} has a ${object.kind}`);
    await mesh.apply(ref, object);
  }
}

const isReady = (name: string) => mesh.api.get(deployments, name, 'bookstore')?.status?.readyReplicas === 1;

/** Which version answered, or with which status none did. */
async function buy(): Promise<string> {
  const seen = await mesh.call('bookbuyer', 'bookstore.bookstore:14001', { path: '/books-bought' });
  if (seen.type !== 'answer') return seen.type;
  return seen.status === 200 ? String(seen.headers['identity']) : String(seen.status);
}

/** Counts of so many requests, one after the other. */
async function shares(count: number): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let request = 0; request < count; request += 1) {
    const who = await buy();
    seen[who] = (seen[who] ?? 0) + 1;
  }
  return seen;
}

/** Waits until requests end in all of these ways and in no other. */
const settled = (...ways: string[]) =>
  vi.waitFor(async () => expect(Object.keys(await shares(12)).sort()).toEqual(ways), { timeout: 15_000, interval: 50 });

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.traffic({ enablePermissiveTrafficPolicyMode: false });
  await mesh.namespace('bookstore');
  await mesh.namespace('bookbuyer');
  await apply('apps/bookstore.yaml');
  await apply('access/bookbuyer.yaml');
  await mesh.pod('bookbuyer', 'bookbuyer');
  await vi.waitUntil(() => isReady('bookstore'), { timeout: 15_000 });
  await settled('bookstore-v1');
});

afterAll(() => mesh.close());

describe('what the lesson about splits says', { timeout: 60_000 }, () => {
  it('a version 2 without its TrafficTarget gets nothing while there is no split', async () => {
    await apply('apps/bookstore-v2.yaml');
    await vi.waitUntil(() => isReady('bookstore-v2'), { timeout: 15_000 });
    expect(await shares(20)).toEqual({ 'bookstore-v1': 20 });
  });

  it('a share of version 2 ends in 503 without its TrafficTarget', async () => {
    await apply('split/50-50.yaml');
    await settled('503', 'bookstore-v1');
    const { 503: failed = 0, 'bookstore-v1': served = 0, ...others } = await shares(200);
    expect(others).toEqual({});
    expect(failed + served).toBe(200);
    // Six sigma of a fair coin.
    expect(Math.abs(failed - 100)).toBeLessThan(43);
  });

  it('version 2 takes half of the requests of the Service that selects it too, once it is allowed and nothing splits', async () => {
    await mesh.api.delete(trafficSplits, 'bookstore-split', 'bookstore');
    await settled('bookstore-v1');
    await apply('access/bookstore-v2.yaml');
    await settled('bookstore-v1', 'bookstore-v2');
    const seen = await shares(200);
    expect(Object.keys(seen).sort()).toEqual(['bookstore-v1', 'bookstore-v2']);
    expect(Math.abs((seen['bookstore-v2'] ?? 0) - 100)).toBeLessThan(43);
  });
});
