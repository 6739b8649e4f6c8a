import { afterEach, describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod, Probe } from '../../../src/kube/objects.ts';
import { coreEvents, pods } from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { busyboxTools } from '../../../src/sandbox/node/images/toolboxes.ts';
import type { ContainerContext, ImageProgram } from '../../../src/sandbox/node/program.ts';
import { program, startTestCluster, type TestCluster } from '../test-cluster.ts';

let test: TestCluster;
afterEach(async () => {
  await test.close();
  expect(test.errors).toEqual([]);
});

const pod = (image: string, container: object = {}, spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'app', image, ...container }], ...spec },
});
const current = () => test.cluster.get(pods, 'p', 'default');
const status = () => current()?.status?.containerStatuses?.[0];
const untilStatus = (holds: (status: ContainerStatus) => boolean) =>
  test.until(pods, ([found]) => {
    const known = found?.status?.containerStatuses?.[0];
    return known !== undefined && holds(known);
  });
const events = (reason: string) => test.cluster.list(coreEvents).filter((event) => event.reason === reason);
const setImage = (image: string) =>
  test.cluster.modify(pods, 'p', 'default', (draft: Pod) => {
    for (const container of draft.spec.containers) container.image = image;
  });

/** At the pace of a real cluster, on a clock that is stepped: `watch` sees each state with the second it began in. */
async function startAtRealPace(images: readonly ImageProgram[]): Promise<{ clock: SteppedClock; states: string[] }> {
  const clock = new SteppedClock();
  test = await startTestCluster({ images, clock, pace: 'real' });
  const states: string[] = [];
  const startedAt = clock.now();
  test.cluster.watch(pods, ({ object }) => {
    const { state, restartCount = 0 } = object.status?.containerStatuses?.[0] ?? {};
    const shown = state?.waiting?.reason ?? state?.terminated?.reason ?? (state?.running ? 'Running' : 'Pending');
    const line = `${Math.round((clock.now() - startedAt) / 1000)} ${shown} ${restartCount}`;
    if (states.at(-1)?.replace(/^\d+ /, '') !== line.replace(/^\d+ /, '')) states.push(line);
  });
  return { clock, states };
}

