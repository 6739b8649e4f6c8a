import { describe, expect, it } from 'vitest';
import { answer } from '../../src/check/kinds/answer.ts';
import { azureCluster } from '../../src/check/kinds/azure-cluster.ts';
import { http } from '../../src/check/kinds/http.ts';
import { kubeContext } from '../../src/check/kinds/kube-context.ts';
import { logs } from '../../src/check/kinds/logs.ts';
import { meshConfig } from '../../src/check/kinds/mesh-config.ts';
import { namespacesInMesh } from '../../src/check/kinds/namespaces-in-mesh.ts';
import { resource } from '../../src/check/kinds/resource.ts';
import { workloadsReady } from '../../src/check/kinds/workloads-ready.ts';
import { Fault, faultOf } from '../../src/fault.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { StatusError } from '../../src/kube/status.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { aCluster, scriptedAzure } from './scripted-azure.ts';
import { deployment, look, pod, probeOf, ScriptedKube, stamped } from './scripted-probe.ts';

function cluster(...objects: KubeObject[]): ScriptedKube {
  const kube = new ScriptedKube();
  kube.objects = objects;
  return kube;
}

function failing(failure: unknown): ScriptedKube {
  const kube = new ScriptedKube();
  kube.failure = failure;
  return kube;
}

const forbidden = new StatusError(403, 'Forbidden', 'namespaces is forbidden');
const unreachable = new Fault('cluster.unreachable', { what: 'No answer.', next: ['kubectl cluster-info'] });

describe('every kind that asks the cluster', () => {
  const looks = [
    ['resource', (script: object) => look(resource, { kind: 'Namespace', name: 'a' }, script)],
    ['mesh-config', (script: object) => look(meshConfig, { enableEgress: true }, script)],
    ['namespaces-in-mesh', (script: object) => look(namespacesInMesh, { namespaces: ['a'] }, script)],
    ['workloads-ready', (script: object) => look(workloadsReady, { namespace: 'a', deployments: ['b'] }, script)],
    ['logs', (script: object) => look(logs, { pod: { namespace: 'a', selector: 'app=b' }, contains: 'x' }, script)],
  ] as const;

  it.each(looks)('%s says that there is no context, and how to see it', async (_kind, run) => {
    expect(await run({})).toMatchObject({ status: 'wrong', tryThis: 'kubectl config get-contexts' });
  });

  it.each(looks)('%s cannot tell when it may not look or nobody answers', async (_kind, run) => {
    expect(await run({ kube: failing(forbidden) })).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('does not let us look'),
    });
    expect(await run({ kube: failing(unreachable) })).toEqual({
      status: 'unknown',
      reason: 'No answer.',
      tryThis: 'kubectl cluster-info',
    });
  });

  it.each(looks)('%s does not hide a bug of ours', async (_kind, run) => {
    await expect(run({ kube: failing(new TypeError('x is undefined')) })).rejects.toThrow(TypeError);
  });
});

