import { once } from 'node:events';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { ContainerRun } from '../../../src/sandbox/node/container-run.ts';
import { containerProcesses } from '../../../src/sandbox/node/container-system.ts';
import type { RemoteStreams } from '../../../src/sandbox/node/node-api.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { timingAt } from '../../../src/sandbox/node/timing.ts';
import { LoopbackPods } from '../images/containers.ts';

const pods = new LoopbackPods();
const ip = '10.244.0.7';
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pod', namespace: 'test' },
  spec: { containers: [{ name: 'app' }] },
};

/** Complains, then waits for its end. */
const complainer: ImageProgram = {
  repositories: ['test/complainer'],
  sizeBytes: 1,
  entrypoint: ['/complainer'],
  tools: ['/bin/cat', '/usr/bin/nc'],
  async run({ stderr, signal }) {
    await new Promise((resolve) => setImmediate(resolve));
    stderr('out of beer\n');
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  },
};

function start(argv: readonly string[], spec: { stdin?: boolean; tty?: boolean } = {}) {
  const random = seededRandom(1);
  const of = { pod, container: { name: 'app' }, program: complainer, podIp: ip, userId: 0 };
  let systems = 0;
  const run = new ContainerRun({
    clock: systemClock,
    program: complainer,
    sockets: pods.sockets(ip),
    context: {
      pod: { uid: 'u', namespace: 'test', name: 'pod', nodeName: 'n', serviceAccount: 'default', labels: {} },
      containerName: 'app',
      image: 'test/complainer',
      argv: [...argv],
      env: {},
      readFile: () => undefined,
      clock: systemClock,
      random,
    },
    restMs: (ms) => ms,
    processes: (sockets) => {
      systems += 1;
      return containerProcesses(of, { clock: systemClock, random, timing: timingAt('instant') }, sockets, []);
    },
    workingFolder: '/',
    spec,
  });
  return { run, systems: () => systems };
}

/** A client with a terminal has no stderr, as kubectl -t asks for none. */
function client(): { streams: RemoteStreams; told: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const stdout = { write: async (bytes: Buffer | string) => resolve(String(bytes)) };
  return { streams: { stdout, signal: new AbortController().signal }, told: promise };
}

it('shows what a program with a terminal writes to its standard error', async () => {
  const { run } = start(['/complainer'], { stdin: true, tty: true });
  const { streams, told } = client();
  const attached = run.attach(streams);
  expect(await told).toBe('out of beer\r\n');
  run.stop(0);
  expect(await attached).toEqual({ type: 'exited', exitCode: 0 });
});

it('starts nothing for a client that comes when it is over', async () => {
  const { run, systems } = start(['/complainer']);
  run.stop(0);
  await run.ended;
  expect(await run.exec(['cat'], false, client().streams)).toEqual({
    type: 'failed',
    message: 'container is in CONTAINER_EXITED state',
  });
  expect(systems()).toBe(0);
});

it.each([
  ['a program that was exec’d', ['/complainer'], ['nc', ip, '9000']],
  ['a tool as the main program', ['nc', ip, '9000'], undefined],
] as const)('counts the bytes of %s among its own', async (_, argv, command) => {
  const listener = await pods.listen(ip, 9000, ({ socket }) => socket.end('x'.repeat(5000)));
  const { run } = start(argv);
  if (command) await run.exec(command, false, client().streams);
  else await run.ended;
  expect(run.usage().bytes).toBe(5000);
  run.stop(0);
  listener.close();
});
