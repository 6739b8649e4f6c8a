import { describe, expect, it } from 'vitest';
import { trafficDenied } from '../../src/check/kinds/traffic-denied.ts';
import { trafficFlows } from '../../src/check/kinds/traffic-flows.ts';
import { workloadsReady } from '../../src/check/kinds/workloads-ready.ts';
import { podWait } from '../../src/check/pod-waits.ts';
import type { ContainerStatus, CoreEvent, Pod, PodStatus } from '../../src/kube/objects.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { findings as german } from '../../src/words/de/findings.ts';
import { findings } from '../../src/words/en/findings.ts';
import { deployment, look, pod, ScriptedKube, service } from './scripted-probe.ts';

const { waits } = findings.conditions;

const container = (name: string, state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}) => ({
  name,
  state,
  lastState: {},
  ready: false,
  restartCount: 0,
  image: '',
  imageID: '',
  ...more,
});
const waiting = (reason: string, message?: string) => ({ waiting: { reason, ...(message && { message }) } });
const withStatus = (status: PodStatus): Pod => ({ ...pod('shop', 'store-1', 'store'), status });
const event = (reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal', second = 0): CoreEvent => ({
  kind: 'Event',
  metadata: { namespace: 'shop', name: `e${second}` },
  involvedObject: { uid: 'uid-store-1' },
  reason,
  message,
  type,
  lastTimestamp: `2026-01-01T00:00:0${second}Z`,
});

describe('a pod that is not ready', () => {
  const unschedulable = withStatus({
    phase: 'Pending',
    conditions: [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
    ],
  });
  const creating = withStatus({
    phase: 'Pending',
    containerStatuses: [container('store', waiting('ContainerCreating'))],
  });
  const crashed = { terminated: { exitCode: 3 } };

  it.each<[string, Pod, CoreEvent[], string, boolean]>([
    ['no room', unschedulable, [], 'no Node has room for it (0/3 nodes are available)', true],
    [
      'a cluster that grows',
      unschedulable,
      [event('TriggeredScaleUp', 'pod triggered scale-up')],
      'waiting for a new Node (0/3 nodes are available)',
      false,
    ],
    ['a Node that is slow', withStatus({ phase: 'Pending' }), [], 'waiting for its Node to take it on', false],
    [
      'an image that is being pulled',
      creating,
      [event('Pulling', 'Pulling image "openservicemesh/bookstore:v1.2.0"')],
      'image openservicemesh/bookstore:v1.2.0 is being pulled',
      false,
    ],
    [
      'an image that was pulled',
      creating,
      [event('Pulling', 'Pulling image "a:1"'), event('Pulled', 'Successfully pulled image "a:1"', 'Normal', 2)],
      'its containers are being created',
      false,
    ],
    [
      'a volume that is missing',
      creating,
      [event('FailedMount', 'configmap "settings" not found', 'Warning')],
      'FailedMount (configmap "settings" not found)',
      false,
    ],
    [
      'an init container',
      withStatus({
        initContainerStatuses: [container('osm-init', { running: {} })],
        containerStatuses: [container('store', waiting('PodInitializing'))],
      }),
      [],
      'init container osm-init runs (1 of 1)',
      false,
    ],
    [
      'a crash',
      withStatus({
        containerStatuses: [
          container('store', waiting('CrashLoopBackOff', 'back-off 10s restarting failed container'), {
            lastState: crashed,
            restartCount: 2,
          }),
        ],
      }),
      [],
      'container store ended with code 3 and was started again 2 times (back-off 10s restarting failed container)',
      false,
    ],
    [
      'a probe that fails',
      withStatus({ containerStatuses: [container('store', { running: {} })] }),
      [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 'Warning')],
      'container store runs and is not ready (Readiness probe failed: HTTP probe failed with statuscode: 503)',
      false,
    ],
  ])('says what it waits for: %s', (_, given, events, what, isStuck) => {
    expect(podWait(given, events, waits)).toEqual({ what: `Pod store-1: ${what}`, isStuck });
    const isQuoted = what.startsWith('FailedMount');
    expect(podWait(given, events, german.conditions.waits).what.includes(what)).toBe(isQuoted);
  });

  it('is named by the check of its workload, with what the Events say', async () => {
    const kube = new ScriptedKube();
    const pulling = { ...event('Pulling', 'Pulling image "a:1"'), apiVersion: 'v1' };
    const others = { ...event('Pulling', 'Pulling image "b:1"'), involvedObject: { uid: 'another' } };
    kube.objects = [deployment('shop', 'store'), creating, pulling, others];
    expect(await look(workloadsReady, { namespace: 'shop', deployments: ['store'] }, { kube })).toMatchObject({
      status: 'not-yet',
      saw: '0 of 1 pod ready; Pod store-1: image a:1 is being pulled',
    });
  });

  it('that cannot even be made is told with the reason, and no time mends it', async () => {
    const kube = new ScriptedKube();
    const refusal = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods=3' };
    kube.objects = [deployment('shop', 'store', { status: { observedGeneration: 1, conditions: [refusal] } })];
    expect(await look(workloadsReady, { namespace: 'shop', deployments: ['store'] }, { kube })).toMatchObject({
      status: 'not-yet',
      saw: '0 of 1 pod ready; no pod could be made (exceeded quota: pods=3)',
      isStuck: true,
    });
  });
});

