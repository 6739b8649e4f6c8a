import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

/** What HTTP does on its way through two sidecars, with a server of the test's own inside the pod. */
let mesh: MeshCluster;
let server: Server;
let aborted: Promise<void>;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store');
  await mesh.service('shop', 'store', { port: 80, targetPort: 9999 });
  let noteAbort = () => {};
  aborted = new Promise((resolve) => {
    noteAbort = resolve;
  });
  server = createServer((request, response) => {
    const hash = createHash('sha256');
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      hash.update(chunk);
    });
    request.on('end', () => {
      switch (request.url) {
        case '/die-before':
          request.socket.destroy();
          break;
        case '/die-after':
          response.writeHead(200, { 'content-length': 100 });
          response.write('half', () => request.socket.destroy());
          break;
        case '/slow':
          response.once('close', noteAbort);
          break;
        case '/stream':
          response.writeHead(200, { 'X-Twice': ['a', 'b'] });
          response.write('one ');
          response.end('two');
          break;
        default:
          response.end(
            JSON.stringify({ size, sha: hash.digest('hex'), te: request.headers['transfer-encoding'] ?? null }),
          );
      }
    });
  });
  await mesh.inside('store').sockets.listen(9999, ({ socket }) => server.emit('connection', socket));
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
});

afterAll(async () => {
  server.closeAllConnections();
  await mesh.close();
});

const open = () => mesh.inside('buyer').sockets.connect('store.shop', 80);

async function post(
  body: Buffer,
  headers: Record<string, string | number>,
): Promise<{ size: number; sha: string; te: string | null }> {
  const socket = await open();
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method: 'POST',
      createConnection: () => socket,
      headers: { host: 'store.shop', ...headers },
    });
    request.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(JSON.parse(text));
      socket.destroy();
    });
    request.on('error', reject);
    if ('expect' in headers) {
      request.on('continue', () => request.end(body));
      request.flushHeaders();
    } else request.end(body);
  });
}

/** Sends text as it stands and returns all that comes back. */
async function raw(text: string): Promise<string> {
  const socket = await open();
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe('HTTP through two sidecars', () => {
  const body = Buffer.alloc(3_000_000, 'meshwalk');
  const sha = createHash('sha256').update(body).digest('hex');

  it('carries a large body whole, sized or chunked, and answers 100-continue itself', async () => {
    expect(await post(body, { 'content-length': body.length })).toEqual({ size: body.length, sha, te: null });
    expect(await post(body, { 'transfer-encoding': 'chunked' })).toEqual({ size: body.length, sha, te: 'chunked' });
    expect(await post(body, { 'content-length': body.length, expect: '100-continue' })).toEqual({
      size: body.length,
      sha,
      te: null,
    });
  });

  it('keeps repeated headers, streams what has no length, and writes names in lower case', async () => {
    const answer = await raw('GET /stream HTTP/1.1\r\nHost: store.shop\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('\r\nx-twice: a\r\nx-twice: b\r\n');
    expect(answer).toContain('\r\ntransfer-encoding: chunked\r\n');
    expect(answer).toContain('\r\nserver: envoy\r\n');
    expect(answer).toMatch(/\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n$|\r\n7\r\none two\r\n0\r\n\r\n$/);
  });

  it('answers pipelined requests in order on one connection', async () => {
    const one = (path: string, rest: string) => `GET ${path} HTTP/1.1\r\nHost: store.shop\r\n${rest}\r\n`;
    const answer = await raw(one('/first', '') + one('/second', 'Connection: close\r\n'));
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });

  it('refuses HTTP/1.0 and what is no HTTP at all', async () => {
    expect(await raw('GET / HTTP/1.0\r\nHost: store.shop\r\n\r\n')).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(await raw('hello there\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('tells a server that dies before its answer by 503, after it by an end in the middle', async () => {
    const before = await mesh.call('buyer', 'store.shop:80', { path: '/die-before' });
    expect(before).toMatchObject({
      status: 503,
      body: expect.stringContaining('reset reason: connection termination'),
    });
    expect(mesh.envoyLog('store').findLast((line) => line['response_code'] === 503)).toMatchObject({
      response_flags: 'UC',
    });
    expect((await mesh.call('buyer', 'store.shop:80', { path: '/die-after' })).type).not.toBe('answer');
    expect(await mesh.call('buyer', 'store.shop:80')).toMatchObject({ status: 200 });
  });

  it('a client that leaves early is noticed by the server', async () => {
    const socket = await open();
    const began = mesh.stat('store', 'http.mesh-http-conn-manager.rds-inbound.9999.downstream_rq_total');
    socket.write('GET /slow HTTP/1.1\r\nHost: store.shop\r\n\r\n');
    const total = await began;
    await eventually(async () => {
      const now = await mesh.stat('store', 'http.mesh-http-conn-manager.rds-inbound.9999.downstream_rq_active');
      return { type: 'answer', status: now > 0 && total > 0 ? 200 : 0, headers: {}, body: '' };
    }, 200);
    socket.destroy();
    await aborted;
  });
});
