import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { readLoadOptions } from '../../../src/sandbox/node/tools/fortio/command-line.ts';
import { delayMsOf, drawn, serverPorts } from '../../../src/sandbox/node/tools/fortio/server.ts';
import { LoopbackPods } from '../images/containers.ts';
import { Box } from '../shell/container.ts';

const pods = new LoopbackPods();
const box = new Box(0, ['/usr/bin/fortio'], pods);
const ip = '10.244.0.7';
afterAll(() => box.processes.close());

it.each(['-uniform', '-jitter', '-nocatchup', '-quiet', '-connection-reuse', '-labels', '-gomaxprocs', '-k'])(
  'load refuses %s, which would have no effect, by name',
  (flag) => {
    expect(() => readLoadOptions([flag, '2', 'http://a'])).toThrow(`flag ${flag}: the fortio of this sandbox`);
  },
);

it.each([
  ['-H', 'a header: x'],
  ['-H', 'X-A: \x07'],
  ['-user-agent', '\x07'],
  ['-X', 'GE T'],
])('load refuses %s %j, which no request can have', (flag, value) => {
  expect(() => readLoadOptions([flag, value, 'http://a'])).toThrow(
    `invalid value ${JSON.stringify(value)} for flag ${flag}: HTTP allows no such text`,
  );
});

it.each([
  ['-c', '2.5'],
  ['-n', '0x10'],
  ['-qps', 'Infinity'],
  ['-qps', ''],
  ['-r', '0'],
  ['-p', '50,most'],
])('load refuses %s %j, which is no number for it', (flag, value) => {
  expect(() => readLoadOptions([flag, value, 'http://a'])).toThrow(flag);
});

it('server takes its two ports, lets what is not there be disabled, and refuses other flags', () => {
  expect(serverPorts(['-config-dir', '/etc/fortio'])).toEqual({ http: 8080, tcp: 8078 });
  expect(serverPorts(['-http-port', '9090', '--tcp-port=0.0.0.0:70', '-grpc-port', 'disabled'])).toEqual({
    http: 9090,
    tcp: 70,
  });
  for (const args of [
    ['-grpc-port', '8079'],
    ['-ui-path', '/x'],
    ['-config-dir', '/mine'],
    ['-http-port', 'x'],
    ['-http-port'],
  ]) {
    expect(() => serverPorts(args)).toThrow(args[0]);
  }
});

it('server draws a status and a delay by their percentages, and waits no longer than fortio does', () => {
  expect([drawn('503:20,404:5', 19), drawn('503:20,404:5', 24), drawn('503:20,404:5', 25), drawn('418', 99)]).toEqual([
    '503',
    '404',
    undefined,
    '418',
  ]);
  expect([delayMsOf('1s:50,100ms:50', 40), delayMsOf('1s:50,100ms:50', 60), delayMsOf('9s', 0)]).toEqual([
    1000, 100, 1500,
  ]);
  expect([delayMsOf('', 0), delayMsOf('soon', 0)]).toEqual([0, 0]);
});

it('load over TCP counts bytes, waits for parts of a millisecond, and may have nothing to say', async () => {
  await pods.listen(ip, 7001, ({ socket }) => void socket.on('error', () => {}).pipe(socket));
  await pods.listen(ip, 7002, ({ socket }) => void socket.on('error', () => {}).resume());
  const load = (port: number, ...args: string[]) =>
    box.run(['fortio', 'load', '-qps', '0', '-n', '1', '-c', '1', ...args, `tcp://${ip}:${port}`]);
  expect((await load(7001, '-payload', '3 €')).err).toContain('Total Bytes sent: 5, received: 5\ntcp OK : 1 (100.0 %)');
  expect((await load(7001, '-payload', '')).err).toContain('tcp OK : 1 (100.0 %)');
  expect((await load(7002, '-timeout', '1.5ms')).err).toContain('tcp short read : 1 (100.0 %)');
});

it('load sends its own agent and type, and tells a reset from an end', async () => {
  void box.run(['fortio', 'server', '-http-port', '9090']);
  while (!pods.listensOn(ip, 9090)) await setImmediate();
  const url = `http://${ip}:9090/`;
  const load = (...args: string[]) => box.run(['fortio', 'load', '-qps', '0', '-n', '2', '-c', '1', ...args]);
  const { code, err } = await load('-user-agent', 'mine', '-content-type', 'text/x', '-payload', 'abc', url);
  expect([code, /Code 200 : 2 \(100\.0 %\)/.test(err)]).toEqual([0, true]);
  const seen: string[] = [];
  await pods.listen(ip, 7000, ({ socket }) => {
    socket.on('error', () => {});
    socket.once('data', (bytes: Buffer) => {
      seen.push(String(bytes));
      if (seen.length === 1) socket.resetAndDestroy();
      else socket.end();
    });
  });
  const broken = await load('-user-agent', 'mine', '-content-type', 'text/x', `http://${ip}:7000/`);
  expect(seen[0]).toMatch(/^User-Agent: mine\r$/m);
  expect(seen[0]).toMatch(/^Content-Type: text\/x\r$/m);
  expect(broken.err).toMatch(/Read error for 10\.244\.0\.7:7000: read tcp .*: read: connection reset by peer/);
  expect(broken.err).toMatch(/Read error for 10\.244\.0\.7:7000: EOF/);
});

it('a load that is refused again and again leaves the others their turn', async () => {
  const refused = box.run(['fortio', 'load', '-qps', '0', '-t', '60s', '-loglevel', 'Fatal', `tcp://${ip}:9`]);
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  box.processes.close();
  expect((await refused).code).toBe(137);
});
