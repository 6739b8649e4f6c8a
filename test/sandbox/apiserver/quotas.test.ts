import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kube/objects.ts';
import { pods } from '../../../src/kube/resources.ts';
import { podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});

const sized = (name: string, resources: object = {}, more: object = {}) =>
  podOf(name, { containers: [{ name: 'app', image: 'i', resources }], ...more });
const quota = (hard: object, more: object = {}) =>
  api.post('v1/resourcequotas', { metadata: { name: 'q' }, spec: { hard, ...more } });
const limits = (...items: object[]) => api.post('v1/limitranges', { metadata: { name: 'l' }, spec: { limits: items } });
const message = async (call: Promise<unknown>) => (await refusal(call)).message;

describe('a ResourceQuota', () => {
  it('leaves so many objects, and says what is used', async () => {
    await quota({ pods: '2', 'count/configmaps': '1', services: '1' });
    await api.post('v1/pods', sized('a'));
    await api.post('v1/pods', sized('b'));
    expect(await message(api.post('v1/pods', sized('c')))).toBe(
      'pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    );
    await api.post('v1/configmaps', { metadata: { name: 'a' } });
    expect(await message(api.post('v1/configmaps', { metadata: { name: 'b' } }))).toBe(
      'configmaps "b" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1',
    );
    await api.post('v1/secrets', { metadata: { name: 'free' } });
  });

  it('does not count a pod that has ended, and lets two at once not share the last place', async () => {
    await quota({ pods: '1' });
    await api.post('v1/pods', sized('a'));
    await api.cluster.modifyStatus(pods, 'a', 'shop', (draft) => {
      draft.status = { phase: 'Succeeded' };
    });
    const both = await Promise.allSettled([api.post('v1/pods', sized('b')), api.post('v1/pods', sized('c'))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('of cpu and memory wants every container to say what it takes', async () => {
    await quota({ 'requests.cpu': '1', 'limits.memory': '128Mi' });
    expect(await message(api.post('v1/pods', sized('a', { requests: { cpu: '1' } })))).toBe(
      'pods "a" is forbidden: failed quota: q: must specify limits.memory for: app',
    );
    await api.post('v1/pods', sized('a', { requests: { cpu: '700m' }, limits: { memory: '64Mi' } }));
    const next = { requests: { cpu: '0.5' }, limits: { memory: '96Mi' } };
    expect(await message(api.post('v1/pods', sized('b', next)))).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: limits.memory=96Mi,requests.cpu=500m, used: limits.memory=64Mi,requests.cpu=700m, limited: limits.memory=128Mi,requests.cpu=1',
    );
  });

  it('counts node ports as a Service asks for more, and not what it has already', async () => {
    await quota({ 'services.nodeports': '1' });
    await api.post('v1/services', {
      metadata: { name: 's' },
      spec: { type: 'NodePort', ports: [{ name: 'a', port: 1 }] },
    });
    await api.patch('v1/services', 's', 'merge', { metadata: { labels: { a: 'b' } } });
    const ports = [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ];
    expect(await message(api.patch('v1/services', 's', 'merge', { spec: { ports } }))).toContain(
      'exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
    );
  });

  it('with scopes is about some pods only', async () => {
    await quota({ pods: '0' }, { scopes: ['BestEffort', 'NotTerminating'] });
    await api.post('v1/pods', sized('sized', { requests: { cpu: '1m' } }));
    await api.post('v1/pods', sized('short', {}, { activeDeadlineSeconds: 5 }));
    expect(await message(api.post('v1/pods', sized('c')))).toContain('exceeded quota: q');
  });

  it.each<[object, string]>([
    [{ hard: { gold: '1' } }, 'spec.hard[gold]: Invalid value: "gold": must be a standard resource for quota'],
    [{ hard: { pods: '-1' } }, 'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
    [{ scopes: ['PriorityClass'] }, 'spec.scopes: Unsupported value: "PriorityClass"'],
    [{ scopeSelector: {} }, 'spec.scopeSelector: Forbidden: this sandbox knows spec.scopes only'],
  ])('is refused where it could not be kept: %j', async (spec, text) => {
    expect(await message(api.post('v1/resourcequotas', { metadata: { name: 'q' }, spec }))).toContain(text);
  });
});

describe('a LimitRange', () => {
  it('gives containers what they did not say, and notes it', async () => {
    await limits({
      type: 'Container',
      max: { cpu: '2' },
      default: { memory: '64Mi' },
      defaultRequest: { cpu: '100m' },
    });
    const pod = (await api.post('v1/pods', sized('a', { limits: { cpu: '1' } }))) as Pod;
    expect(pod.spec.containers[0]?.resources).toEqual({
      requests: { cpu: '1', memory: '64Mi' },
      limits: { cpu: '1', memory: '64Mi' },
    });
    expect(pod.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: memory request for container app; memory limit for container app',
    });
    expect(((await api.post('v1/pods', sized('b'))) as KubeObject)['spec']).toMatchObject({
      containers: [{ resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '2', memory: '64Mi' } } }],
    });
  });

  it('keeps what its bounds imply, for everybody to read', async () => {
    const asked = [
      { type: 'Container', max: { cpu: '2' }, min: { cpu: '1m', memory: '1Mi' }, default: { memory: '64Mi' } },
      { type: 'Pod', max: { cpu: '4' } },
    ];
    const full = { cpu: '2', memory: '64Mi' };
    expect((await limits(...asked))['spec']).toEqual({
      limits: [{ ...asked[0], default: full, defaultRequest: full }, asked[1]],
    });
  });

  it('of pods counts init containers, and beside all that come later those that go on running', async () => {
    await limits({ type: 'Pod', max: { cpu: '3' } });
    const taking = (name: string, cpu: string, more: object = {}) => ({
      name,
      image: 'i',
      resources: { limits: { cpu } },
      ...more,
    });
    const pod = (...initContainers: object[]) =>
      api.post('v1/pods', podOf('p', { containers: [taking('app', '2')], initContainers }));
    const tooMuch = (limit: string) => `pods "p" is forbidden: maximum cpu usage per Pod is 3, but limit is ${limit}`;
    const always = { restartPolicy: 'Always' };
    expect(await message(pod(taking('a', '5')))).toBe(tooMuch('5'));
    expect(await message(pod(taking('a', '1500m', always)))).toBe(tooMuch('3.5'));
    expect(await message(pod(taking('a', '1', always), taking('b', '2500m')))).toBe(tooMuch('3.5'));
    await pod(taking('a', '1', always), taking('b', '2'));
  });

  it.each<[object, object, string]>([
    [{ max: { cpu: '1' } }, { limits: { cpu: '2' } }, 'maximum cpu usage per Container is 1, but limit is 2'],
    [{ min: { cpu: '1' } }, { requests: { cpu: '1m' } }, 'minimum cpu usage per Container is 1, but request is 1m'],
    [
      { maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '1' }, limits: { cpu: '3' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [{ type: 'Pod', max: { memory: '1Gi' } }, {}, 'maximum memory usage per Pod is 1Gi.  No limit is specified'],
    [
      { max: { cpu: '1' }, min: { memory: '1Gi' } },
      { limits: { cpu: '2', memory: '1Mi' } },
      '[minimum memory usage per Container is 1Gi, but request is 1Mi, maximum cpu usage per Container is 1, but limit is 2]',
    ],
  ])('refuses %j for %j', async (item, resources, text) => {
    await limits({ type: 'Container', ...item });
    expect(await message(api.post('v1/pods', sized('p', resources)))).toBe(`pods "p" is forbidden: ${text}`);
  });

  it('bounds claims, too', async () => {
    await limits({ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } });
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } };
    expect(await message(api.post('v1/persistentvolumeclaims', { metadata: { name: 'c' }, spec }))).toBe(
      'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    );
  });

  it.each<[object[], string]>([
    [[{ type: 'Node' }], 'spec.limits[0].type: Unsupported value: "Node"'],
    [
      [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }],
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    ],
    [[{ type: 'Pod' }, { type: 'Pod' }], 'spec.limits[1].type: Duplicate value: "Pod"'],
    [
      [{ type: 'Pod', default: { cpu: '1' } }],
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
  ])('is refused where it makes no sense: %j', async (items, text) => {
    expect(await message(limits(...items))).toContain(text);
  });
});
