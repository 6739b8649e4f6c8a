import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SteppedClock } from '../../../../src/platform/clock.ts';
import { intoServer, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/** What becomes of a request on which nothing moves for five minutes. */
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const minuteMs = 60_000;

async function start(answer: RequestListener): Promise<{ pair: ProxyPair; clock: SteppedClock; client: Socket }> {
  const app = createServer(answer);
  const clock = new SteppedClock();
  const pair = await startProxyPair(intoServer(app), { clock });
  closers.push(
    () => pair.close(),
    () => app.closeAllConnections(),
  );
  return { pair, clock, client: await pair.connect() };
}

/** Collects what the client receives; `shows` waits for it. */
function reader(client: Socket): { text(): string; shows(text: string): Promise<void> } {
  let received = '';
  client.on('data', (data: Buffer) => {
    received += data;
  });
  return {
    text: () => received,
    shows: (text) => vi.waitFor(() => expect(received).toContain(text), { timeout: 30_000, interval: 2 }),
  };
}

const idle = (pair: ProxyPair) => pair.stat('outbound', 'http.outbound.downstream_rq_idle_timeout');

describe('a stream on which nothing moves for five minutes', () => {
  it('is answered with 504 where the server says nothing', async () => {
    let asked = 0;
    const { pair, clock, client } = await start(() => asked++);
    const seen = reader(client);
    client.write('GET / HTTP/1.1\r\nhost: app.test\r\n\r\n');
    await vi.waitFor(() => expect(asked).toBe(1), 5000);
    await clock.step(5 * minuteMs - 1);
    expect(idle(pair)).toBe(0);
    await clock.step(1);
    await seen.shows('stream timeout');
    expect(seen.text()).toMatch(/^HTTP\/1\.1 504 /);
    expect(pair.logs.outbound).toEqual([
      expect.objectContaining({
        response_code: 504,
        response_flags: 'SI',
        response_code_details: 'stream_idle_timeout',
        upstream_cluster: 'app',
      }),
    ]);
    expect(idle(pair)).toBe(1);
  });

  it('is answered with 408 where the client does not send the rest, counted from its last byte', async () => {
    let received = '';
    const { pair, clock, client } = await start((request) =>
      request.on('data', (data: Buffer) => {
        received += data;
      }),
    );
    const seen = reader(client);
    client.write('POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 9\r\n\r\n');
    for (const piece of ['a', 'b']) {
      client.write(piece);
      await vi.waitFor(() => expect(received).toContain(piece), { timeout: 30_000, interval: 2 });
      await clock.step(4 * minuteMs);
    }
    expect(idle(pair)).toBe(0);
    await clock.step(minuteMs);
    await seen.shows('stream timeout');
    expect(seen.text()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is broken off where the answer has begun, counted from its last byte', async () => {
    let more = () => {};
    const { pair, clock, client } = await start((_, response) => {
      response.write('first');
      more = () => response.write('second');
    });
    const seen = reader(client);
    client.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nhost: app.test\r\n\r\n');
    await seen.shows('first');
    await clock.step(4 * minuteMs);
    more();
    await seen.shows('second');
    await clock.step(4 * minuteMs);
    expect(idle(pair)).toBe(0);
    const closed = once(client, 'close');
    await clock.step(minuteMs);
    await closed;
    expect(seen.text()).not.toContain('stream timeout');
    expect(pair.logs.outbound[0]).toMatchObject({ response_code: 200, response_flags: 'SI' });
  });
});
