import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClusterFixture, token } from '../sandbox/kubectl/cluster-fixture.ts';
import { churnUnderInformer } from './informer-churn.ts';
import { runLoad } from './run-load.ts';

/** The load of `npm run bench -- load`, small enough for every run of the tests. */
let cluster: ClusterFixture;
beforeAll(async () => {
  cluster = await ClusterFixture.start();
});
afterAll(() => cluster.close());

it('under many writes each watcher sees every one once and in order, and nothing is lost', async () => {
  const target = { server: `https://127.0.0.1:${cluster.server.port}`, ca: cluster.caPem, token };
  const result = await runLoad(target, { objects: 300, watches: 20, writes: 800 });
  expect({ listed: result.listed, paged: result.paged }).toEqual({ listed: 300, paged: 300 });
  expect(result.expected.count).toBe(800);
  for (const { count, sum, disorder } of result.ledgers)
    expect({ count, sum, disorder }).toEqual({ ...result.expected, disorder: 0 });
});

it('an informer of @kubernetes/client-node follows churn, and what happened while it was away, without a gap', async () => {
  const result = await churnUnderInformer(cluster.kubeconfig(), { seed: 5, rounds: 4 });
  expect(result.atEnd).toEqual(result.onServer);
  expect(result.unheard).toEqual([]);
  expect(result.restarts).toBeGreaterThan(0);
});