describe('a pod that fails', () => {
  it('tries to pull an image that is not there again after 10 s, 20 s … 5 min, and says in between that it pauses', async () => {
    const { clock, states } = await startAtRealPace([]);
    await test.cluster.create(pods, pod('nowhere:v1'));
    await clock.step(660_000);
    // A pull that finds nothing takes 0.6 s, and a kubelet looks again half a second after it.
    expect(states).toEqual([
      '0 Pending 0',
      '0 ContainerCreating 0',
      '2 ErrImagePull 0',
      '2 ImagePullBackOff 0',
      '12 ErrImagePull 0',
      '13 ImagePullBackOff 0',
      '33 ErrImagePull 0',
      '33 ImagePullBackOff 0',
      '73 ErrImagePull 0',
      '74 ImagePullBackOff 0',
      '154 ErrImagePull 0',
      '154 ImagePullBackOff 0',
      '315 ErrImagePull 0',
      '315 ImagePullBackOff 0',
      '615 ErrImagePull 0',
      '616 ImagePullBackOff 0',
    ]);
    expect(events('Pulling')).toMatchObject([{ count: 7, message: 'Pulling image "nowhere:v1"' }]);
    const failed = new Map(events('Failed').map(({ message, count }) => [message, count]));
    expect(failed.get('Error: ErrImagePull')).toBe(7);
    const paused = events('BackOff')[0]?.count ?? 0;
    expect(failed.get('Error: ImagePullBackOff')).toBe(paused);
    // 660 s of looking every 10 to 15 s.
    expect(paused).toBeGreaterThan(660 / 15 - 7);
    expect(paused).toBeLessThan(660 / 10 + 7);
    expect(current()?.status?.phase).toBe('Pending');
  });

  it('restarts a crashing container at once, then after 10 s, 20 s … 5 min, and anew after ten good minutes', async () => {
    let lifeMs = 1000;
    const crashing = program('app', async ({ clock, signal }) => {
      const cut = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => cut.resolve(), { once: true });
      await Promise.race([cut.promise, new Promise<void>((resolve) => clock.after(lifeMs, resolve))]);
      return 1;
    });
    const { clock, states } = await startAtRealPace([crashing]);
    await test.cluster.create(pods, pod('app:v1'));
    await clock.step(700_000);
    const starts = states.filter((line) => line.includes('Running')).map((line) => Number.parseInt(line, 10));
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    // Half a second to start and one to run, besides.
    expect(pauses.map((pause) => Math.round(pause / 10) * 10)).toEqual([0, 10, 20, 40, 80, 160, 300]);
    expect(states.slice(-3)).toEqual([
      expect.stringMatching(/Running 7$/),
      expect.stringMatching(/Error 7$/),
      expect.stringMatching(/CrashLoopBackOff 7$/),
    ]);
    expect(status()?.state.waiting?.message).toMatch(/^back-off 5m0s restarting failed container=app pod=p_default\(/);
    expect(events('BackOff')).toHaveLength(1);
    expect(events('BackOff')[0]?.count).toBeGreaterThan(600 / 15);
    lifeMs = 601_000;
    await clock.step(300_000);
    expect(states.at(-1)).toMatch(/Running 8$/);
    lifeMs = 5_000_000;
    await clock.step(602_000);
    expect(states.slice(-2).map((line) => line.replace(/^\d+ /, ''))).toEqual(['Error 8', 'Running 9']);
  });

  it('is Pending for as long as one of its containers has not begun, though another runs', async () => {
    test = await startTestCluster({});
    const containers = [
      { name: 'app', image: 'app:v1' },
      { name: 'other', image: 'nowhere' },
    ];
    await test.cluster.create(pods, pod('', {}, { containers }));
    await test.until(pods, ([now]) => {
      const [app, other] = now?.status?.containerStatuses ?? [];
      return app?.state.running !== undefined && other?.state.waiting?.reason === 'ImagePullBackOff';
    });
    expect(current()?.status?.phase).toBe('Pending');
  });

  it('goes on as soon as its image is set to one that exists', async () => {
    const { clock, states } = await startAtRealPace([program('app')]);
    await test.cluster.create(pods, pod('nowhere:v1'));
    await clock.step(100_000);
    const pulls = () => events('Pulling').reduce((sum, { count }) => sum + (count ?? 0), 0);
    const before = pulls();
    await setImage('nowhere:v2');
    // Another image is tried at once, and its pauses begin anew: at 0 s, 10 s and 31 s.
    await clock.step(35_000);
    expect(pulls() - before).toBe(3);
    await setImage('app:v2');
    await clock.step(3000);
    expect(states.slice(-2).map((line) => line.replace(/^\d+ /, ''))).toEqual(['ImagePullBackOff 0', 'Running 0']);
    expect(status()?.image).toBe('app:v2');
  });

  it('is given another image in place of the one that runs, whatever its restart policy', async () => {
    test = await startTestCluster({ images: [program('app'), program('sidecar')] });
    await test.cluster.create(pods, pod('app:v1', {}, { restartPolicy: 'Never' }));
    await untilStatus(({ state }) => state.running !== undefined);
    await setImage('sidecar:v1');
    await untilStatus(({ state, restartCount }) => state.running !== undefined && restartCount === 1);
    expect(status()).toMatchObject({ image: 'sidecar:v1', lastState: { terminated: { exitCode: 0 } } });
    await test.idle();
    expect(events('Killing').map(({ message }) => message)).toEqual([
      'Container app definition changed, will be restarted',
    ]);
  });

  it('waits no longer for the end of a back-off that another image began', async () => {
    const { clock, states } = await startAtRealPace([program('app'), program('crash', async () => 1)]);
    await test.cluster.create(pods, pod('crash:v1'));
    await clock.step(30_000);
    expect(states.at(-1)).toMatch(/CrashLoopBackOff/);
    await setImage('crash:v2');
    await clock.step(3000);
    // Its first start was in place of the other's: what ends now is not restarted at once.
    expect(states.at(-1)).toMatch(/CrashLoopBackOff/);
    expect(status()?.state.waiting?.message).toMatch(/^back-off 10s /);
    await setImage('app:v1');
    await clock.step(3000);
    expect(states.at(-1)).toMatch(/Running/);
  });

  it('ends as what it was when it is deleted between two tries', async () => {
    test = await startTestCluster({ images: [program('crash', async () => 3)] });
    const ends: unknown[] = [];
    test.cluster.watch(pods, ({ object }) => {
      if (object.metadata.deletionTimestamp) ends.push(object.status?.containerStatuses?.[0]?.state);
    });
    await test.cluster.create(pods, pod('crash:v1'));
    await untilStatus(({ state }) => state.waiting?.reason === 'CrashLoopBackOff');
    await test.cluster.delete(pods, 'p', 'default');
    await test.until(pods, (all) => all.length === 0);
    expect(ends.at(-1)).toMatchObject({ terminated: { exitCode: 3, reason: 'Error' } });
  });

  it.each([
    ['nginx:1.27', { imagePullPolicy: 'Never' }, 'ErrImageNeverPull', 'ErrImageNeverPull'],
    ['Bad Name', {}, 'InspectFailed', 'InvalidImageName'],
  ])('says why the image %s can not be used', async (image, container, reason, waiting) => {
    test = await startTestCluster({});
    await test.cluster.create(pods, pod(image, container));
    await untilStatus(({ state }) => state.waiting?.reason === waiting);
    await test.until(coreEvents, () => events('Failed').some(({ message }) => message === `Error: ${waiting}`));
    expect(events(reason)[0]?.message).toContain(image);
  });

  it('shows RunContainerError, never its end, for as long as it is tried again', async () => {
    const { clock, states } = await startAtRealPace([program('app')]);
    await test.cluster.create(pods, pod('app:v1', { command: ['/nowhere'] }));
    await clock.step(14_000);
    expect(states.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'Pending 0',
      'ContainerCreating 0',
      'RunContainerError 0',
      'RunContainerError 1',
      'CrashLoopBackOff 1',
      'RunContainerError 2',
      'CrashLoopBackOff 2',
    ]);
  });
});

