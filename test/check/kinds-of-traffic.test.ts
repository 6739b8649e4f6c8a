import { beforeEach, describe, expect, it } from 'vitest';
import { trafficDenied } from '../../src/check/kinds/traffic-denied.ts';
import { trafficFlows } from '../../src/check/kinds/traffic-flows.ts';
import { trafficSplit } from '../../src/check/kinds/traffic-split.ts';
import { Fault } from '../../src/fault.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { deployment, look, pod, ScriptedKube, service, stamped } from './scripted-probe.ts';

let kube: ScriptedKube;
let memory: Map<string, unknown>;
let clock: SteppedClock;

const buyer = 'bookbuyer/buyer-1';
const v1 = 'cluster.bookstore/bookstore-v1|14001';
const v2 = 'cluster.bookstore/bookstore-v2|14001';
const store = 'cluster.bookstore/bookstore|14001';

beforeEach(() => {
  kube = new ScriptedKube();
  memory = new Map();
  clock = new SteppedClock();
  kube.objects = [
    deployment('bookbuyer', 'bookbuyer'),
    pod('bookbuyer', 'buyer-1', 'bookbuyer'),
    ...service('bookstore', 'bookstore'),
    ...service('bookstore', 'bookstore-v1'),
    ...service('bookstore', 'bookstore-v2'),
    pod('bookstore', 'store-1', 'bookstore'),
  ];
});

const script = () => ({ kube, memory, clock });
const replace = (name: string, by: KubeObject[]) => {
  kube.objects = [...kube.objects.filter((object) => object.metadata.name !== name), ...by];
};

describe('every kind of traffic', () => {
  const looks = [
    ['traffic-flows', () => look(trafficFlows, { from: 'bookbuyer/bookbuyer', to: 'bookstore/bookstore' }, script())],
    ['traffic-denied', () => look(trafficDenied, { from: 'bookbuyer/bookbuyer', to: 'bookstore/bookstore' }, script())],
    [
      'traffic-split',
      () => look(trafficSplit, { from: 'bookbuyer/bookbuyer', backends: { 'bookstore/bookstore-v1': 1 } }, script()),
    ],
  ] as const;

  it.each(looks)('%s is wrong when nobody calls, or calls without a sidecar', async (_kind, run) => {
    replace('buyer-1', [pod('bookbuyer', 'buyer-1', 'bookbuyer', { sidecar: false })]);
    expect(await run()).toMatchObject({ status: 'wrong', on: 'Pod bookbuyer/buyer-1, spec.containers' });
    replace('bookbuyer', []);
    expect(await run()).toMatchObject({ status: 'wrong', saw: 'bookbuyer/bookbuyer is not deployed' });
  });

  it.each(looks)('%s waits while no pod of the caller runs', async (_kind, run) => {
    replace('buyer-1', []);
    expect(await run()).toMatchObject({
      status: 'not-yet',
      saw: 'no pod of Deployment bookbuyer/bookbuyer is running',
    });
  });

  it.each(looks)('%s cannot tell when the sidecar does not answer', async (_kind, run) => {
    kube.podHttp = () => Promise.reject(new Fault('pod.unreachable', { what: 'Port 15000 cannot be reached.' }));
    expect(await run()).toMatchObject({ status: 'unknown', reason: 'Port 15000 cannot be reached.' });
    kube.podHttp = async () => ({ status: 503, body: '' });
    expect(await run()).toMatchObject({ status: 'unknown', reason: expect.stringContaining('status 503') });
  });
});

