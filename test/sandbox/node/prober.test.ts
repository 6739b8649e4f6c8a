import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Probe } from '../../../src/kube/objects.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { attemptProbe } from '../../../src/sandbox/node/prober.ts';

const seen: string[] = [];
const server = createServer((request, response) => {
  seen.push([request.url, ...request.rawHeaders].join(' '));
  response.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())));
afterAll(() => server.close());

const attempt = (get: Omit<NonNullable<Probe['httpGet']>, 'port'>) => {
  const { port } = server.address() as AddressInfo;
  const target = {
    podIp: '127.0.0.1',
    container: { name: 'web' },
    exec: () => Promise.reject<never>(new Error('nothing is run in this test')),
    connect: (to: number) =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect(to, '127.0.0.1');
        socket.once('connect', () => resolve(socket)).once('error', reject);
      }),
  };
  return attemptProbe(systemClock, { httpGet: { ...get, port } }, target);
};

it('asks for the path that was written, encoded where a request could not carry it', async () => {
  expect(await attempt({ path: '/is it up?x=é' })).toEqual({ status: 'success' });
  expect(seen.pop()).toMatch(/^\/is%20it%20up\?x=%C3%A9 host 127/);
});

it("sends the probe's own headers, several of a name as several", async () => {
  const httpHeaders = [
    { name: 'Host', value: 'shop' },
    { name: 'X-A', value: '1' },
    { name: 'X-A', value: '€' },
  ];
  expect(await attempt({ path: '/', httpHeaders })).toEqual({ status: 'success' });
  const euro = Buffer.from('€').toString('latin1');
  expect(seen.pop()).toBe(`/ user-agent kube-probe/1.33 accept */* Host shop X-A 1 X-A ${euro} connection close`);
});

it('fails for a value that no header can have', async () => {
  const { status, ...rest } = await attempt({ path: '/', httpHeaders: [{ name: 'X-A', value: 'a\nb' }] });
  expect(status).toBe('failure');
  expect(rest).toEqual({ message: expect.stringMatching(/invalid header field value for "X-A"$/) });
});