describe('a probe that runs a command', () => {
  const box = (): ImageProgram => ({ ...program('box'), tools: busyboxTools });
  const probed = (probe: Probe, kind = 'readinessProbe') => pod('box:v1', { [kind]: { periodSeconds: 1, ...probe } });
  const sh = (script: string) => ({ exec: { command: ['sh', '-c', script] } });

  it('passes when the command exits with 0, and fails with what the command says', async () => {
    test = await startTestCluster({ images: [box()] });
    const script = 'echo out; echo error >&2; test -e /tmp/healthy';
    await test.cluster.create(pods, probed(sh(script)));
    await test.until(coreEvents, () => events('Unhealthy').length > 0);
    expect(events('Unhealthy')[0]?.message).toBe('Readiness probe failed: out\nerror\n');
    expect(status()?.ready).toBe(false);
    const container = await test.kubelets.api.runningContainer('default', 'p', 'app');
    const { signal } = new AbortController();
    expect(await container?.exec(['touch', '/tmp/healthy'], false, { signal })).toEqual({
      type: 'exited',
      exitCode: 0,
    });
    await untilStatus(({ ready }) => ready);
  });

  it('is killed at its timeout, and a container that fails its liveness probe is restarted', async () => {
    test = await startTestCluster({ images: [box()] });
    const grace = { terminationGracePeriodSeconds: 1 };
    const probe = { ...sh('cat /tmp/never > /dev/null; sleep 3600'), failureThreshold: 1, ...grace };
    await test.cluster.create(pods, probed(probe, 'livenessProbe'));
    await untilStatus(({ restartCount }) => restartCount > 0);
    expect(events('Unhealthy')[0]?.message).toBe(
      'Liveness probe failed: command timed out: "sh -c cat /tmp/never > /dev/null; sleep 3600" timed out after 1s',
    );
  });

  it('decides nothing when the image has no such command', async () => {
    const told: string[] = [];
    const quiet = async ({ signal, stdout }: ContainerContext) => {
      stdout('up\n');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      told.push('killed');
      return 0;
    };
    test = await startTestCluster({ images: [{ ...program('box', quiet), tools: busyboxTools }] });
    const probe = { exec: { command: ['mysqladmin', 'ping'] }, failureThreshold: 1 };
    await test.cluster.create(pods, probed(probe, 'livenessProbe'));
    await test.until(coreEvents, () => events('Unhealthy').length > 1);
    expect(events('Unhealthy')[0]?.message).toMatch(
      /^Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: .*exec: "mysqladmin": executable file not found in \$PATH: unknown$/,
    );
    expect(told).toEqual([]);
  });

  it('names a port that its container does not have', async () => {
    test = await startTestCluster({});
    await test.cluster.create(
      pods,
      pod('app:v1', { readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 1 } }),
    );
    await test.until(coreEvents, () => events('Unhealthy').length > 0);
    expect(events('Unhealthy')[0]?.message).toBe(
      'Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "web": invalid syntax',
    );
  });
});