describe('azure-cluster', () => {
  const spec = { resourceGroup: 'rg', name: 'aks', addons: { openServiceMesh: true } };
  const running = aCluster;
  const azure = scriptedAzure;

  it('passes for a cluster that runs with its add-on, and says what it saw', async () => {
    expect(await look(azureCluster, spec, { azure: azure([running]) })).toEqual({
      status: 'passed',
      saw: 'aks: Kubernetes 1.32.4, 3 nodes, openServiceMesh enabled',
    });
  });

  it('waits while it is being made', async () => {
    const creating = { ...running, provisioningState: 'Creating' };
    expect(await look(azureCluster, spec, { azure: azure([creating]) })).toMatchObject({
      status: 'not-yet',
      saw: 'state Creating for under 1 min',
    });
  });

  it('tells how long Azure works on it, by its own clock, and how far its pools are', async () => {
    const clock = new SteppedClock();
    const creating = { ...running, provisioningState: 'Creating' };
    const pools = [{ name: 'nodepool1', provisioningState: 'Creating', count: 3 }];
    const startedAt = clock.now() - 200_000;
    const creation = { provisioningState: 'Creating', startedAt, pools, failure: undefined };
    expect(await look(azureCluster, spec, { clock, azure: azure([creating], ['rg'], creation) })).toMatchObject({
      status: 'not-yet',
      saw: 'state Creating for 3 min; nodepool1: 3 nodes Creating',
    });
  });

  it('names what is not there at all, so that who comes back hears what was deleted', async () => {
    expect(await look(azureCluster, spec, { azure: azure([], []) })).toMatchObject({ missing: 'resource group rg' });
    expect(await look(azureCluster, spec, { azure: azure([]) })).toMatchObject({
      missing: 'cluster aks in resource group rg',
    });
  });

  it('tells why its creation failed, where Azure keeps that', async () => {
    const failure = faultOf('azure.quota', 'No cores left.');
    const creation = { provisioningState: 'Failed', startedAt: undefined, pools: [], failure };
    const client = azure([{ ...running, provisioningState: 'Failed' }], ['rg'], creation);
    expect(await look(azureCluster, spec, { azure: client })).toMatchObject({
      status: 'wrong',
      saw: "state Failed: The subscription's quota of virtual CPUs does not hold this cluster. Azure says: No cores left.",
    });
  });

  it.each([
    ['no group', azure([], []), 'there is no resource group rg'],
    ['no cluster', azure([]), 'the resource group has no cluster aks'],
    ['a failed cluster', azure([{ ...running, provisioningState: 'Failed' }]), 'state Failed'],
    ['a stopped cluster', azure([{ ...running, powerState: 'Stopped' }]), 'power state Stopped'],
    ['the add-on off', azure([{ ...running, addons: { openServiceMesh: false } }]), 'it is disabled'],
    ['no add-on', azure([{ ...running, addons: {} }]), 'the cluster does not have it'],
  ])('is wrong with %s', async (_name, client, saw) => {
    expect(await look(azureCluster, spec, { azure: client })).toMatchObject({
      status: 'wrong',
      saw,
      on: expect.any(String),
      tryThis: expect.stringMatching(/^az /),
    });
  });

  it('looks at the group alone without a name', async () => {
    expect(await look(azureCluster, { resourceGroup: 'rg' }, { azure: azure([]) })).toMatchObject({ status: 'passed' });
    expect(await look(azureCluster, { resourceGroup: 'rg' }, { azure: azure([], []) })).toMatchObject({
      status: 'wrong',
    });
  });

  it('wants the group gone, and waits while its cluster is being deleted', async () => {
    const gone = { resourceGroup: 'rg', absent: true };
    expect(await look(azureCluster, gone, { azure: azure([], []) })).toMatchObject({ status: 'passed' });
    expect(await look(azureCluster, gone, { azure: azure([running]) })).toMatchObject({
      status: 'wrong',
      saw: 'it still has the cluster aks',
    });
    const deleting = azure([{ ...running, provisioningState: 'Deleting' }]);
    expect(await look(azureCluster, gone, { azure: deleting })).toMatchObject({ status: 'not-yet' });
  });

  it('cannot tell without Azure or without its answer', async () => {
    expect(await look(azureCluster, spec, {})).toMatchObject({ status: 'unknown' });
    const silent = { ...azure([]), resourceGroup: () => Promise.reject(unreachable) };
    expect(await look(azureCluster, spec, { azure: silent })).toMatchObject({
      status: 'unknown',
      reason: 'No answer.',
    });
  });
});

