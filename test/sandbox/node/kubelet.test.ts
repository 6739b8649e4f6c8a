import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/kube/objects.ts';
import { configMaps, coreEvents, endpoints, pods, secrets, services } from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import type { ContainerContext } from '../../../src/sandbox/node/program.ts';
import { conditionOf, program, startTestCluster, type TestCluster } from '../test-cluster.ts';

let test: TestCluster;
afterEach(async () => {
  await test.close();
  expect(test.errors).toEqual([]);
});

const pod = (spec: Partial<Pod['spec']>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', labels: { app: 'p' } },
  spec: { containers: [{ name: 'app', image: 'app:v1' }], ...spec },
});

const current = () => test.cluster.get(pods, 'p', 'default') as Pod;
const status = (container: string) => current()?.status?.containerStatuses?.find((each) => each.name === container);
const eventsOf = (reason: string) =>
  test.cluster.list(coreEvents).filter((event) => event.reason === reason && event.involvedObject.kind === 'Pod');
const untilPod = (holds: (pod: Pod) => boolean) => test.until(pods, ([found]) => found !== undefined && holds(found));

/** What `kubectl get pods -w` prints in its STATUS and READY columns, cut down to what the kubelet decides. */
function row(pod: Pod): string {
  const { containerStatuses = [], initContainerStatuses = [], phase } = pod.status ?? {};
  const ready = `${containerStatuses.filter((each) => each.ready).length}/${pod.spec.containers.length}`;
  const initialized = initContainerStatuses.filter((each) => each.state.terminated?.exitCode === 0).length;
  const inits = pod.spec.initContainers?.length ?? 0;
  const waiting = containerStatuses.find((each) => each.state.waiting)?.state.waiting?.reason;
  if (pod.metadata.deletionTimestamp) return `${ready} Terminating`;
  if (initContainerStatuses.length > 0 && initialized < inits) return `${ready} Init:${initialized}/${inits}`;
  return `${ready} ${waiting ?? phase}`;
}

const execute = (run: (context: ContainerContext) => Promise<number>) => program('special', run);

