import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type PairOptions, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/** Bytes that are nobody's protocol, through two sidecars and mutual TLS between them. */
let pair: ProxyPair | undefined;
afterEach(() => pair?.close());

async function start(app: (socket: Socket) => void, options: PairOptions = {}): Promise<ProxyPair> {
  pair = await startProxyPair(
    (socket) => {
      socket.allowHalfOpen = true;
      socket.resume();
      app(socket);
    },
    { protocol: 'tcp', ...options },
  );
  return pair;
}

/** A client that stays when the server has said its last word. */
async function open(from: ProxyPair): Promise<Socket> {
  const socket = await from.connect();
  socket.allowHalfOpen = true;
  return socket;
}

async function allOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'end');
  return text;
}

const active = (from: ProxyPair) =>
  from.stat('outbound', 'cluster.app.upstream_cx_active') +
  from.stat('inbound', 'cluster.app|local.upstream_cx_active');

describe('raw TCP through two sidecars', () => {
  it('a client that has said its last word still hears the answer', async () => {
    const tcp = await start(async (socket) => {
      const question = await allOf(socket);
      socket.end(`you said ${question}`);
    });
    const socket = await open(tcp);
    const answer = allOf(socket);
    socket.end('hello');
    expect(await answer).toBe('you said hello');
    await expect.poll(() => active(tcp)).toBe(0);
    expect(tcp.logs.outbound).toMatchObject([{ bytes_received: 5, bytes_sent: 14, response_flags: '-' }]);
    expect(tcp.logs.inbound).toMatchObject([{ bytes_received: 5, bytes_sent: 14, upstream_cluster: 'app|local' }]);
  });

  it('a server that has said its last word still hears the client', async () => {
    const heard = Promise.withResolvers<string>();
    const tcp = await start(async (socket) => {
      socket.end('welcome and goodbye');
      heard.resolve(await allOf(socket));
    });
    const socket = await open(tcp);
    expect(await allOf(socket)).toBe('welcome and goodbye');
    socket.write('but ');
    socket.end('wait');
    expect(await heard.promise).toBe('but wait');
    await expect.poll(() => active(tcp)).toBe(0);
  });

  it('a server may speak first to a client that waits', async () => {
    const tcp = await start((socket) => void socket.write('220 ready'));
    const [greeting] = await once(await open(tcp), 'data');
    expect(String(greeting)).toBe('220 ready');
    expect(tcp.stat('outbound', 'tcp.outbound.downstream_cx_total')).toBe(1);
  });

  it('megabytes flow both ways at once', async () => {
    const tcp = await start((socket) => void socket.pipe(socket));
    const socket = await open(tcp);
    const echoed = allOf(socket);
    socket.end(Buffer.alloc(8_000_000, 'mesh'));
    expect((await echoed).length).toBe(8_000_000);
  });

  it('a client that resets has said its last word, and the server that ends too ends the connection', async () => {
    const gone = Promise.withResolvers<void>();
    const tcp = await start((socket) => {
      socket.write('x');
      socket.once('end', () => socket.end(gone.resolve));
    });
    const socket = await open(tcp);
    await once(socket, 'data');
    socket.resetAndDestroy();
    await gone.promise;
    await expect.poll(() => active(tcp)).toBe(0);
  });

  it('a connection beyond the limit of the cluster is closed, and there is room again when one has ended', async () => {
    const tcp = await start((socket) => void socket.once('end', () => socket.end()).write('x'), {
      cluster: { circuitBreakers: { maxConnections: 1 } },
    });
    const first = await open(tcp);
    await once(first, 'data');
    const second = await open(tcp);
    second.resume();
    await once(second, 'end');
    expect(tcp.logs.outbound).toMatchObject([{ response_flags: 'UO,URX' }]);
    expect(tcp.stat('outbound', 'cluster.app.upstream_cx_overflow')).toBe(1);
    first.destroy();
    await expect.poll(() => tcp.stat('outbound', 'cluster.app.circuit_breakers.default.remaining_cx')).toBe(1);
    const third = await open(tcp);
    await once(third, 'data');
  });
});