describe('traffic-flows', () => {
  const at = (stats: Record<string, number>, more: object = {}) => {
    kube.setStats(buyer, stats);
    return look(trafficFlows, { from: 'bookbuyer/bookbuyer', to: 'bookstore/bookstore', ...more }, script());
  };

  it('counts successes since the first look, not those of before', async () => {
    expect(await at({ [`${store}.upstream_rq_2xx`]: 100 })).toMatchObject({
      status: 'not-yet',
      saw: '0 such requests since the task began',
    });
    expect(await at({ [`${store}.upstream_rq_2xx`]: 102 })).toMatchObject({ status: 'not-yet' });
    expect(await at({ [`${store}.upstream_rq_2xx`]: 103 })).toEqual({
      status: 'passed',
      saw: '3 requests with success',
    });
  });

  it('tells requests that ended otherwise, and can want a code', async () => {
    const stats = (ok: number, denied: number) => ({
      [`${store}.upstream_rq_2xx`]: ok,
      [`${store}.upstream_rq_403`]: denied,
      [`${store}.upstream_rq_total`]: ok + denied,
    });
    await at(stats(0, 0));
    expect(await at(stats(0, 4))).toMatchObject({
      saw: '0 such requests since the task began, and 4 that ended otherwise',
    });
    memory.clear();
    await at(stats(0, 0), { code: 403 });
    expect(await at(stats(0, 4), { code: 403 })).toMatchObject({ status: 'passed', saw: '4 requests with status 403' });
  });

  it('counts on when the pod is replaced or its sidecar begins again from zero', async () => {
    await at({ [`${store}.upstream_rq_2xx`]: 50 });
    expect(await at({ [`${store}.upstream_rq_2xx`]: 1 })).toMatchObject({ saw: '1 such request since the task began' });
    replace('buyer-1', [pod('bookbuyer', 'buyer-2', 'bookbuyer')]);
    kube.setStats('bookbuyer/buyer-2', { [`${store}.upstream_rq_2xx`]: 2 });
    expect(await at({})).toMatchObject({ status: 'passed', saw: '3 requests with success' });
  });

  it('follows a TrafficSplit to its backends, and counts no Service with a similar name', async () => {
    kube.objects.push({
      kind: 'TrafficSplit',
      metadata: { namespace: 'bookstore', name: 's' },
      spec: { service: 'bookstore.bookstore', backends: [{ service: 'bookstore-v1', weight: 1 }] },
    });
    await at({});
    expect(await at({ [`${v1}.upstream_rq_2xx`]: 2, [`${v2}.upstream_rq_2xx`]: 9 })).toMatchObject({
      status: 'not-yet',
      saw: expect.stringContaining('2 such'),
    });
    expect(await at({ [`${v1}.upstream_rq_2xx`]: 3 })).toMatchObject({ status: 'passed' });
  });
});

describe('traffic-denied', () => {
  const passthrough = 'cluster.passthrough-outbound.upstream_cx_total';
  const at = (stats: Record<string, number>, more: object = {}) => {
    kube.setStats(buyer, stats);
    return look(trafficDenied, { from: 'bookbuyer/bookbuyer', to: 'bookstore/bookstore', ...more }, script());
  };

  it('passes when attempts go on and none succeeds', async () => {
    expect(await at({ [passthrough]: 7 })).toMatchObject({
      status: 'not-yet',
      saw: '0 attempts, none with success so far',
    });
    expect(await at({ [passthrough]: 11 })).toMatchObject({
      status: 'not-yet',
      saw: '4 attempts, none with success so far',
    });
    expect(await at({ [passthrough]: 12 })).toEqual({ status: 'passed', saw: '5 attempts, none with success' });
  });

  it('is wrong as soon as one succeeds, and counts attempts anew from there', async () => {
    await at({ [passthrough]: 0, [`${store}.upstream_rq_2xx`]: 0 });
    expect(await at({ [passthrough]: 9, [`${store}.upstream_rq_2xx`]: 1 })).toMatchObject({
      status: 'wrong',
      saw: '1 request that succeeded',
    });
    expect(await at({ [passthrough]: 13, [`${store}.upstream_rq_2xx`]: 1 })).toMatchObject({
      status: 'not-yet',
      saw: expect.stringContaining('4 attempts'),
    });
  });

  it('sees failures in the log when the sidecar listens no more and counts nothing', async () => {
    const line = 'Error fetching http://bookstore.bookstore.svc.cluster.local:14001/books-bought: connection refused';
    const log = 'bookbuyer/buyer-1/bookbuyer';
    kube.logs[log] = stamped(clock.now() - 1, line, line, line, line, line);
    expect(await at({})).toMatchObject({ status: 'not-yet', saw: '0 attempts, none with success so far' });
    await clock.step(2500);
    kube.logs[log] += stamped(clock.now(), line, line, line, line, line);
    expect(await at({})).toMatchObject({ status: 'passed' });
    expect(kube.logRequests.at(-1)).toEqual({ container: 'bookbuyer', sinceSeconds: 4, timestamps: true });
  });

  it('counts refusals of the server as attempts', async () => {
    await at({ [`${store}.upstream_rq_total`]: 0 });
    expect(await at({ [`${store}.upstream_rq_total`]: 5 })).toMatchObject({ status: 'passed' });
  });

  it('proves nothing about a Service whose pods have no sidecar', async () => {
    replace('store-1', [pod('bookstore', 'store-1', 'bookstore', { sidecar: false })]);
    expect(await at({ [passthrough]: 0 })).toMatchObject({
      status: 'wrong',
      on: 'Pod bookstore/store-1, spec.containers',
    });
  });
});

