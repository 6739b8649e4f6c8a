import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { seededRandom } from '../../../src/platform/random.ts';
import { ExecCluster } from '../exec/exec-cluster.ts';
import { sessionFrames, sessionMessages, spdyFrames } from './frames.ts';
import { spdyHead, tormentAll, type Upgrade, webSocketHead } from './upgrades.ts';

/**
 * exec and attach, with and without a terminal, over connections that carry anything but what they should. None may end the
 * process, leave one of its own behind in the container, or disturb the next session. `FUZZ_SEED` and `FUZZ_STREAMS` as in
 * streams.test.ts.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? 2024);
const connections = Number(process.env['FUZZ_STREAMS'] ?? 150);

let cluster: ExecCluster;
beforeAll(async () => {
  cluster = await ExecCluster.start();
  const main = { image: 'curlimages/curl', command: ['sleep', 'infinity'], stdin: true, tty: true };
  await cluster.pod('box', { containers: [{ name: 'box', ...main }] });
}, 60_000);
afterAll(() => cluster.close());

const path = '/api/v1/namespaces/default/pods/box';
const targets = [
  `${path}/exec?command=cat&stdin=true&stdout=true&stderr=true`,
  `${path}/exec?command=cat&stdin=true&stdout=true&tty=true`,
  `${path}/attach?stdin=true&stdout=true&tty=true`,
];

const upgrades: readonly Upgrade[] = targets.flatMap((target) => [
  { name: 'SPDY', head: spdyHead(target, 'v4.channel.k8s.io'), frames: sessionFrames },
  { name: 'any SPDY', head: spdyHead(target, 'v5.channel.k8s.io'), frames: spdyFrames },
  {
    name: 'WebSocket',
    head: webSocketHead(target, 'v5.channel.k8s.io'),
    frames: (random) => sessionMessages(random, false),
  },
  {
    name: 'base64',
    head: webSocketHead(target, 'v4.base64.channel.k8s.io'),
    frames: (random) => sessionMessages(random, true),
  },
]);

it(`survives ${connections} sessions full of nonsense (seed ${seed})`, { timeout: 300_000 }, async () => {
  const { server, caPem, token } = cluster.cluster.access;
  const target = { port: Number(new URL(server).port), caPem, token };
  const answers = await tormentAll(seededRandom(seed), target, upgrades, connections);
  console.log(
    `fuzz: ${connections} sessions, seed ${seed}: ${[...answers].map((pair) => pair.join(' × ')).join(', ')}`,
  );
  expect([...answers.keys()].filter((answer) => !answer.includes('101 Switching Protocols'))).toEqual([]);
  await vi.waitFor(
    async () => {
      const { stdout } = await cluster.run('1.36', ['exec', 'box', '--', 'ps']);
      expect(stdout).toContain('sleep infinity');
      expect(stdout).not.toMatch(/ cat$/m);
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(cluster.logged).toEqual([]);
});
