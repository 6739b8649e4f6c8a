import { afterEach, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/kube/objects.ts';
import { pods } from '../../../src/kube/resources.ts';
import { conditionOf, program, startTestCluster, type TestCluster } from '../test-cluster.ts';

let test: TestCluster;
afterEach(async () => {
  await test.close();
  expect(test.errors).toEqual([]);
});

/** Tells when it begins and when it ends. */
const telling = (name: string, story: string[], end: (signal: AbortSignal) => Promise<number>) =>
  program(name, async ({ signal }) => {
    story.push(`${name} begins`);
    const exitCode = await end(signal);
    story.push(`${name} ends`);
    return exitCode;
  });
const whenTold = (signal: AbortSignal) =>
  new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(0), { once: true }));

const pod = (spec: Partial<Pod['spec']> & Pick<Pod['spec'], 'containers'>): Pod => ({
  metadata: { name: 'p', namespace: 'default' },
  spec: {
    initContainers: [
      { name: 'side', image: 'side', restartPolicy: 'Always' },
      { name: 'step', image: 'step' },
    ],
    ...spec,
  },
});
const current = () => test.cluster.get(pods, 'p', 'default');
const untilPod = (holds: (pod: Pod) => boolean) => test.until(pods, ([found]) => found !== undefined && holds(found));

describe('an init container that is always restarted', () => {
  it('goes on beside the others: the next begins once it has started, and it ends after them', async () => {
    const story: string[] = [];
    const images = [
      telling('side', story, whenTold),
      telling('step', story, async () => 0),
      telling('app', story, whenTold),
    ];
    test = await startTestCluster({ images });
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'app' }] }));
    await untilPod((now) => conditionOf(now, 'Ready')?.status === 'True');
    expect(current()?.status?.initContainerStatuses).toMatchObject([
      { name: 'side', started: true, ready: true, state: { running: {} } },
      { name: 'step', ready: true, state: { terminated: { exitCode: 0 } } },
    ]);
    let last: Pod | undefined;
    test.cluster.watch(pods, ({ object }) => {
      last = object;
    });
    await test.cluster.delete(pods, 'p', 'default');
    await test.until(pods, (all) => all.length === 0);
    expect(last?.status?.initContainerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: 0 } });
    const order = ['side begins', 'step begins', 'step ends', 'app begins', 'app ends', 'side ends'];
    expect(story).toEqual(order);
  });

  it('is stopped when the work of a pod is done, which has then succeeded', async () => {
    const story: string[] = [];
    const images = [telling('side', story, whenTold), program('step', async () => 0), program('app', async () => 0)];
    test = await startTestCluster({ images });
    await test.cluster.create(pods, pod({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'app' }] }));
    await untilPod((now) => now.status?.phase === 'Succeeded');
    expect(story).toEqual(['side begins', 'side ends']);
  });

  it('is restarted, whatever the policy of its pod, which stays up and is not ready meanwhile', async () => {
    let runs = 0;
    const side = program('side', async ({ signal }) => {
      runs += 1;
      return runs < 3 ? 1 : whenTold(signal);
    });
    test = await startTestCluster({ images: [side, program('step', async () => 0), program('app')] });
    const phases: (string | undefined)[] = [];
    test.cluster.watch(pods, ({ object }) => phases.push(object.status?.phase));
    await test.cluster.create(pods, pod({ restartPolicy: 'Never', containers: [{ name: 'app', image: 'app' }] }));
    await untilPod((now) => conditionOf(now, 'Ready')?.status === 'True');
    await untilPod((now) => now.status?.initContainerStatuses?.[0]?.restartCount === 2);
    await untilPod((now) => conditionOf(now, 'Ready')?.status === 'True');
    expect(phases.filter((phase) => phase !== 'Pending' && phase !== 'Running')).toEqual([]);
  });

  it('holds the next ones back until its startup probe passes', async () => {
    test = await startTestCluster({ images: [program('side'), program('step', async () => 0), program('app')] });
    const startupProbe = { tcpSocket: { port: 9 }, periodSeconds: 1, failureThreshold: 1 };
    const initContainers = [{ name: 'side', image: 'side', restartPolicy: 'Always', startupProbe }];
    await test.cluster.create(pods, pod({ initContainers, containers: [{ name: 'app', image: 'app' }] }));
    await untilPod((now) => (now.status?.initContainerStatuses?.[0]?.restartCount ?? 0) > 0);
    expect(current()?.status).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    });
    expect(conditionOf(current() as Pod, 'Initialized')?.message).toBe('containers with incomplete status: [side]');
  });
});
