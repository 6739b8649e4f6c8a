import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Service } from '../../../src/kube/objects.ts';
import { coreEvents, deployments, services } from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { deployment, program, startTestCluster, type TestCluster, untilRolledOut } from '../test-cluster.ts';

/** Says its name to whoever connects. */
const greeter = program('greeter', async ({ sockets, signal, pod }) => {
  await sockets.listen(8080, ({ socket }) => socket.end(`${pod.name}\n`));
  await once(signal, 'abort');
  return 0;
});

let clock: SteppedClock;
let test: TestCluster;
let blocker: Server | undefined;
beforeEach(async () => {
  clock = new SteppedClock();
  test = await startTestCluster({ clock, images: [greeter] });
  await test.cluster.create(deployments, deployment('web', 2, { containers: [{ name: 'app', image: 'greeter:v1' }] }));
});
afterEach(async () => {
  blocker?.close();
  blocker = undefined;
  await test.close();
  expect(test.errors).toEqual([]);
});

/** A port that nobody has at this moment, at any address. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

const balanced = (port: number, spec: Partial<Service['spec']> = {}): Service => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port, targetPort: 8080 }], ...spec },
});

const addressOf = (service: Service | undefined) => service?.status?.loadBalancer?.ingress?.[0]?.ip;
const withAddress = async (): Promise<string> => {
  await test.until(services, (all) => all.some((each) => addressOf(each) !== undefined));
  return addressOf(test.cluster.get(services, 'web', 'default')) ?? '';
};
const reasons = () => test.cluster.list(coreEvents).filter((each) => each.involvedObject.kind === 'Service');

async function say(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise<void>((resolve) => socket.on('error', () => {}).on('close', () => resolve()));
  return text.trim();
}

it('a Service of type LoadBalancer is reached from outside, at its address, on its pods', async () => {
  await untilRolledOut(test, 'web');
  const port = await freePort();
  await test.cluster.create(services, balanced(port));
  const ip = await withAddress();
  expect(ip).toMatch(/^127\./);
  await test.idle();
  const heard = new Set<string>();
  for (let call = 0; call < 40; call += 1) heard.add(await say(ip, port));
  expect([...heard].map((name) => name.replace(/-[^-]+-[^-]+$/, ''))).toEqual(['web', 'web']);
  expect(reasons().map(({ reason }) => reason)).toEqual(['EnsuringLoadBalancer', 'EnsuredLoadBalancer']);
  expect(test.cluster.get(services, 'web', 'default')?.metadata.finalizers).toEqual([
    'service.kubernetes.io/load-balancer-cleanup',
  ]);
});

it('the address follows changed ports and goes with the Service', async () => {
  await untilRolledOut(test, 'web');
  const [first, second] = [await freePort(), await freePort()];
  await test.cluster.create(services, balanced(first));
  const ip = await withAddress();
  await test.cluster.modify(services, 'web', 'default', (draft) => {
    draft.spec.ports = [{ name: 'web', port: second, targetPort: 8080 }];
  });
  await test.idle();
  expect(await say(ip, second)).toMatch(/^web-/);
  expect(await say(ip, first)).toBe('');
  await test.cluster.delete(services, 'web', 'default');
  await test.until(services, (all) => all.every(({ metadata }) => metadata.name !== 'web'));
  expect(await say(ip, second)).toBe('');
  await test.idle();
  expect(reasons().map(({ reason }) => reason)).toContain('DeletedLoadBalancer');
});

it('a Service that becomes ClusterIP gives its address back', async () => {
  const port = await freePort();
  await test.cluster.create(services, balanced(port));
  await withAddress();
  await test.cluster.modify(services, 'web', 'default', (draft) => {
    draft.spec.type = 'ClusterIP';
  });
  await test.until(services, (all) => all.every((each) => addressOf(each) === undefined));
  await test.idle();
  expect(test.cluster.get(services, 'web', 'default')?.metadata.finalizers).toBeUndefined();
});

it('a port that is taken everywhere is told by an event, and tried again until it is free', async () => {
  blocker = createServer().listen({ host: '0.0.0.0', port: 0 });
  await once(blocker, 'listening');
  const address = blocker.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await test.cluster.create(services, balanced(port));
  await test.until(coreEvents, (all) => all.some(({ reason }) => reason === 'SyncLoadBalancerFailed'));
  expect(reasons().find(({ type }) => type === 'Warning')?.message).toContain('EADDRINUSE');
  expect(addressOf(test.cluster.get(services, 'web', 'default'))).toBeUndefined();
  blocker.close();
  await once(blocker, 'close');
  await test.idle();
  const found = withAddress();
  await clock.step(5000);
  expect(await found).toMatch(/^127\./);
});

it('ports of UDP stand beside those of TCP, also under the same number, and are not listened on', async () => {
  await untilRolledOut(test, 'web');
  const port = await freePort();
  const both = [
    { name: 'dns', port, targetPort: 8080, protocol: 'UDP' },
    { name: 'dns-tcp', port, targetPort: 8080, protocol: 'TCP' },
  ];
  await test.cluster.create(services, balanced(port, { ports: both }));
  expect(await say(await withAddress(), port)).toMatch(/^web-/);
});

it('an address that is not this machine’s is refused by an event, and the Service stays pending until it is changed', async () => {
  await test.cluster.create(services, balanced(await freePort(), { loadBalancerIP: '203.0.113.7' }));
  await test.until(coreEvents, (all) => all.some(({ reason }) => reason === 'SyncLoadBalancerFailed'));
  expect(reasons().find(({ type }) => type === 'Warning')?.message).toContain('loadBalancerIP 203.0.113.7 is not here');
  expect(addressOf(test.cluster.get(services, 'web', 'default'))).toBeUndefined();
  for (const asked of ['127.0.0.1', '127.0.0.2']) {
    await test.cluster.modify(services, 'web', 'default', (draft) => {
      draft.spec['loadBalancerIP'] = asked;
    });
    // Only Linux has more than one.
    if (asked === '127.0.0.1' || process.platform === 'linux')
      await test.until(services, (all) => all.some((each) => addressOf(each) === asked));
  }
});

it('a class of load balancers that does not exist here leaves the Service pending', async () => {
  await test.cluster.create(services, balanced(await freePort(), { loadBalancerClass: 'example.com/none' }));
  await test.idle();
  expect(addressOf(test.cluster.get(services, 'web', 'default'))).toBeUndefined();
  expect(reasons()).toEqual([]);
});