describe('kube-context', () => {
  const node = (name: string, ready: string): KubeObject => ({
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });

  it('passes when the context is current and the cluster answers', async () => {
    expect(await look(kubeContext, { name: 'aks' }, { context: 'aks', kube: cluster() })).toMatchObject({
      status: 'passed',
    });
  });

  it('is wrong for no context, and for another one', async () => {
    expect(await look(kubeContext, {}, {})).toMatchObject({ status: 'wrong', saw: 'no current context' });
    expect(await look(kubeContext, { name: 'aks' }, { context: 'kind' })).toMatchObject({
      status: 'wrong',
      saw: 'the current context kind',
    });
  });

  it('waits for enough Nodes', async () => {
    const kube = cluster(node('a', 'True'), node('b', 'Unknown'));
    expect(await look(kubeContext, { nodes: 2 }, { context: 'aks', kube })).toMatchObject({
      status: 'not-yet',
      saw: '1 Node Ready',
    });
    expect(await look(kubeContext, { nodes: 1 }, { context: 'aks', kube })).toMatchObject({ status: 'passed' });
  });

  it('cannot tell when the cluster does not answer', async () => {
    expect(await look(kubeContext, {}, { context: 'aks', kube: failing(unreachable) })).toMatchObject({
      status: 'unknown',
    });
  });
});

describe('namespaces-in-mesh', () => {
  const namespace = (labels: Record<string, string>, annotations: Record<string, string>): KubeObject => ({
    kind: 'Namespace',
    metadata: { name: 'bookbuyer', labels, annotations },
  });
  const label = { 'openservicemesh.io/monitored-by': 'osm' };
  const annotation = { 'openservicemesh.io/sidecar-injection': 'enabled' };

  it('passes with label and annotation', async () => {
    const kube = cluster(namespace(label, annotation));
    expect(await look(namespacesInMesh, { namespaces: ['bookbuyer'] }, { kube })).toMatchObject({ status: 'passed' });
  });

  it.each([
    ['a missing namespace', cluster(), 'it does not exist'],
    ['no label', cluster(namespace({}, annotation)), 'no such label: the mesh does not watch it'],
    [
      'the label of another mesh',
      cluster(namespace({ 'openservicemesh.io/monitored-by': 'x' }, annotation)),
      'openservicemesh.io/monitored-by=x',
    ],
    ['no annotation', cluster(namespace(label, {})), 'no such annotation: its pods get no sidecar'],
  ])('is wrong with %s', async (_name, kube, saw) => {
    expect(await look(namespacesInMesh, { namespaces: ['bookbuyer'] }, { kube })).toMatchObject({
      status: 'wrong',
      saw,
    });
  });
});

describe('workloads-ready', () => {
  const spec = { namespace: 'shop', deployments: ['store'], sidecar: true };

  it('passes when all pods are ready and have sidecars', async () => {
    const kube = cluster(deployment('shop', 'store'), pod('shop', 'store-1', 'store'));
    expect(await look(workloadsReady, spec, { kube })).toEqual({ status: 'passed', saw: 'shop/store 1/1' });
  });

  it('waits for a pod that starts, and for the rollout of a change', async () => {
    const starting = cluster(deployment('shop', 'store'), pod('shop', 'store-1', 'store', { ready: false }));
    expect(await look(workloadsReady, spec, { kube: starting })).toMatchObject({
      status: 'not-yet',
      saw: '0 of 1 pod ready; Pod store-1: all containers run; the pod is not ready yet',
    });
    const changed = deployment('shop', 'store', { metadata: { namespace: 'shop', name: 'store', generation: 2 } });
    const rolling = cluster(changed, pod('shop', 'store-1', 'store'));
    expect(await look(workloadsReady, spec, { kube: rolling })).toMatchObject({ status: 'not-yet' });
  });

  it('is wrong when it is missing, has a pod without a sidecar, or a pod that is stuck', async () => {
    expect(await look(workloadsReady, spec, { kube: cluster() })).toMatchObject({ status: 'wrong', on: 'shop/store' });
    const bare = cluster(deployment('shop', 'store'), pod('shop', 'store-1', 'store', { sidecar: false }));
    expect(await look(workloadsReady, spec, { kube: bare })).toMatchObject({
      status: 'wrong',
      on: 'Pod shop/store-1, spec.containers',
      tryThis: 'kubectl rollout restart deployment store -n shop',
    });
    const stuck = pod('shop', 'store-1', 'store', { ready: false });
    stuck.status = {
      phase: 'Pending',
      containerStatuses: [
        {
          name: 'store',
          state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } },
          lastState: {},
          ready: false,
          restartCount: 0,
          image: 'x',
          imageID: '',
        },
      ],
    };
    expect(await look(workloadsReady, spec, { kube: cluster(deployment('shop', 'store'), stuck) })).toMatchObject({
      status: 'wrong',
      saw: 'ErrImagePull: no such image',
    });
  });
});