describe('a pod on its node', () => {
  it('goes through the recorded phases with one init container and two containers', async () => {
    const done = program('init', async () => 0);
    test = await startTestCluster({
      images: [program('app'), program('sidecar'), done],
      clock: new SteppedClock(),
      pace: 'brisk',
    });
    const rows: string[] = [];
    test.cluster.watch(pods, ({ object }) => rows.push(row(object)));
    await test.cluster.create(
      pods,
      pod({
        initContainers: [{ name: 'osm-init', image: 'init' }],
        containers: [
          { name: 'bookstore', image: 'app:v1' },
          { name: 'envoy', image: 'sidecar:v1' },
        ],
      }),
    );
    const clock = testClock();
    for (let steps = 0; steps < 40 && rows.at(-1) !== '2/2 Running'; steps++) await clock.step(100);
    // recordings/pods-watch-init-plus-2.txt, the rows of one pod from its creation on.
    expect(rows).toEqual([
      '0/2 Pending',
      '0/2 Pending',
      '0/2 Init:0/1',
      '0/2 Init:0/1',
      '0/2 PodInitializing',
      '1/2 Running',
      '2/2 Running',
    ]);
  });

  it('restarts a container that crashes, at once first and then with a growing pause', async () => {
    const crashing = execute(async ({ stdout }) => {
      stdout('boom\n');
      return 3;
    });
    test = await startTestCluster({ images: [crashing] });
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'special' }] }));
    await untilPod((now) => (now.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2);
    await untilPod((now) => now.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff');
    expect(status('app')?.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(status('app')?.state.waiting?.message).toMatch(
      /^back-off [0-9ms]+ restarting failed container=app pod=p_default\(.+\)$/,
    );
    expect(eventsOf('BackOff')[0]?.message).toMatch(/^Back-off restarting failed container app in pod p_default\(/);
    const chunks: string[] = [];
    const previous = { container: 'app', previous: true };
    for await (const text of test.kubelets.api.logs('default', 'p', previous, new AbortController().signal))
      chunks.push(text);
    expect(chunks.join('')).toBe('boom\n');
  });

  it('pauses its programs as long as its pace says, and not beyond their end', async () => {
    const rested: number[] = [];
    const resting = execute(async ({ clock, rest, signal }) => {
      const startedAt = clock.now();
      await rest(1000);
      rested.push(clock.now() - startedAt);
      await rest(3_600_000);
      return signal.aborted ? 0 : 1;
    });
    test = await startTestCluster({ images: [resting], clock: new SteppedClock() });
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'special' }] }));
    const clock = testClock();
    for (let steps = 0; steps < 40 && rested.length === 0; steps++) await clock.step(5);
    expect(rested).toEqual([20]);
    await test.cluster.delete(pods, 'p', 'default');
    for (let steps = 0; steps < 40 && current(); steps++) await clock.step(5);
    expect(current()).toBeUndefined();
  });

  it('whose image does not exist says which images do', async () => {
    test = await startTestCluster({});
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'nginx:1.27' }] }));
    await untilPod((now) => now.status?.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff');
    await test.idle();
    expect(eventsOf('Failed').map((event) => event.message)).toContainEqual(
      expect.stringMatching(/^Failed to pull image "nginx:1\.27": .*docker\.io\/library\/nginx:1\.27.*: app, sidecar$/),
    );
    const logs = test.kubelets.api.logs('default', 'p', {}, new AbortController().signal);
    await expect(logs[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 400,
      message: 'container "app" in pod "p" is waiting to start: trying and failing to pull image',
    });
  });

  it.each([
    ['/appx', 'stat /appx: no such file or directory'],
    ['appx', 'executable file not found in $PATH'],
  ])('whose image lacks the command %s does not start, and says so', async (executable, why) => {
    test = await startTestCluster({});
    const containers = [{ name: 'app', image: 'app:v1', command: [executable] }];
    await test.cluster.create(pods, pod({ containers }));
    await untilPod((now) => now.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff');
    const message = expect.stringMatching(/^failed to create containerd task: .+: unknown$/);
    expect(status('app')).toMatchObject({
      ready: false,
      lastState: { terminated: { exitCode: 128, reason: 'StartError', message, startedAt: '1970-01-01T00:00:00Z' } },
    });
    expect(eventsOf('Failed')[0]?.message).toContain(`exec: "${executable}": ${why}: unknown`);
    expect(eventsOf('Started')).toEqual([]);
  });

  it('that is not restarted has failed when its command is not there', async () => {
    test = await startTestCluster({});
    const containers = [{ name: 'app', image: 'app:v1', command: ['/appx'] }];
    await test.cluster.create(pods, pod({ restartPolicy: 'Never', containers }));
    await untilPod((now) => now.status?.phase === 'Failed');
    expect(status('app')?.state.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
  });

  it('becomes ready when its probe passes, and the Service lists it only while it is', async () => {
    let healthy = false;
    const image = execute(async ({ sockets, signal }) => {
      const server = createServer((_, response) => response.writeHead(healthy ? 200 : 503).end());
      await sockets.listen(8080, ({ socket }) => server.emit('connection', socket));
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return 0;
    });
    test = await startTestCluster({ images: [image] });
    await test.cluster.create(services, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'p' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
    });
    const readinessProbe = { httpGet: { path: '/', port: 'web' }, periodSeconds: 1, failureThreshold: 1 };
    const ports = [{ name: 'web', containerPort: 8080 }];
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'special', ports, readinessProbe }] }));
    await test.until(coreEvents, () => eventsOf('Unhealthy').length > 0);
    expect(eventsOf('Unhealthy')[0]?.message).toBe('Readiness probe failed: HTTP probe failed with statuscode: 503');
    expect(conditionOf(current(), 'Ready')).toMatchObject({
      status: 'False',
      message: 'containers with unready status: [app]',
    });
    const untilSubset = (key: 'addresses' | 'notReadyAddresses') =>
      test.until(endpoints, (all) => all.some((each) => each.subsets?.[0]?.[key]?.[0]?.ip !== undefined));
    await untilSubset('notReadyAddresses');
    healthy = true;
    await untilSubset('addresses');
    const [subset] = test.cluster.get(endpoints, 'web', 'default')?.subsets ?? [];
    expect(subset?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    healthy = false;
    await untilSubset('notReadyAddresses');
    expect(conditionOf(current(), 'Ready')?.status).toBe('False');
  });

  it('is restarted when its liveness probe fails, and starts up first when it has a startup probe', async () => {
    const image = execute(async ({ sockets, signal }) => {
      await sockets.listen(8080, ({ socket }) => socket.destroy());
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return 143;
    });
    test = await startTestCluster({ images: [image] });
    const startupProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    const livenessProbe = { tcpSocket: { port: 9090 }, periodSeconds: 1, failureThreshold: 2 };
    const started: (boolean | undefined)[] = [];
    test.cluster.watch(pods, ({ object }) => started.push(object.status?.containerStatuses?.[0]?.started));
    await test.cluster.create(
      pods,
      pod({ containers: [{ name: 'app', image: 'special', startupProbe, livenessProbe }] }),
    );
    await untilPod((now) => (now.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    await test.idle();
    expect(started.indexOf(true)).toBeGreaterThan(started.indexOf(false));
    expect(status('app')?.lastState.terminated).toMatchObject({ exitCode: 143, reason: 'Error' });
    expect(eventsOf('Unhealthy')[0]?.message).toMatch(
      /^Liveness probe failed: dial tcp 10\.244\.\d+\.\d+:9090: connect: connection refused$/,
    );
    expect(eventsOf('Killing')[0]?.message).toBe('Container app failed liveness probe, will be restarted');
  });

  it('gets its environment and files from fields, config maps and secrets', async () => {
    const seen: Record<string, string | undefined> = {};
    const image = execute(async ({ env, argv, readFile }) => {
      Object.assign(seen, env, {
        argv: argv.join(' '),
        file: readFile('/etc/x/key'),
        token: readFile('/var/run/secrets/kubernetes.io/serviceaccount/token'),
      });
      return 0;
    });
    test = await startTestCluster({ images: [image] });
    await test.cluster.create(configMaps, { metadata: { name: 'cm', namespace: 'default' }, data: { a: '1' } });
    await test.cluster.create(secrets, {
      metadata: { name: 's', namespace: 'default' },
      data: { key: Buffer.from('hidden').toString('base64') },
    });
    const fieldRef = { fieldPath: 'status.podIP' };
    await test.cluster.create(
      pods,
      pod({
        restartPolicy: 'Never',
        containers: [
          {
            name: 'app',
            image: 'special',
            command: ['/special', '--ip=$(IP)', '$$(IP)'],
            env: [
              { name: 'IP', valueFrom: { fieldRef } },
              { name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'a' } } },
              { name: 'B', value: '$(A)-$(NONE)' },
            ],
            volumeMounts: [{ name: 'v', mountPath: '/etc/x' }],
          },
        ],
        volumes: [{ name: 'v', secret: { secretName: 's' } }],
      }),
    );
    await untilPod((now) => now.status?.phase === 'Succeeded');
    expect(seen).toMatchObject({ A: '1', B: '1-$(NONE)', file: 'hidden', token: 'token' });
    expect(seen['argv']).toBe(`/special --ip=${seen['IP']} $(IP)`);
    expect(current().status).toMatchObject({ podIP: seen['IP'], qosClass: 'BestEffort' });
  });

  it('waits for a secret that is not there yet, and says so', async () => {
    test = await startTestCluster({});
    const mount = {
      volumeMounts: [{ name: 'v', mountPath: '/etc/x' }],
      volumes: [{ name: 'v', secret: { secretName: 'late' } }],
    };
    await test.cluster.create(
      pods,
      pod({ volumes: mount.volumes, containers: [{ name: 'app', image: 'app', volumeMounts: mount.volumeMounts }] }),
    );
    await test.until(coreEvents, () => eventsOf('FailedMount').length > 0);
    expect(eventsOf('FailedMount')[0]?.message).toBe(
      'MountVolume.SetUp failed for volume "v" : secret "late" not found',
    );
    await test.cluster.create(secrets, { metadata: { name: 'late', namespace: 'default' } });
    await untilPod((now) => now.status?.phase === 'Running');
  });

  it('is given its grace to end, and is abandoned after it', async () => {
    const deaf = execute(() => new Promise(() => {}));
    test = await startTestCluster({ images: [deaf] });
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'special' }] }));
    await untilPod((now) => now.status?.phase === 'Running');
    const exits: (number | undefined)[] = [];
    test.cluster.watch(pods, ({ object }) =>
      exits.push(object.status?.containerStatuses?.[0]?.state.terminated?.exitCode),
    );
    await test.cluster.delete(pods, 'p', 'default', { gracePeriodSeconds: 10 });
    await test.until(pods, (all) => all.length === 0);
    await test.idle();
    expect(exits.at(-1)).toBe(137);
    expect(eventsOf('Killing').map((event) => event.message)).toEqual(['Stopping container app']);
  });

  it('streams a log to its end, also over a restart of the container', async () => {
    let runs = 0;
    const image = execute(async ({ stdout, signal }) => {
      runs += 1;
      stdout(`run ${runs}\nhalf`);
      if (runs === 1) return 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return 0;
    });
    test = await startTestCluster({ images: [image] });
    await test.cluster.create(pods, pod({ containers: [{ name: 'app', image: 'special' }] }));
    await untilPod((now) => now.status?.containerStatuses?.[0]?.restartCount === 1);
    const read = async (options: object, signal = new AbortController().signal) => {
      let text = '';
      for await (const chunk of test.kubelets.api.logs('default', 'p', options, signal)) text += chunk;
      return text;
    };
    expect(await read({ previous: true })).toBe('run 1\nhalf');
    expect(await read({})).toBe('run 2\nhalf');
    expect(await read({ tailLines: 1, timestamps: true })).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z half$/);
    const following = read({ follow: true });
    await test.cluster.delete(pods, 'p', 'default');
    expect(await following).toBe('run 2\nhalf');
  });
});

function testClock(): SteppedClock {
  return test.clock as SteppedClock;
}
