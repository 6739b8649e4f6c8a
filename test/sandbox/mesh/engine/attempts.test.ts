import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { RouteRetry } from '../../../../src/sandbox/mesh/proxy-config.ts';
import { fetchOver, type Seen } from '../mesh-cluster.ts';
import { intoServer, type PairOptions, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/** Tries, their limits and their times on the client's sidecar, and what its counters and its log say of them. */
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function start(answer: Answer, options: PairOptions = {}): Promise<ProxyPair & { bodies: string[] }> {
  const bodies: string[] = [];
  const app = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      bodies.push(body);
      answer(request, response, bodies.length);
    });
  });
  const pair = await startProxyPair(intoServer(app), options);
  closers.push(
    () => pair.close(),
    () => app.closeAllConnections(),
  );
  return { ...pair, bodies };
}

const retry = (changes: Partial<RouteRetry> = {}): PairOptions => ({
  route: { retry: { retryOn: ['5xx'], numRetries: 2, perTryTimeoutMs: 0, backoffBaseMs: 1, ...changes } },
});

const get = async (pair: ProxyPair): Promise<Seen> =>
  fetchOver(await pair.connect(), 'app.test', { headers: { connection: 'close' } });

/** Everything that comes back for a request with this body. */
async function post(pair: ProxyPair, body: Buffer): Promise<string> {
  const socket = await pair.connect();
  socket.write(`POST / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const cluster = (pair: ProxyPair, name: string) => pair.stat('outbound', `cluster.app.${name}`);

describe('a retry', () => {
  it('sends the body again, chunk for chunk, and only the last answer reaches the client', async () => {
    const pair = await start((_, response, count) => response.writeHead(count < 3 ? 503 : 200).end('done'), retry());
    const body = Buffer.alloc(500_000, 'again');
    expect(await post(pair, body)).toMatch(/^HTTP\/1\.1 200 .*done/s);
    expect(pair.bodies.map((text) => text === body.toString())).toEqual([true, true, true]);
    expect(cluster(pair, 'upstream_rq_retry')).toBe(2);
    expect(cluster(pair, 'upstream_rq_retry_success')).toBe(1);
    expect(cluster(pair, 'retry.upstream_rq_503')).toBe(2);
    expect([cluster(pair, 'upstream_rq_503'), cluster(pair, 'upstream_rq_200')]).toEqual([0, 1]);
    expect(cluster(pair, 'upstream_rq_total')).toBe(3);
    expect(pair.logs.outbound).toHaveLength(1);
  });

  it('is given up for a body that is too large to be kept', async () => {
    const pair = await start((_, response) => response.writeHead(503).end('no'), retry());
    expect(await post(pair, Buffer.alloc(1_100_000, 'x'))).toMatch(/^HTTP\/1\.1 503 /);
    expect(cluster(pair, 'upstream_rq_retry')).toBe(0);
    expect(cluster(pair, 'retry_or_shadow_abandoned')).toBe(1);
  });

  it('ends at its number with URX, and holds no place in the limit of retries when it is over', async () => {
    const pair = await start((_, response) => response.writeHead(500).end('no'), retry());
    const before = cluster(pair, 'circuit_breakers.default.remaining_retries');
    expect(await get(pair)).toMatchObject({ status: 500, body: 'no' });
    expect(pair.logs.outbound[0]).toMatchObject({ response_flags: 'URX', response_code_details: 'via_upstream' });
    expect(cluster(pair, 'upstream_rq_retry_limit_exceeded')).toBe(1);
    expect(cluster(pair, 'circuit_breakers.default.remaining_retries')).toBe(before);
  });

  it('finds no room where the cluster allows none: UO, and the answer as it came', async () => {
    const pair = await start((_, response) => response.writeHead(500).end('no'), {
      ...retry(),
      cluster: { circuitBreakers: { maxRetries: 0 } },
    });
    expect(await get(pair)).toMatchObject({ status: 500 });
    expect(pair.logs.outbound[0]).toMatchObject({ response_flags: 'UO' });
    expect(cluster(pair, 'upstream_rq_retry_overflow')).toBe(1);
  });

  it.each([
    ['gateway-error', 500, 0],
    ['gateway-error', 502, 2],
    ['retriable-4xx', 409, 2],
    ['retriable-4xx', 404, 0],
    ['connect-failure', 503, 0],
    ['no-such-word', 503, 0],
  ])('on %s of an answer %i is made %i times', async (retryOn, status, retries) => {
    const pair = await start((_, response) => response.writeHead(status).end(), retry({ retryOn: [retryOn] }));
    expect(await get(pair)).toMatchObject({ status });
    expect(cluster(pair, 'upstream_rq_retry')).toBe(retries);
  });

  it.each([
    ['reset', 2],
    ['5xx', 2],
    ['connect-failure', 0],
  ])('on %s of a server that dies before it answers is made %i times', async (retryOn, retries) => {
    // The server's sidecar would answer for its app, so the dying server is the sidecar's own listener.
    const pair = await start(() => {}, retry({ retryOn: [retryOn] }));
    await pair.inbound.apply({
      version: '2',
      config: { listeners: [dying], routes: [], clusters: [], validationContexts: [] },
      certificates: [],
      trustedCaPem: '',
    });
    const seen = await get(pair);
    const told = retries > 0 ? 'headers. retried and the latest reset reason' : 'headers. reset reason';
    expect(seen).toMatchObject({ status: 503, body: expect.stringContaining(told) });
    expect(cluster(pair, 'upstream_rq_retry')).toBe(retries);
  });
});

/** Takes connections and closes them at once. */
const dying = {
  name: 'inbound-listener',
  port: 15003,
  direction: 'inbound',
  inspectTls: false,
  filterChains: [],
} as const;

describe('time', () => {
  it('a try that takes too long is made again, and the last one is a 504: UT,URX', async () => {
    const pair = await start(() => {}, retry({ perTryTimeoutMs: 30, numRetries: 1 }));
    expect(await get(pair)).toMatchObject({ status: 504, body: 'upstream request timeout' });
    expect(pair.logs.outbound[0]).toMatchObject({
      response_flags: 'UT,URX',
      response_code_details: 'upstream_per_try_timeout',
    });
    expect(cluster(pair, 'upstream_rq_per_try_timeout')).toBe(2);
    expect(cluster(pair, 'upstream_rq_504')).toBe(1);
    expect(cluster(pair, 'upstream_rq_active')).toBe(0);
    await expect.poll(() => pair.logs.inbound.map((line) => line['response_flags'])).toEqual(['DC', 'DC']);
  });

  it('the server hears how long a try may take', async () => {
    const pair = await start(
      (request, response) => response.end(String(request.headers['x-envoy-expected-rq-timeout-ms'])),
      retry({ perTryTimeoutMs: 30_000 }),
    );
    expect(await get(pair)).toMatchObject({ body: '30000' });
  });
});

describe('limits of a cluster', () => {
  const held = async (options: PairOptions, others: number) => {
    const waiting: ServerResponse[] = [];
    const pair = await start((_, response) => waiting.push(response), options);
    const first = get(pair);
    await expect.poll(() => waiting.length).toBe(1);
    const more = Array.from({ length: others }, () => get(pair));
    const release = async () => {
      while (
        waiting.length > 0 ||
        cluster(pair, 'upstream_rq_active') + cluster(pair, 'upstream_rq_pending_active') > 0
      ) {
        waiting.shift()?.end('ok');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return { pair, first, more, release };
  };

  it('one connection: the next request waits its turn on it', async () => {
    const { pair, first, more, release } = await held({ cluster: { circuitBreakers: { maxConnections: 1 } } }, 3);
    await expect.poll(() => cluster(pair, 'upstream_rq_pending_active')).toBe(3);
    expect(cluster(pair, 'upstream_cx_overflow')).toBe(3);
    expect(cluster(pair, 'circuit_breakers.default.cx_open')).toBe(1);
    await release();
    for (const answer of await Promise.all([first, ...more])) expect(answer).toMatchObject({ status: 200 });
    expect(cluster(pair, 'upstream_cx_total')).toBe(1);
  });

  it('one connection and nobody who waits: overflow, UO, x-envoy-overloaded', async () => {
    const limits = { circuitBreakers: { maxConnections: 1, maxPendingRequests: 1 } };
    const { pair, first, more, release } = await held({ cluster: limits }, 2);
    const [one, other] = await Promise.race([Promise.all([more[1], undefined]), Promise.all([undefined, more[0]])]);
    expect(one ?? other).toMatchObject({
      status: 503,
      headers: { 'x-envoy-overloaded': 'true' },
      body: 'upstream connect error or disconnect/reset before headers. reset reason: overflow',
    });
    expect(pair.logs.outbound[0]).toMatchObject({ response_flags: 'UO' });
    expect(cluster(pair, 'upstream_rq_pending_overflow')).toBe(1);
    await release();
    expect(await first).toMatchObject({ status: 200 });
    await Promise.all(more);
    expect(cluster(pair, 'upstream_rq_total')).toBe(2);
  });

  it('requests per connection: a new one after so many', async () => {
    const pair = await start((_, response) => response.end('ok'), {
      cluster: { circuitBreakers: { maxRequestsPerConnection: 2 } },
    });
    for (let count = 0; count < 5; count++) expect(await get(pair)).toMatchObject({ status: 200 });
    expect(cluster(pair, 'upstream_cx_total')).toBe(3);
    expect(cluster(pair, 'upstream_cx_max_requests')).toBe(2);
  });
});
