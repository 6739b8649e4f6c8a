import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { clusterAdmin, tokenTable } from '../../../src/sandbox/apiserver/http/authentication.ts';
import { type ApiServer, startApiServer } from '../../../src/sandbox/apiserver/http-server.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { type TestApi, testApi } from '../apiserver/api-fixture.ts';
import { token } from '../kubectl/cluster-fixture.ts';
import { ScriptedNode } from '../kubectl/scripted-node.ts';

/** Clients that hold connections without using them, beside one that works. Time is stepped, so nothing here waits. */
let api: TestApi;
let server: ApiServer;
let caPem: string;
/** Watches that the request logic feeds now. */
let fed: number;
const mebibyte = 'x'.repeat(1 << 20);

beforeEach(async () => {
  api = await testApi();
  const authority = CertificateAuthority.create(systemClock, { commonName: 'kubernetes' });
  caPem = authority.certPem;
  const names = { commonName: 'apiserver', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  fed = 0;
  const watch: typeof api.requests.watch = (...args) => {
    fed += 1;
    const feed = api.requests.watch(...args);
    return {
      ...feed,
      stop() {
        fed -= 1;
        feed.stop();
      },
    };
  };
  server = await startApiServer({
    requests: { ...api.requests, watch },
    nodes: new ScriptedNode(),
    tls: authority.issue({ ...names, validityMs: 86_400_000 }),
    authenticate: tokenTable(new Map([[token, clusterAdmin]])),
    port: 0,
    version: '1.33.5',
    clock: api.clock,
  });
});
afterEach(() => server.close());

async function dial(): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: server.port, ca: caPem, servername: 'localhost' });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

const head = (line: string, more = '') =>
  `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${more}`;
const dialMany = (count: number) => Promise.all(Array.from({ length: count }, dial));
const closeOf = (socket: TLSSocket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

/** One ordinary request of somebody else; its code. */
function work(): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port: server.port,
        path: '/api/v1/namespaces/shop/configmaps',
        method: 'POST',
        ca: caPem,
        agent: false,
        servername: 'localhost',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
    );
    request.on('error', reject);
    request.end('{"metadata":{"generateName":"work-"}}');
  });
}

it('heads and bodies that never end hold up nobody, and the bodies are given up after a minute', async () => {
  const heads = await dialMany(60);
  for (const socket of heads) socket.write(head('GET /api/v1/pods', 'X-Slow: a'));
  const bodies = await dialMany(20);
  const path = '/api/v1/namespaces/shop/configmaps';
  for (const socket of bodies)
    socket.write(
      `${head(`POST ${path}`, 'Content-Type: application/json\r\nContent-Length: 1000\r\n')}\r\n{"metadata"`,
    );
  for (let count = 0; count < 10; count += 1) expect(await work()).toBe(201);
  const closed = Promise.all(bodies.map(closeOf));
  await api.clock.step(60_000);
  await closed;
  expect(heads.every((socket) => !socket.destroyed)).toBe(true);
  expect(await work()).toBe(201);
  for (const socket of heads) socket.destroy();
});

it('answers that nobody reads hold up nobody, and are given up after a minute; a watch may last', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    await api.post('v1/configmaps', { metadata: { name }, data: { big: mebibyte } });
  const readers = await dialMany(5);
  for (const socket of readers) {
    socket.pause();
    socket.write(`${head('GET /api/v1/configmaps')}\r\n`);
  }
  const watcher = await dial();
  watcher.write(`${head('GET /api/v1/namespaces?watch=true')}\r\n`);
  await once(watcher, 'data');
  expect(await work()).toBe(201);
  await api.clock.step(60_000);
  await Promise.all(
    readers.map((socket) => {
      const closed = closeOf(socket);
      socket.resume();
      return closed;
    }),
  );
  expect(watcher.destroyed).toBe(false);
  watcher.destroy();
});

it('a watcher that says no more is let go', async () => {
  const watchers = await dialMany(5);
  for (const socket of watchers) socket.write(`${head('GET /api/v1/namespaces?watch=true')}\r\n`);
  await Promise.all(watchers.map((socket) => once(socket, 'data')));
  expect(fed).toBe(5);
  const closed = Promise.all(watchers.map((socket) => closeOf(socket.resume())));
  for (const socket of watchers) socket.end();
  await closed;
  expect(await work()).toBe(201);
  expect(fed).toBe(0);
});

it('a body that is too long is refused before it is whole', async () => {
  const big = await dial();
  const type = 'Content-Type: application/json\r\nContent-Length: 99999999\r\n';
  big.write(`${head('POST /api/v1/namespaces', type)}\r\n${mebibyte}${mebibyte}${mebibyte}x`);
  const [answer] = await once(big, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 413/);
  expect(String(answer)).toContain('Request entity too large: limit is 3145728');
  big.destroy();
});