describe('traffic that waits', () => {
  const call = { from: 'bookbuyer/buyer', to: 'shop/store' };
  const target = (written: string) => ({
    kind: 'TrafficTarget',
    metadata: { namespace: 'shop', name: 'buyers', managedFields: [{ time: written }] },
  });
  const cluster = (configured: string, counted: number) => {
    const kube = new ScriptedKube();
    const buyer = pod('bookbuyer', 'buyer-1', 'buyer');
    kube.objects = [deployment('bookbuyer', 'buyer'), buyer, ...service('shop', 'store')];
    kube.setStats('bookbuyer/buyer-1', { 'cluster.shop/store|80.upstream_rq_2xx': counted });
    const dump = { configs: [{ dynamic_route_configs: [{ last_updated: configured }] }] };
    kube.pages['bookbuyer/buyer-1:15000 /config_dump'] = { status: 200, body: JSON.stringify(dump) };
    return kube;
  };

  it('for a policy that has not reached the sidecar says so, and no longer when it has', async () => {
    const kube = cluster('2026-01-01T00:00:05.250Z', 0);
    kube.objects.push(target('2026-01-01T00:00:09Z'));
    expect(await look(trafficFlows, call, { kube })).toMatchObject({
      status: 'not-yet',
      saw: '0 such requests since the task began; the sidecar of Pod buyer-1 has a configuration from before the change of TrafficTarget buyers',
    });
    kube.objects.splice(-1, 1, target('2026-01-01T00:00:05Z'));
    expect(await look(trafficFlows, call, { kube })).toMatchObject({ saw: '0 such requests since the task began' });
  });

  it('for a pod to answer says so, and what that pod waits for', async () => {
    const kube = cluster('2026-01-01T00:00:05Z', 0);
    const [object] = service('shop', 'store');
    if (!object) throw new Error('it is made');
    kube.objects = [...kube.objects.slice(0, 2), object];
    kube.objects.push(withStatus({ phase: 'Pending' }));
    expect(await look(trafficFlows, call, { kube })).toMatchObject({
      status: 'not-yet',
      saw: '0 such requests since the task began; Service shop/store has no pod that is ready: Pod store-1: waiting for its Node to take it on',
    });
  });

  it('is not called wrong for requests that succeed by a policy of before', async () => {
    const memory = new Map<string, unknown>();
    const clock = new SteppedClock();
    const at = (configured: string, counted: number) => {
      const kube = cluster(configured, counted);
      kube.objects.push(target('2026-01-01T00:00:09Z'));
      return look(trafficDenied, call, { kube, memory, clock });
    };
    await at('2026-01-01T00:00:05Z', 10);
    expect((await at('2026-01-01T00:00:05Z', 14)).status).toBe('not-yet');
    expect((await at('2026-01-01T00:00:10Z', 18)).status).toBe('wrong');
  });
});