describe('mesh-config', () => {
  const config: KubeObject = {
    kind: 'MeshConfig',
    metadata: { namespace: 'kube-system', name: 'osm-mesh-config' },
    spec: { traffic: { enableEgress: true, enablePermissiveTrafficPolicyMode: true }, sidecar: { logLevel: 'error' } },
  };

  it('compares switches by name and any setting by its path', async () => {
    const kube = cluster(config);
    expect(await look(meshConfig, { enableEgress: true }, { kube })).toMatchObject({ status: 'passed' });
    expect(await look(meshConfig, { path: 'spec.sidecar.logLevel', equals: 'error' }, { kube })).toMatchObject({
      status: 'passed',
    });
    expect(await look(meshConfig, { enablePermissiveTrafficPolicyMode: false }, { kube })).toEqual({
      status: 'wrong',
      expected: 'spec.traffic.enablePermissiveTrafficPolicyMode = false',
      saw: 'true',
      on: 'MeshConfig kube-system/osm-mesh-config, spec.traffic.enablePermissiveTrafficPolicyMode',
      tryThis: 'kubectl get meshconfig osm-mesh-config -n kube-system -o yaml',
    });
    expect(await look(meshConfig, { enableEgress: true }, { kube: cluster() })).toMatchObject({ status: 'wrong' });
  });
});

