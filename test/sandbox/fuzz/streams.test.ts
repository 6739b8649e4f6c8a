import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pods } from '../../../src/kube/resources.ts';
import { integerBetween, type Random, seededRandom } from '../../../src/platform/random.ts';
import { ClusterFixture, token } from '../kubectl/cluster-fixture.ts';
import { channelFrames, spdyFrames, webSocketFrame } from './frames.ts';
import { chance, oneOf } from './values.ts';

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

async function dial(): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: cluster.server.port, ca: cluster.caPem, servername: 'localhost' });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

/** A reset is an end like any other here. */
const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    socket.once('close', () => resolve());
  });

const path = '/api/v1/namespaces/default/pods/web/portforward';

const upgrades: readonly { name: string; head: string; frames(random: Random): Promise<Buffer> | Buffer }[] = [
  {
    name: 'SPDY',
    head: `POST ${path} HTTP/1.1\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n`,
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

function webSocketHead(target: string, protocol: string): string {
  return (
    `GET ${target} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${protocol}\r\n`
  );
}

/** Sends in pieces of any size, sometimes with the upgrade itself, and leaves in one of three ways. */
async function torment(random: Random): Promise<string> {
  const { name, head, frames } = oneOf(random, upgrades);
  const bytes = await frames(random);
  const socket = await dial();
  const answered = once(socket, 'data');
  const request = Buffer.from(`${head}Host: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  const early = chance(random, 0.3) ? integerBetween(random, 0, bytes.length + 1) : 0;
  socket.write(Buffer.concat([request, bytes.subarray(0, early)]));
  const [answer] = await answered;
  socket.on('data', () => {});
  for (let at = early; at < bytes.length && !socket.destroyed; ) {
    const next = at + integerBetween(random, 1, 500);
    socket.write(bytes.subarray(at, next));
    at = next;
    if (chance(random, 0.3)) await new Promise((done) => setImmediate(done));
  }
  const closed = closeOf(socket);
  if (chance(random, 0.5)) socket.destroy();
  else socket.end();
  await closed;
  return `${name}: ${String(answer).split('\r\n')[0]}`;
}

it(`survives ${connections} upgraded connections full of nonsense (seed ${seed})`, { timeout: 300_000 }, async () => {
  const random = seededRandom(seed);
  const answers = new Map<string, number>();
  for (let index = 0; index < connections; index += 1) {
    const answer = await torment(random);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  console.log(`fuzz: ${connections} streams, seed ${seed}: ${[...answers].map((pair) => pair.join(' × ')).join(', ')}`);
  expect([...answers.keys()].filter((answer) => !answer.includes('101 Switching Protocols'))).toEqual([]);
  await Promise.all([...open].map(closeOf));
  expect(cluster.errors).toEqual([]);
  const forward = cluster.start('1.32', ['port-forward', 'pod/web', ':8080']);
  await forward.until((text) => text.includes('Forwarding from'));
  await forward.stop();
});