describe('traffic-split', () => {
  const spec = {
    from: 'bookbuyer/bookbuyer',
    backends: { 'bookstore/bookstore-v1': 50, 'bookstore/bookstore-v2': 50 },
    tolerance: 0.15,
  };
  const half = { 'bookstore/bookstore-v1|14001': 50, 'bookstore/bookstore-v2|14001': 50 };
  const split = (first: number, second: number): KubeObject => ({
    kind: 'TrafficSplit',
    metadata: { namespace: 'bookstore', name: 'bookstore-split' },
    spec: {
      service: 'bookstore',
      backends: [
        { service: 'bookstore-v1', weight: first },
        { service: 'bookstore-v2', weight: second },
      ],
    },
  });
  const sent = (first: number, second: number) => {
    kube.setStats(buyer, {
      [`${v1}.upstream_rq_total`]: first,
      [`${v1}.membership_healthy`]: 1,
      [`${v2}.upstream_rq_total`]: second,
      [`${v2}.membership_healthy`]: 1,
    });
  };
  const verify = (more: object = {}) => look(trafficSplit, { ...spec, ...more }, script());

  beforeEach(() => {
    replace('bookstore-split', [split(50, 50)]);
    kube.setRoutes(buyer, [{ 'bookstore/bookstore-v1|14001': 100 }, half]);
    sent(900, 0);
  });

  it('heeds the cluster that has endpoints, and not one from before there were any', async () => {
    const before = v2.replace('|14001', '|0');
    const stats = (first: number, second: number, healthy: number) =>
      kube.setStats(buyer, {
        [`${v1}.upstream_rq_total`]: first,
        [`${v1}.membership_healthy`]: 1,
        [`${before}.membership_healthy`]: 0,
        [`${v2}.upstream_rq_total`]: second,
        [`${v2}.membership_healthy`]: healthy,
      });
    stats(900, 0, 0);
    expect(await verify()).toMatchObject({ saw: 'no pod of bookstore/bookstore-v2 is ready to be called' });
    stats(900, 0, 1);
    expect(await verify()).toMatchObject({ saw: 'the weights are in force; counting starts now' });
    stats(1000, 100, 1);
    expect(await verify()).toMatchObject({ status: 'passed' });
  });

  it('passes on the requests since the weights are in force, and says the counts', async () => {
    expect(await verify()).toMatchObject({ status: 'not-yet', saw: 'the weights are in force; counting starts now' });
    sent(903, 3);
    expect(await verify()).toMatchObject({
      status: 'not-yet',
      saw: '6 requests: 3 (50 %) to bookstore-v1 and 3 (50 %) to bookstore-v2; too few to tell',
    });
    sent(1000, 100);
    expect(await verify()).toEqual({
      status: 'passed',
      saw: '200 requests: 100 (50 %) to bookstore-v1 and 100 (50 %) to bookstore-v2; one that is off by more than 15 % would pass once in 1000 times at most',
    });
  });

  it('is wrong when the requests fall otherwise', async () => {
    await verify();
    sent(1100, 0);
    expect(await verify()).toMatchObject({
      status: 'wrong',
      saw: '200 requests: 200 (100 %) to bookstore-v1 and 0 (0 %) to bookstore-v2',
    });
  });

  it('waits while the sidecar still routes by the former weights, and forgets what was counted under them', async () => {
    kube.setRoutes(buyer, [{ 'bookstore/bookstore-v1|14001': 100 }]);
    expect(await verify()).toMatchObject({
      status: 'not-yet',
      saw: 'its sidecar routes by bookstore/bookstore-v1 100 %',
    });
    sent(2000, 0);
    kube.setRoutes(buyer, [half]);
    expect(await verify()).toMatchObject({ status: 'not-yet', saw: 'the weights are in force; counting starts now' });
    sent(2100, 100);
    expect(await verify()).toMatchObject({ status: 'passed' });
  });

  it("takes no backend's own virtual host, which sends all to itself, for the split", async () => {
    const host = (service: string, weights: Record<string, number>) => ({
      name: `outbound_virtual-host|${service}.bookstore.svc.cluster.local`,
      routes: [
        {
          route: {
            weighted_clusters: { clusters: Object.entries(weights).map(([name, weight]) => ({ name, weight })) },
          },
        },
      ],
    });
    const virtual_hosts = [
      host('bookstore-v1', { 'bookstore/bookstore-v1|14001': 100 }),
      host('bookstore', { 'bookstore/bookstore-v1|14001': 99, 'bookstore/bookstore-v2|14001': 1 }),
    ];
    const configs = [{ dynamic_route_configs: [{ route_config: { name: 'rds-outbound.14001', virtual_hosts } }] }];
    kube.pages[`${buyer}:15000 /config_dump`] = { status: 200, body: JSON.stringify({ configs }) };
    replace('bookstore-split', [split(99, 1)]);
    expect(await verify({ backends: { 'bookstore/bookstore-v1': 100, 'bookstore/bookstore-v2': 0 } })).toMatchObject({
      status: 'wrong',
      saw: expect.stringContaining('bookstore/bookstore-v1 99 %, bookstore/bookstore-v2 1 %'),
    });
  });

  it('is wrong at once when object and sidecar agree on other weights', async () => {
    replace('bookstore-split', [split(90, 10)]);
    kube.setRoutes(buyer, [{ 'bookstore/bookstore-v1|14001': 90, 'bookstore/bookstore-v2|14001': 10 }]);
    expect(await verify()).toMatchObject({
      status: 'wrong',
      saw: expect.stringContaining('bookstore/bookstore-v1 90 %, bookstore/bookstore-v2 10 %'),
      on: 'TrafficSplit bookstore/bookstore-split, spec.backends',
    });
  });

  it('waits for a backend that starts late, and counts from when it can be called', async () => {
    replace('bookstore-v2', service('bookstore', 'bookstore-v2', false));
    expect(await verify()).toMatchObject({
      status: 'not-yet',
      saw: 'no pod of bookstore/bookstore-v2 is ready to be called',
    });
    sent(5000, 0);
    replace('bookstore-v2', service('bookstore', 'bookstore-v2', true));
    expect(await verify()).toMatchObject({ status: 'not-yet', saw: 'the weights are in force; counting starts now' });
    sent(5100, 100);
    expect(await verify()).toMatchObject({ status: 'passed' });
  });

  it('counts requests for which no pod was found as sent, so that a restart cannot tilt the shares', async () => {
    await verify();
    kube.setStats(buyer, {
      [`${v1}.upstream_rq_total`]: 1000,
      [`${v2}.upstream_rq_total`]: 40,
      [`${v2}.upstream_cx_none_healthy`]: 60,
    });
    expect(await verify()).toMatchObject({ status: 'passed' });
  });

  it('begins anew with a sidecar that restarted, also when the new one has counted further already', async () => {
    const restarted = (restartCount: number) => {
      const envoy = { name: 'envoy', restartCount, image: '', imageID: '', ready: true, state: {}, lastState: {} };
      const caller = pod('bookbuyer', 'buyer-1', 'bookbuyer');
      replace('buyer-1', [{ ...caller, status: { ...caller.status, containerStatuses: [envoy] } }]);
    };
    restarted(0);
    sent(40, 0);
    await verify();
    sent(45, 5);
    restarted(1);
    // Told by the counters alone it would be 20 to 60.
    sent(60, 60);
    expect(await verify()).toMatchObject({ status: 'not-yet', saw: expect.stringContaining('no request') });
    sent(70, 70);
    expect(await verify()).toMatchObject({ saw: expect.stringMatching(/^20 requests: 10 \(50 %\)/) });
  });

  it('leaves out what a new caller sent before it was first seen: that may have been under other weights', async () => {
    await verify();
    kube.objects.push(pod('bookbuyer', 'buyer-2', 'bookbuyer'));
    kube.setRoutes('bookbuyer/buyer-2', [half]);
    kube.setStats('bookbuyer/buyer-2', { [`${v2}.upstream_rq_total`]: 30 });
    sent(903, 3);
    expect(await verify()).toMatchObject({ saw: expect.stringMatching(/^6 requests: 3 \(50 %\)/) });
  });

  it('counts a request once that was tried again', async () => {
    await verify();
    kube.setStats(buyer, {
      [`${v1}.upstream_rq_total`]: 1000,
      [`${v2}.upstream_rq_total`]: 300,
      [`${v2}.upstream_rq_retry`]: 200,
    });
    expect(await verify()).toMatchObject({ status: 'passed', saw: expect.stringContaining('200 requests: 100') });
  });

  it('takes the wanted weights from the object when the learner chooses them', async () => {
    const declared = { backends: undefined, declared: 'bookstore/bookstore-split' };
    replace('bookstore-split', [split(3, 1)]);
    kube.setRoutes(buyer, [{ 'bookstore/bookstore-v1|14001': 75, 'bookstore/bookstore-v2|14001': 25 }]);
    await verify(declared);
    sent(1050, 50);
    expect(await verify(declared)).toMatchObject({ status: 'passed' });
    replace('bookstore-split', []);
    expect(await verify(declared)).toMatchObject({ status: 'wrong', saw: 'it does not exist' });
  });

  it('is wrong for a Service that does not exist', async () => {
    replace('bookstore-v2', []);
    expect(await verify()).toMatchObject({ status: 'wrong', saw: 'there is no Service bookstore/bookstore-v2' });
  });

  it('cannot tell when the dump is no JSON', async () => {
    kube.pages[`${buyer}:15000 /config_dump`] = { status: 200, body: 'nope' };
    expect(await verify()).toMatchObject({ status: 'unknown' });
  });
});