describe('resource', () => {
  const split: KubeObject = {
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'split', labels: { 'a.b/c': 'd' } },
    spec: {
      service: 'store',
      backends: [
        { service: 'v1', weight: 90 },
        { service: 'v2', weight: 10 },
      ],
    },
  };
  const at = (more: object) =>
    look(resource, { kind: 'TrafficSplit', namespace: 'shop', name: 'split', ...more }, { kube: cluster(split) });

  it.each([
    [{}],
    [{ path: 'spec.service', equals: 'store' }],
    [
      {
        path: 'spec.backends',
        equals: [
          { service: 'v2', weight: 10 },
          { weight: 90, service: 'v1' },
        ],
      },
    ],
    [{ path: 'spec.backends', contains: { service: 'v2' } }],
    [{ path: 'spec.service', contains: 'tor' }],
    [{ path: 'spec.backends[service=v2].weight', equals: 10 }],
    [{ path: 'spec.backends[1].weight', not: 50 }],
    [{ path: 'spec.backends[0].weight', atLeast: 90 }],
    [{ path: 'spec.service', matches: '^st' }],
    [{ path: 'metadata.labels["a.b/c"]', equals: 'd' }],
    [{ path: 'spec.matches', absent: true }],
  ])('passes for %j', async (more) => {
    expect(await at(more)).toMatchObject({ status: 'passed' });
  });

  it.each([
    [{ absent: true }, 'it is still there'],
    [
      { path: 'spec.backends', equals: [{ service: 'v1', weight: 90 }] },
      '[{service: v1, weight: 90}, {service: v2, weight: 10}]',
    ],
    [{ path: 'spec.backends[1].weight', not: 10 }, '10'],
    [{ path: 'spec.backends[0].weight', atLeast: 91 }, '90'],
    [{ path: 'spec.matches', not: 'x' }, 'nothing'],
    [{ path: 'spec.service', contains: 'shop' }, '"store"'],
    [{ path: 'spec.backends', contains: { service: 'v' } }, '[{service: v1, weight: 90}, {service: v2, weight: 10}]'],
    [{ path: 'spec', contains: { service: 'tor' } }, expect.stringContaining('service: store')],
  ])('is wrong for %j', async (more, saw) => {
    expect(await at(more)).toMatchObject({
      status: 'wrong',
      saw,
      tryThis: expect.stringContaining('kubectl get trafficsplit split -n shop'),
    });
  });

  it('tells a missing object from a kind that the cluster does not have', async () => {
    const spec = { kind: 'TrafficSplit', namespace: 'shop', name: 'split' };
    expect(await look(resource, spec, { kube: cluster() })).toMatchObject({
      status: 'wrong',
      saw: 'it does not exist',
    });
    const noKind = failing(new StatusError(404, 'NotFound', 'the server could not find the requested resource'));
    expect(await look(resource, spec, { kube: noKind })).toMatchObject({
      saw: expect.stringContaining('no kind TrafficSplit'),
    });
    expect(await look(resource, { ...spec, absent: true }, { kube: noKind })).toMatchObject({ status: 'passed' });
  });

  it('waits for an object that is being deleted', async () => {
    const going = { ...split, metadata: { ...split.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    const spec = { kind: 'TrafficSplit', namespace: 'shop', name: 'split', absent: true };
    expect(await look(resource, spec, { kube: cluster(going) })).toMatchObject({ status: 'not-yet' });
  });
});

describe('logs', () => {
  it('reads lines that end in CR LF, as curl shows the head of an answer', async () => {
    const kube = cluster(pod('shop', 'store-1', 'store'));
    const clock = new SteppedClock();
    const since = clock.now() - 4_500;
    kube.logs['shop/store-1/store'] = stamped(since, 'HTTP/1.1 404 Not Found\r');
    const whole = { pod: { namespace: 'shop', selector: 'app=store' }, matches: '^HTTP/1.1 404 Not Found$' };
    expect(await look(logs, whole, { kube, clock, since })).toMatchObject({ status: 'passed' });
  });

  it('counts lines since the task began to the millisecond, of the container that is meant', async () => {
    const kube = cluster(pod('shop', 'store-1', 'store'));
    const clock = new SteppedClock();
    const since = clock.now() - 4_500;
    const zero = 'is 0;  expected 200';
    kube.logs['shop/store-1/store'] = [
      stamped(since - 1, zero, zero),
      stamped(since, zero),
      stamped(since + 100, 'other', '', zero),
      'a torn line, is 0;  expected 200\n',
    ].join('');
    const spec = { pod: { namespace: 'shop', selector: 'app=store' }, contains: 'is 0;  expected' };
    expect(await look(logs, { ...spec, lines: 2 }, { kube, clock, since })).toMatchObject({ status: 'passed' });
    expect(kube.logRequests).toEqual([{ container: 'store', sinceSeconds: 6, timestamps: true }]);
    expect(await look(logs, { ...spec, lines: 3 }, { kube, clock, since })).toMatchObject({
      status: 'not-yet',
      saw: '2 such lines since the task began',
    });
    expect(await look(logs, spec, { kube: cluster() })).toMatchObject({ status: 'wrong', saw: 'there is no such pod' });
  });
});

describe('http', () => {
  const reply = (status: number, body: string) => ({ httpGet: async () => ({ status, body }) });
  const url = 'http://localhost:8081/raw';

  it('compares status and body', async () => {
    expect(await look(http, { url, contains: 'books' }, reply(200, 'books'))).toMatchObject({ status: 'passed' });
    expect(await look(http, { url }, reply(503, ''))).toMatchObject({ status: 'wrong', saw: 'status 503' });
    expect(await look(http, { url, matches: '^x' }, reply(200, 'books'))).toMatchObject({ status: 'wrong' });
  });

  it('waits for a number to rise, also after it began again from zero', async () => {
    const memory = new Map<string, unknown>();
    const at = (value: number) =>
      look(http, { url, rises: 'n' }, { ...reply(200, JSON.stringify({ n: value })), memory });
    expect((await at(5)).status).toBe('not-yet');
    expect((await at(0)).status).toBe('not-yet');
    expect(await at(1)).toEqual({ status: 'passed', saw: 'n went from 0 to 1' });
    expect(await look(http, { url, rises: 'n' }, reply(200, '<html>'))).toMatchObject({ status: 'wrong' });
  });

  it('says that nothing listens when the port-forward does not run', async () => {
    const refused = Object.assign(new Error('fetch failed'), {
      cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    });
    expect(await look(http, { url }, { httpGet: () => Promise.reject(refused) })).toMatchObject({
      status: 'wrong',
      saw: 'nothing listens on port 8081',
    });
  });

  it('asks the cluster and the forwards before it says so: a cut network is no mistake of the learner', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const httpGet = () => Promise.reject(refused);
    const failure = new Fault('cluster.unreachable', { what: 'The cluster does not answer.' });
    const away = Object.assign(new ScriptedKube(), { failure });
    expect(await look(http, { url }, { httpGet, kube: away })).toMatchObject({
      status: 'unknown',
      reason: 'The cluster does not answer.',
    });
    const kube = new ScriptedKube();
    const coming = { ...probeOf({ kube, httpGet }), beside: () => [{ command: 'forward', isUp: false }] };
    expect(await http.verify(http.parse({ url }), coming)).toMatchObject({
      status: 'not-yet',
      saw: 'forward ended and is being started again',
    });
    expect((await look(http, { url }, { httpGet, kube })).status).toBe('wrong');
    const clock = new SteppedClock();
    const up = { ...probeOf({ kube, httpGet, clock }), beside: () => [{ command: 'forward', isUp: true }] };
    expect((await http.verify(http.parse({ url }), up)).status).toBe('not-yet');
    await clock.step(5_000);
    expect((await http.verify(http.parse({ url }), up)).status).toBe('wrong');
    let tries = 0;
    const backSoon = async () => {
      tries += 1;
      if (tries === 1) throw refused;
      return { status: 200, body: 'books' };
    };
    expect((await look(http, { url }, { httpGet: backSoon, kube })).status).toBe('passed');
  });

  it('tells when two programs share the port, one at each address of localhost', async () => {
    const pages: Record<string, { status: number; body: string }> = {
      'http://localhost:8081/raw': { status: 404, body: 'another program' },
      'http://127.0.0.1:8081/raw': { status: 404, body: 'another program' },
      'http://[::1]:8081/raw': { status: 200, body: 'books' },
    };
    const httpGet = async (asked: string) => {
      const page = pages[asked];
      if (!page) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return page;
    };
    const shared = {
      status: 'wrong',
      saw: 'two programs on port 8081: the page is at [::1], another program answers at 127.0.0.1 (status 404)',
      tryThis: 'lsof -nP -iTCP:8081 -sTCP:LISTEN',
    };
    expect(await look(http, { url }, { httpGet })).toMatchObject(shared);
    pages['http://127.0.0.1:8081/raw'] = { status: 200, body: 'coffee' };
    expect(await look(http, { url, contains: 'books' }, { httpGet })).toMatchObject({
      saw: expect.stringContaining('two programs on port 8081'),
    });
    // Only the stranger is there: no forward stands.
    delete pages['http://[::1]:8081/raw'];
    expect(await look(http, { url, status: 404 }, { httpGet })).toMatchObject({ status: 'passed' });
    expect(await look(http, { url }, { httpGet })).toMatchObject({ status: 'wrong', saw: 'status 404' });
  });

  it('cannot tell when the request is stopped', async () => {
    const stopped = new DOMException('stopped', 'AbortError');
    expect(await look(http, { url }, { httpGet: () => Promise.reject(stopped) })).toMatchObject({ status: 'unknown' });
  });
});

describe('answer', () => {
  it('passes for the right choice, waits for an answer, and is wrong for another', async () => {
    const spec = { question: 'q', is: 'a' };
    expect(await look(answer, spec, { answers: { q: 'a' } })).toMatchObject({ status: 'passed' });
    expect(await look(answer, spec, {})).toMatchObject({ status: 'not-yet' });
    const wrong = await look(answer, spec, { answers: { q: 'b' } });
    expect(wrong).toMatchObject({ status: 'wrong', saw: 'the answer "b"' });
    expect(JSON.stringify(wrong)).not.toContain('"a"');
  });
});
