import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kube/objects.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { type PodUsage, ResourceMetrics } from '../../../src/sandbox/node/resource-metrics.ts';

let clock: SteppedClock;
let metrics: ResourceMetrics;
let cpuMicros: number;
let apiServerBytes: number;
let pods: PodUsage[];

const pod = (name: string, nodeName = 'node-a') =>
  ({ metadata: { name, namespace: 'shop', labels: { app: name } }, spec: { nodeName, containers: [] } }) as Pod;
const nodes: KubeObject[] = ['node-a', 'node-b'].map((name) => ({ metadata: { name } }));
const usageOf = (object: KubeObject | undefined) => object?.['usage'];

beforeEach(() => {
  clock = new SteppedClock();
  [cpuMicros, apiServerBytes] = [0, 0];
  pods = [
    { pod: pod('quiet'), containers: [{ name: 'app', containerId: 'q1', bytes: 100, heldBytes: 2048 }] },
    {
      pod: pod('busy'),
      containers: [
        { name: 'app', containerId: 'b1', bytes: 0, heldBytes: 1024 },
        { name: 'envoy', containerId: 'b2', bytes: 0, heldBytes: 1 },
      ],
    },
  ];
  metrics = new ResourceMetrics({
    clock,
    everyMs: 15_000,
    pods: () => pods,
    apiServerBytes: () => apiServerBytes,
    processCpuMicros: () => cpuMicros,
  });
});
afterEach(() => metrics.close());

/** One window in which the process used three seconds of a core; bytes by container. */
async function work(bytes: Record<string, number>, apiServer: number): Promise<void> {
  cpuMicros += 3_000_000;
  apiServerBytes += apiServer;
  pods = pods.map((each) => ({
    ...each,
    containers: each.containers.map((one) => ({ ...one, bytes: one.bytes + (bytes[one.containerId] ?? 0) })),
  }));
  await clock.step(15_000);
}

it('before the first window is over nothing is known', () => {
  expect([metrics.pods(), metrics.nodes(nodes)]).toEqual([[], []]);
});

it('the processor time of the process is shared out by what moved, the API server being one of the parties', async () => {
  await work({ b1: 300, b2: 500 }, 200);
  const [quiet, busy] = metrics.pods();
  // 3 s of 15 s are a fifth of a core; of that, three, five and two tenths.
  expect(quiet?.['containers']).toEqual([{ name: 'app', usage: { cpu: '0n', memory: '2Ki' } }]);
  expect(busy).toMatchObject({
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name: 'busy', namespace: 'shop', labels: { app: 'busy' } },
    window: '15s',
    containers: [
      { name: 'app', usage: { cpu: '60000000n', memory: '1Ki' } },
      { name: 'envoy', usage: { cpu: '100000000n', memory: '1Ki' } },
    ],
  });
  expect(metrics.nodes(nodes).map(usageOf)).toEqual([
    { cpu: '160000000n', memory: '4Ki' },
    { cpu: '0n', memory: '0Ki' },
  ]);
});

it('a window in which nothing moved is nobody’s', async () => {
  await work({}, 0);
  expect(metrics.pods()[1]?.['containers']).toMatchObject([{ usage: { cpu: '0n' } }, { usage: { cpu: '0n' } }]);
});

it('a container that did not run through the window is left out with its pod, and is back after the next', async () => {
  pods = pods.map((each) => ({
    ...each,
    containers: each.containers.map((one) => (one.containerId === 'b2' ? { ...one, containerId: 'b3' } : one)),
  }));
  await work({ b3: 10 }, 0);
  expect(metrics.pods().map(({ metadata }) => metadata.name)).toEqual(['quiet']);
  await work({ b3: 10 }, 0);
  expect(metrics.pods().map(({ metadata }) => metadata.name)).toEqual(['quiet', 'busy']);
});
