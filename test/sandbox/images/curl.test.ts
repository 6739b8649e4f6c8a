import { createServer, type RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { curl } from '../../../src/sandbox/node/images/curl.ts';
import { LoopbackPods, startContainer } from './containers.ts';

const pods = new LoopbackPods();
const server = '10.244.0.5';
const url = `http://${server}:9091/healthz`;
const run = (...args: string[]) =>
  startContainer(pods, curl({ pace: 'instant', outside: { caPem: '' } }), { ip: '10.244.0.6', image: 'c', args });

async function serve(answer: RequestListener): Promise<() => void> {
  const http = createServer(answer);
  const listener = await pods.listen(server, 9091, ({ socket }) => void http.emit('connection', socket));
  return () => {
    listener.close();
    http.closeAllConnections();
  };
}

it('prints the body, the head with -i, and fails on errors only with -f', async () => {
  const stop = await serve((request, response) => {
    response.writeHead(request.url === '/healthz' ? 200 : 503, { 'x-asked': request.headers['x-ask'] ?? 'no' });
    response.end(request.method === 'HEAD' ? '' : 'Health OK');
  });
  const plain = run(url);
  expect([await plain.ended, plain.log]).toEqual([0, 'Health OK']);
  const withHead = run('-i', '-H', 'x-ask: yes', url);
  expect(await withHead.ended).toBe(0);
  expect(withHead.log).toMatch(/^HTTP\/1\.1 200 OK\nx-asked: yes\n.*\n\nHealth OK$/s);
  expect(await run(`${url}/no`).ended).toBe(0);
  const failing = run('-f', `${url}/no`);
  expect([await failing.ended, failing.log]).toEqual([22, 'curl: (22) The requested URL returned error: 503\n']);
  stop();
});

it('tells by its exit code how a connection failed', async () => {
  const refused = run(url);
  expect([await refused.ended, refused.log]).toEqual([
    7,
    `curl: (7) Failed to connect to ${server} port 9091: Couldn't connect to server\n`,
  ]);
  expect(await run('-s', url).ended).toBe(7);
  const stop = await serve((request) => void request.socket.end());
  const empty = run(url);
  expect([await empty.ended, empty.log]).toEqual([52, 'curl: (52) Empty reply from server\n']);
  stop();
  expect(await run('--proxy', 'p', url).ended).toBe(2);
});

it('waits for a server that is not there yet, only when it is told to', async () => {
  const waiting = run('--retry', '50', '--retry-connrefused', '--retry-delay', '5', url);
  await waiting.logged(/Problem: connection refused\. Will retry in 5 seconds\. 49 retries left\.\n/);
  const stop = await serve((_, response) => void response.end('Health OK'));
  expect(await waiting.ended).toBe(0);
  expect(waiting.log.endsWith('Health OK')).toBe(true);
  stop();
  expect(await run('--retry', '50', url).ended).toBe(7);
});
