import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../../src/kube/objects.ts';
import { configMaps } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import { PodVolumes, withSubPaths } from '../../../src/sandbox/node/pod-volumes.ts';
import { ContainerFiles } from '../../../src/sandbox/node/processes/container-files.ts';
import { testApi } from '../apiserver/api-fixture.ts';

const pod: Pod = {
  metadata: { name: 'pod', namespace: 'test' },
  spec: { containers: [], volumes: [{ name: 'scratch', emptyDir: {} }] },
};
/** An emptyDir asks the cluster for nothing. */
const cluster = {} as ClusterApi;

const files = (volumes: PodVolumes, container: Container) =>
  new ContainerFiles({
    clock: systemClock,
    userId: 0,
    isReadOnly: false,
    mounts: volumes.forRun(container).list(),
    texts: {},
    executables: [],
    home: '/root',
  });

it('mounts the part of an emptyDir that subPath or subPathExpr name, and makes it', () => {
  const volumes = new PodVolumes(cluster, { pod, podIp: '', hostIp: '' }, undefined);
  const whole = files(volumes, { name: 'a', volumeMounts: [{ name: 'scratch', mountPath: '/all' }] });
  const withPart: Container = {
    name: 'b',
    volumeMounts: [
      { name: 'scratch', mountPath: '/mine', subPath: 'logs/b' },
      { name: 'scratch', mountPath: '/own', subPathExpr: 'logs/$(POD)' },
    ],
  };
  const part = files(volumes, withSubPaths(withPart, { POD: 'c' }));
  part.write('/mine/x', Buffer.from('one'));
  part.write('/own/y', Buffer.from('two'));
  expect([String(whole.read('/all/logs/b/x')), String(whole.read('/all/logs/c/y'))]).toEqual(['one', 'two']);
  expect([part.list('/mine'), part.list('/own'), whole.list('/all')]).toEqual([['x'], ['y'], ['logs']]);
  part.remove('/mine/x');
  expect(() => part.remove('/mine')).toThrow('Resource busy');
  expect(whole.list('/all/logs')).toEqual(['b', 'c']);
});

describe('content that changes after the mount', () => {
  const mounted = async () => {
    const api = await testApi();
    const metadata = { name: 'settings', namespace: 'shop' };
    await api.cluster.create(configMaps, { metadata, data: { colour: 'blue' } });
    const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];
    const facts = { pod: { metadata: { name: 'pod', namespace: 'shop' }, spec: { containers: [], volumes } } };
    const all = new PodVolumes(api.cluster, { ...facts, podIp: '', hostIp: '' }, undefined);
    expect(all.missing()).toBeUndefined();
    const volumeMounts = [
      { name: 'settings', mountPath: '/etc/settings' },
      { name: 'settings', mountPath: '/etc/colour', subPath: 'colour' },
    ];
    const begin = () => all.forRun({ name: 'app', volumeMounts });
    const { cluster: inCluster } = api;
    return { begin, cluster: inCluster };
  };

  it('shows in the running container, but where a subPath was bound to what was there at its start', async () => {
    const { begin, cluster: inCluster } = await mounted();
    const run = begin();
    await inCluster.modify(configMaps, 'settings', 'shop', (draft) => {
      draft.data = { colour: 'red' };
    });
    expect([run.readFile('/etc/settings/colour'), run.readFile('/etc/colour')]).toEqual(['red', 'blue']);
    expect(begin().readFile('/etc/colour')).toBe('red');
  });

  it('stays when its config map goes away', async () => {
    const { begin, cluster: inCluster } = await mounted();
    const run = begin();
    await inCluster.delete(configMaps, 'settings', 'shop');
    expect([run.readFile('/etc/settings/colour'), begin().readFile('/etc/colour')]).toEqual(['blue', 'blue']);
  });
});
