import { afterEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/kube/objects.ts';
import { coreEvents, deployments, pods, replicaSets } from '../../../src/kube/resources.ts';
import {
  conditionOf,
  deployment,
  podsOf,
  startTestCluster,
  type TestCluster,
  untilRolledOut,
} from '../test-cluster.ts';

let test: TestCluster;
afterEach(async () => {
  await test.close();
  expect(test.errors).toEqual([]);
});

const messages = (reason: string) =>
  test.cluster
    .list(coreEvents)
    .filter((event) => event.reason === reason)
    .map((event) => event.message);

const setImage = (image: string) =>
  test.cluster.modify(deployments, 'web', 'default', (draft: Deployment) => {
    const [container] = draft.spec.template.spec.containers;
    if (container) container.image = image;
  });

const revisions = () =>
  test.cluster
    .list(replicaSets, { namespace: 'default' })
    .map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set.spec.replicas])
    .sort();

describe('a Deployment', () => {
  it('comes up with its pods, its conditions and the recorded events', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 3));
    await untilRolledOut(test, 'web');
    await test.idle();
    const web = test.cluster.get(deployments, 'web', 'default') as Deployment;
    const [set] = test.cluster.list(replicaSets, { namespace: 'default' });
    expect(conditionOf(web, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(conditionOf(web, 'Progressing')).toMatchObject({
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    });
    expect(web.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(messages('ScalingReplicaSet')).toEqual([`Scaled up replica set ${set?.metadata.name} from 0 to 3`]);
    expect(messages('SuccessfulCreate')).toHaveLength(3);
    expect(messages('Scheduled')).toHaveLength(3);
    expect(new Set(podsOf(test, 'web').map((pod) => pod.spec.nodeName)).size).toBe(3);
  });

  it('never has fewer pods than maxUnavailable allows, nor more than maxSurge, while it rolls', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 4));
    await untilRolledOut(test, 'web');
    const seen: number[] = [];
    const ready: number[] = [];
    const stop = test.cluster.watch(replicaSets, () => {
      const sets = test.cluster.list(replicaSets);
      seen.push(sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0));
      ready.push(sets.reduce((sum, set) => sum + (set.status?.readyReplicas ?? 0), 0));
    });
    await setImage('sidecar:v2');
    await untilRolledOut(test, 'web');
    stop();
    expect(Math.max(...seen)).toBe(5);
    expect(Math.min(...ready)).toBeGreaterThanOrEqual(3);
    expect(revisions()).toEqual([
      ['1', 0],
      ['2', 4],
    ]);
  });

  it('goes back to the ReplicaSet it had, under a new revision', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 2));
    await untilRolledOut(test, 'web');
    const [first] = test.cluster.list(replicaSets);
    await setImage('sidecar:v2');
    await untilRolledOut(test, 'web');
    await setImage('app:v1');
    await untilRolledOut(test, 'web');
    await test.idle();
    expect(revisions()).toEqual([
      ['2', 0],
      ['3', 2],
    ]);
    expect(test.cluster.get(replicaSets, first?.metadata.name ?? '', 'default')?.spec.replicas).toBe(2);
  });

  it('that recreates has no old pod left when the first new one is made', async () => {
    test = await startTestCluster({});
    const web = deployment('web', 2);
    web.spec.strategy = { type: 'Recreate' };
    await test.cluster.create(deployments, web);
    await untilRolledOut(test, 'web');
    const images: string[] = [];
    const stop = test.cluster.watch(pods, () => {
      images.push([...new Set(podsOf(test, 'web').map((pod) => pod.spec.containers[0]?.image))].sort().join());
    });
    await setImage('sidecar:v2');
    await untilRolledOut(test, 'web');
    stop();
    expect(images).not.toContain('app:v1,sidecar:v2');
  });

  it('scales up and down without a new revision', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 1));
    await untilRolledOut(test, 'web');
    for (const replicas of [4, 2]) {
      await test.cluster.modify(deployments, 'web', 'default', (draft: Deployment) => {
        draft.spec.replicas = replicas;
      });
      await untilRolledOut(test, 'web');
      await test.until(pods, () => podsOf(test, 'web').length === replicas);
    }
    await test.idle();
    expect(revisions()).toEqual([['1', 2]]);
    expect(messages('ScalingReplicaSet').map((text) => text?.replace(/set \S+ /, 'set X '))).toEqual([
      'Scaled up replica set X from 0 to 1',
      'Scaled up replica set X from 1 to 4',
      'Scaled down replica set X from 4 to 2',
    ]);
  });

  it('keeps a broken rollout beside the old pods and says that it is past its deadline', async () => {
    test = await startTestCluster({});
    const web = deployment('web', 2);
    web.spec.progressDeadlineSeconds = 1;
    await test.cluster.create(deployments, web);
    await untilRolledOut(test, 'web');
    await setImage('nowhere:v9');
    await test.until(deployments, ([now]) => {
      return now !== undefined && conditionOf(now, 'Progressing')?.reason === 'ProgressDeadlineExceeded';
    });
    const now = test.cluster.get(deployments, 'web', 'default');
    expect(now?.status?.availableReplicas).toBe(2);
    expect(conditionOf(now as Deployment, 'Progressing')?.message).toMatch(/has timed out progressing\.$/);
  });

  it('that is paused does not roll until it is resumed', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 1));
    await untilRolledOut(test, 'web');
    const pause = (paused: boolean) =>
      test.cluster.modify(deployments, 'web', 'default', (draft: Deployment) => {
        draft.spec.paused = paused;
      });
    await pause(true);
    await setImage('sidecar:v2');
    await test.idle();
    expect(revisions()).toEqual([['1', 1]]);
    await pause(false);
    await untilRolledOut(test, 'web');
    expect(revisions()).toEqual([
      ['1', 0],
      ['2', 1],
    ]);
  });

  it('keeps as many old ReplicaSets as its history limit says', async () => {
    test = await startTestCluster({});
    const web = deployment('web', 1);
    web.spec.revisionHistoryLimit = 1;
    await test.cluster.create(deployments, web);
    for (const image of ['app:v1', 'app:v2', 'app:v3', 'app:v4']) {
      await setImage(image);
      await untilRolledOut(test, 'web');
    }
    await test.idle();
    await test.until(replicaSets, (sets) => sets.length === 2);
    expect(revisions()).toEqual([
      ['3', 0],
      ['4', 1],
    ]);
  });
});
