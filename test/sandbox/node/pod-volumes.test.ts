import { expect, it } from 'vitest';
import type { Container, Pod } from '../../../src/kube/objects.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import { PodVolumes, withSubPaths } from '../../../src/sandbox/node/pod-volumes.ts';
import { ContainerFiles } from '../../../src/sandbox/node/processes/container-files.ts';

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
    mounts: volumes.mountsOf(container),
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
