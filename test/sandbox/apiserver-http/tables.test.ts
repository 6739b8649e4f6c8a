import { describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod, Service } from '../../../src/kube/objects.ts';
import { autoscalerTable } from '../../../src/sandbox/apiserver/tables/autoscaling.ts';
import { claimTable } from '../../../src/sandbox/apiserver/tables/claims.ts';
import { jsonPathValues } from '../../../src/sandbox/apiserver/tables/json-path.ts';
import { serviceTable } from '../../../src/sandbox/apiserver/tables/networking.ts';
import { podTable } from '../../../src/sandbox/apiserver/tables/pods.ts';

const now = Date.UTC(2026, 10, 22, 2, 0, 0);
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

const status = (
  name: string,
  state: ContainerStatus['state'],
  more: Partial<ContainerStatus> = {},
): ContainerStatus => ({
  name,
  state,
  lastState: {},
  ready: state.running !== undefined,
  restartCount: 0,
  image: '',
  imageID: '',
  ...more,
});

function pod(parts: {
  init?: ContainerStatus[];
  main?: ContainerStatus[];
  phase?: 'Pending' | 'Running' | 'Succeeded';
  deleted?: boolean;
  ready?: boolean;
  reason?: string;
}): Pod {
  const { init = [], main = [], phase = 'Running' } = parts;
  return {
    metadata: { name: 'p', creationTimestamp: ago(90), ...(parts.deleted ? { deletionTimestamp: ago(1) } : {}) },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], initContainers: init.map(({ name }) => ({ name })) },
    status: {
      phase,
      ...(parts.reason ? { reason: parts.reason } : {}),
      ...(parts.ready ? { conditions: [{ type: 'Ready', status: 'True' }] } : {}),
      initContainerStatuses: init,
      containerStatuses: main,
    },
  };
}

const running = { running: { startedAt: ago(60) } };
const done = { terminated: { exitCode: 0, reason: 'Completed' } };

describe('the STATUS of a pod', () => {
  it.each<[string, Pod, string, string, string]>([
    ['bound', pod({ phase: 'Pending' }), '0/2', 'Pending', '0'],
    [
      'first init container',
      pod({ phase: 'Pending', init: [status('i', { waiting: { reason: 'PodInitializing' } })] }),
      '0/2',
      'Init:0/1',
      '0',
    ],
    [
      'init container fails',
      pod({ phase: 'Pending', init: [status('i', { terminated: { exitCode: 3 } })] }),
      '0/2',
      'Init:ExitCode:3',
      '0',
    ],
    [
      'init container backs off',
      pod({ phase: 'Pending', init: [status('i', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 2 })] }),
      '0/2',
      'Init:CrashLoopBackOff',
      '2',
    ],
    [
      'init done, pulling',
      pod({
        phase: 'Pending',
        init: [status('i', done)],
        main: [status('a', { waiting: { reason: 'PodInitializing' } })],
      }),
      '0/2',
      'PodInitializing',
      '0',
    ],
    [
      'one of two',
      pod({ main: [status('a', running), status('b', { running: {} }, { ready: false })] }),
      '1/2',
      'Running',
      '0',
    ],
    [
      'one completed, one runs, not ready',
      pod({ main: [status('a', done), status('b', running)] }),
      '1/2',
      'NotReady',
      '0',
    ],
    [
      'one completed, one runs, ready',
      pod({ main: [status('a', done), status('b', running)], ready: true }),
      '1/2',
      'Running',
      '0',
    ],
    ['going', pod({ main: [status('a', running), status('b', running)], deleted: true }), '2/2', 'Terminating', '0'],
    ['gone but done', pod({ phase: 'Succeeded', main: [status('a', done)], deleted: true }), '0/2', 'Completed', '0'],
    ['evicted', pod({ phase: 'Pending', reason: 'Evicted' }), '0/2', 'Evicted', '0'],
    [
      'restarted',
      pod({
        main: [
          status('a', running, { restartCount: 2, lastState: { terminated: { exitCode: 1, finishedAt: ago(5) } } }),
          status('b', running),
        ],
      }),
      '2/2',
      'Running',
      '2 (5s ago)',
    ],
  ])('%s', (_what, object, ready, text, restarts) => {
    expect(podTable.cells(object, now).slice(1, 5)).toEqual([ready, text, restarts, '90s']);
  });
});

