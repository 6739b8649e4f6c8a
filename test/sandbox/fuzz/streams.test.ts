import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pods } from '../../../src/kube/resources.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { ClusterFixture, token } from '../kubectl/cluster-fixture.ts';
import { channelFrames, spdyFrames, webSocketFrame } from './frames.ts';
import { closeOf, spdyHead, tormentAll, type Upgrade, webSocketHead } from './upgrades.ts';

/**
 * Connections that were upgraded and then carry anything but what they should. None may end the process, keep a socket open
 * into a pod after it is gone, or disturb the next one. `FUZZ_SEED` and `FUZZ_STREAMS` repeat one run or lengthen it.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? 2024);
const connections = Number(process.env['FUZZ_STREAMS'] ?? 150);

let cluster: ClusterFixture;
/** What the pod's program has open. */
const open = new Set<Socket>();
beforeAll(async () => {
  cluster = await ClusterFixture.start();
  await cluster.controllers.idle();
  await cluster.api.cluster.create(pods, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'web', image: 'nginx' }] },
  });
  await cluster.controllers.idle();
  await cluster.node.serve(8080, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.pipe(socket);
  });
});
afterAll(() => cluster.close());

const path = '/api/v1/namespaces/default/pods/web/portforward';

const upgrades: readonly Upgrade[] = [
  {
    name: 'SPDY',
    head: spdyHead(path, 'portforward.k8s.io'),
    frames: spdyFrames,
  },
  {
    name: 'SPDY in a WebSocket',
    head: webSocketHead(path, 'SPDY/3.1+portforward.k8s.io'),
    frames: async (random) => webSocketFrame(random, await spdyFrames(random)),
  },
  {
    name: 'channels of a WebSocket',
    head: webSocketHead(`${path}?ports=8080&ports=9`, 'v4.channel.k8s.io'),
    frames: channelFrames,
  },
];

it(`survives ${connections} upgraded connections full of nonsense (seed ${seed})`, { timeout: 300_000 }, async () => {
  const random = seededRandom(seed);
  const target = { port: cluster.server.port, caPem: cluster.caPem, token };
  const answers = await tormentAll(random, target, upgrades, connections);
  console.log(`fuzz: ${connections} streams, seed ${seed}: ${[...answers].map((pair) => pair.join(' × ')).join(', ')}`);
  expect([...answers.keys()].filter((answer) => !answer.includes('101 Switching Protocols'))).toEqual([]);
  await Promise.all([...open].map(closeOf));
  expect(cluster.errors).toEqual([]);
  const forward = cluster.start('1.32', ['port-forward', 'pod/web', ':8080']);
  await forward.until((text) => text.includes('Forwarding from'));
  await forward.stop();
});
