import { expect, it } from 'vitest';
import { ageOf } from '../../../src/world/cluster/find-mesh.ts';
import { type ClusterFacts, doubtsOf, looksLikeProduction } from '../../../src/world/cluster/guard.ts';
import { mergePatch, patchedPaths } from '../../../src/world/cluster/merge-patch.ts';

const practice: ClusterFacts = {
  context: 'kind-practice',
  cluster: 'kind-practice',
  server: 'https://127.0.0.1:6443',
  namespaces: ['default', 'kube-system', 'osm-system'],
  meshed: [],
};

it.each([
  'prod',
  'prod-eu',
  'eu_prod1',
  'PRD',
  'shop-prd',
  'Production',
  'myprod',
  'produktion',
  'live',
  'shop.live',
  'nonprod',
])('%s looks like production', (name) => expect(looksLikeProduction(name)).toBe(true));

it.each(['kind-practice', 'productpage', 'product-catalog', 'delivery', 'olive', 'alive', 'default', 'prdx'])(
  '%s does not look like production',
  (name) => expect(looksLikeProduction(name)).toBe(false),
);

it('a practice cluster raises no doubt', () => {
  expect(doubtsOf(practice)).toEqual([]);
});

it('context, cluster, server and namespaces are each looked at', () => {
  expect(doubtsOf({ ...practice, context: 'prod' })).toEqual([{ type: 'production', where: 'context', name: 'prod' }]);
  expect(doubtsOf({ ...practice, cluster: 'prod' })).toMatchObject([{ where: 'cluster' }]);
  expect(doubtsOf({ ...practice, server: 'https://api.prod.example.com' })).toMatchObject([{ where: 'server' }]);
  expect(doubtsOf({ ...practice, namespaces: ['default', 'shop-live'] })).toEqual([
    { type: 'production', where: 'namespace', name: 'shop-live' },
  ]);
});

it('a mesh that watches namespaces of others raises one, since lessons turn settings of the whole mesh', () => {
  expect(doubtsOf({ ...practice, meshed: ['shop'] })).toEqual([{ type: 'mesh-in-use', namespaces: ['shop'] }]);
});

it('a version of OSM is told by its minor version', () => {
  expect(['v1.2.4', '1.2.11', 'v1.1.3', 'v0.11.1', 'v1.3.0', 'v2.0.0', '', 'latest'].map(ageOf)).toEqual([
    'fits',
    'fits',
    'older',
    'older',
    'newer',
    'newer',
    'unknown',
    'unknown',
  ]);
});

it('a merge patch says what to set and what to take away, and nothing of what is equal', () => {
  const now = {
    traffic: { enableEgress: false, list: [1] },
    sidecar: { logLevel: 'error' },
    added: { by: 'a lesson' },
  };
  const before = { traffic: { enableEgress: true, list: [1, 2] }, sidecar: { logLevel: 'error' } };
  const patch = mergePatch(now, before);
  expect(patch).toEqual({ traffic: { enableEgress: true, list: [1, 2] }, added: null });
  expect(patchedPaths(patch)).toEqual(['traffic.enableEgress', 'traffic.list', 'added']);
  expect(mergePatch(before, before)).toBeUndefined();
  expect(patchedPaths(undefined)).toEqual([]);
});