describe('the cells of a Service', () => {
  const cells = (spec: Service['spec'], ip?: string) =>
    serviceTable
      .cells({ metadata: { name: 's' }, spec, ...(ip ? { status: { loadBalancer: { ingress: [{ ip }] } } } : {}) }, now)
      .slice(1, 5);
  it('tell its kind', () => {
    expect(cells({ clusterIP: 'None', ports: [{ port: 80 }] })).toEqual(['ClusterIP', 'None', '<none>', '80/TCP']);
    expect(
      cells({
        type: 'NodePort',
        clusterIP: '10.0.0.1',
        ports: [{ port: 80 }, { port: 443, nodePort: 30443, protocol: 'TCP' }],
      }),
    ).toEqual(['NodePort', '10.0.0.1', '<none>', '80/TCP,443:30443/TCP']);
    expect(cells({ type: 'LoadBalancer', clusterIP: '10.0.0.1' })).toEqual([
      'LoadBalancer',
      '10.0.0.1',
      '<pending>',
      '<none>',
    ]);
    expect(cells({ type: 'LoadBalancer', clusterIP: '10.0.0.1' }, '20.1.2.3')[2]).toBe('20.1.2.3');
    expect(cells({ type: 'ExternalName', externalName: 'example.com' })).toEqual([
      'ExternalName',
      '<none>',
      'example.com',
      '<none>',
    ]);
  });
});

describe('the JSONPath of printer columns', () => {
  const object = {
    a: { 'b.c': [1, 2] },
    list: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  };
  it.each<[string, unknown[]]>([
    ['.a.b\\.c[0]', [1]],
    ["['a']['b.c'][-1]", [2]],
    ['.list[*].type', ['Ready', 'Other']],
    ['.list[?(@.type=="Ready")].status', ['True']],
    ['.list[?(@.type!="Ready")].status', ['False']],
    ['.nothing.there', []],
    ['.constructor', []],
  ])('%s', (path, values) => expect(jsonPathValues(path, object)).toEqual(values));
});

describe('a claim', () => {
  const claim = {
    metadata: { name: 'data', creationTimestamp: ago(90) },
    spec: { storageClassName: 'default', volumeName: 'pvc-1', volumeMode: 'Filesystem' },
    status: { phase: 'Bound', capacity: { storage: '250M' }, accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] },
  };

  it('shows what it is bound to', () => {
    const cells = ['data', 'Bound', 'pvc-1', '250M', 'RWO,ROX', 'default', '<unset>', '90s', 'Filesystem'];
    expect(claimTable.cells(claim, now)).toEqual(cells);
  });

  it('shows no size while it is bound to nothing', () => {
    const pending = { ...claim, spec: {}, status: { phase: 'Pending', capacity: { storage: '250M' } } };
    expect(claimTable.cells(pending, now)).toEqual(['data', 'Pending', '', '', '', '', '<unset>', '90s', '<unset>']);
  });
});

describe('an autoscaler', () => {
  const metric = (name: string) => ({ type: 'Resource', resource: { name, target: { averageUtilization: 80 } } });
  const autoscaler = (metrics: ReturnType<typeof metric>[]) => ({
    metadata: { name: 'web', creationTimestamp: ago(90) },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5, metrics },
  });

  it.each([
    [[], '<none>'],
    [['cpu'], 'cpu: <unknown>/80%'],
    [['cpu', 'memory', 'disk'], 'cpu: <unknown>/80%, memory: <unknown>/80% + 1 more...'],
  ])('with the metrics %j shows the targets %s', (names, targets) => {
    const cells = ['web', 'Deployment/web', targets, '<unset>', 5, 0, '90s'];
    expect(autoscalerTable.cells(autoscaler(names.map(metric)), now)).toEqual(cells);
  });
});
