import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodDisruptionBudget } from '../../../src/kube/disruption.ts';
import { coreEvents, deployments, podDisruptionBudgets, pods } from '../../../src/kube/resources.ts';
import { StatusError } from '../../../src/kube/status.ts';
import { deployment, startTestCluster, type TestCluster } from '../test-cluster.ts';

const admin = { username: 'admin', groups: ['system:masters'] };
let test: TestCluster;
beforeAll(async () => {
  test = await startTestCluster({});
});
afterAll(() => test.close());

const budgetOf = (name: string, spec: NonNullable<PodDisruptionBudget['spec']>): PodDisruptionBudget => ({
  metadata: { name, namespace: 'default' },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});

async function statusOf(name: string): Promise<PodDisruptionBudget['status']> {
  await test.idle();
  return test.cluster.get(podDisruptionBudgets, name, 'default')?.status;
}

const podsOf = (app: string) =>
  test.cluster.list(pods, { namespace: 'default', labelSelector: `app=${app}` }).filter(isHere);
const isHere = (pod: { metadata: { deletionTimestamp?: string } }) => pod.metadata.deletionTimestamp === undefined;

/** The workload with its budget, all pods ready. */
async function guarded(name: string, replicas: number, spec: NonNullable<PodDisruptionBudget['spec']>): Promise<void> {
  await test.cluster.create(podDisruptionBudgets, budgetOf(name, spec));
  await test.cluster.create(deployments, deployment(name, replicas));
  await test.until(
    deployments,
    (all) => all.find(({ metadata }) => metadata.name === name)?.status?.readyReplicas === replicas,
  );
}

async function evict(pod: string, options: object = {}): Promise<unknown> {
  const resource = test.requests.find('', 'v1', 'pods');
  if (!resource) throw new Error('pods are not served');
  const target = { resource, namespace: 'default', name: pod, subresource: 'eviction' };
  const text = JSON.stringify({ metadata: { name: pod, namespace: 'default' }, ...options });
  return (await test.requests.create(target, { type: 'json', text }, {}, admin)).object;
}

const refusal = (call: Promise<unknown>): Promise<StatusError['status']> =>
  call.then(
    () => expect.unreachable('expected a refusal'),
    (error: unknown) => {
      if (error instanceof StatusError) return error.status;
      throw error;
    },
  );

describe('a PodDisruptionBudget', () => {
  it('says how many of its pods may go, and lets that many be evicted and no more', async () => {
    await guarded('web', 3, { minAvailable: 2 });
    const enough = { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', observedGeneration: 1 };
    expect(await statusOf('web')).toMatchObject({
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
      disruptionsAllowed: 1,
      observedGeneration: 1,
      conditions: [enough],
    });
    const [first = '', second = ''] = podsOf('web').map(({ metadata }) => metadata.name ?? '');
    await evict(first, { deleteOptions: { dryRun: ['All'] } });
    expect((await statusOf('web'))?.disruptionsAllowed).toBe(1);
    // The two are asked for in one turn, before any controller has seen the first one go.
    const [gone, kept] = await Promise.all([evict(first), refusal(evict(second))]);
    expect(gone).toMatchObject({ status: 'Success', code: 201 });
    expect(kept).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget' }] },
    });
    expect(kept.details?.retryAfterSeconds).toBeUndefined();
    await test.until(
      pods,
      () => podsOf('web').length === 3 && !podsOf('web').some((pod) => pod.metadata.name === first),
    );
    await test.until(podDisruptionBudgets, (all) => all.some(({ status }) => status?.disruptionsAllowed === 1));
    expect((await statusOf('web'))?.disruptedPods).toBeUndefined();
  });

  it('counts a share of what the pods’ controllers want, not of the pods there are', async () => {
    await guarded('share', 4, { maxUnavailable: '30%' });
    expect(await statusOf('share')).toMatchObject({ expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 2 });
    await test.cluster.modify(podDisruptionBudgets, 'share', 'default', ({ spec }) => {
      delete spec?.maxUnavailable;
      if (spec) spec.minAvailable = '51%';
    });
    expect(await statusOf('share')).toMatchObject({ desiredHealthy: 3, disruptionsAllowed: 1, observedGeneration: 2 });
  });

  it('allows nothing while it is short of pods, and says of which it is short', async () => {
    await guarded('single', 1, { minAvailable: 1 });
    const [pod] = podsOf('single');
    expect(await statusOf('single')).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ status: 'False', reason: 'InsufficientPods' }],
    });
    const { details } = await refusal(evict(pod?.metadata.name ?? ''));
    expect(details?.causes?.[0]?.message).toBe('The disruption budget single needs 1 healthy pods and has 1 currently');
  });

  it('lets pods go that are not ready when enough others are, or when it says so', async () => {
    await test.cluster.create(podDisruptionBudgets, budgetOf('sick', { minAvailable: 1 }));
    await test.cluster.create(deployments, deployment('sick', 1));
    await test.until(pods, () => podsOf('sick').length === 1);
    await test.idle();
    const name = podsOf('sick')[0]?.metadata.name ?? '';
    await test.cluster.modifyStatus(pods, name, 'default', ({ status }) => {
      for (const condition of status?.conditions ?? []) if (condition.type === 'Ready') condition.status = 'False';
    });
    expect(await statusOf('sick')).toMatchObject({ currentHealthy: 0, desiredHealthy: 1 });
    expect((await refusal(evict(name))).code).toBe(429);
    await test.cluster.modify(podDisruptionBudgets, 'sick', 'default', ({ spec }) => {
      if (spec) spec.unhealthyPodEvictionPolicy = 'AlwaysAllow';
    });
    expect(await evict(name)).toMatchObject({ status: 'Success' });
  });

  it('does not answer for pods that a second one covers too', async () => {
    await guarded('twice', 2, { minAvailable: 1 });
    await test.cluster.create(podDisruptionBudgets, {
      ...budgetOf('twice', { minAvailable: 0 }),
      metadata: { name: 'again', namespace: 'default' },
    });
    await test.idle();
    const name = podsOf('twice')[0]?.metadata.name ?? '';
    expect(await evict(name)).toMatchObject({
      status: 'Failure',
      code: 500,
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
    expect(podsOf('twice')).toHaveLength(2);
  });

  it('tells by an event that it matches no pod', async () => {
    await test.cluster.create(podDisruptionBudgets, budgetOf('nobody', { maxUnavailable: 1 }));
    expect(await statusOf('nobody')).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
    const said = test.cluster.list(coreEvents, { namespace: 'default' }).filter(({ reason }) => reason === 'NoPods');
    expect(said.find(({ involvedObject }) => involvedObject.name === 'nobody')).toMatchObject({
      type: 'Normal',
      message: 'No matching pods found',
      source: { component: 'controllermanager' },
    });
  });
});
