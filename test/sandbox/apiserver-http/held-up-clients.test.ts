import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SteppedClock } from '../../../src/platform/clock.ts';
import type { RemoteCommand } from '../../../src/sandbox/apiserver/streaming/remote-command.ts';
import {
  remoteCommandChannelProtocols,
  serveRemoteCommandChannels,
} from '../../../src/sandbox/apiserver/streaming/remote-command-channels.ts';
import {
  remoteCommandProtocols,
  serveRemoteCommandSpdy,
} from '../../../src/sandbox/apiserver/streaming/remote-command-spdy.ts';
import { controlFrame, dataFrame, SpdyHeaderCodec } from '../../../src/sandbox/apiserver/streaming/spdy-frames.ts';
import { acceptSpdy, acceptWebSocket } from '../../../src/sandbox/apiserver/streaming/upgrade.ts';
import type { RunningContainer } from '../../../src/sandbox/node/node-api.ts';

const asked: RemoteCommand = {
  type: 'exec',
  pod: { namespace: 'default', name: 'box' },
  container: 'box',
  command: ['sleep', 'infinity'],
  stdin: true,
  stdout: true,
  stderr: false,
  tty: false,
};

const clock = new SteppedClock();
let signal: AbortSignal | undefined;
let isHeldUp: () => boolean;
/** A program that never reads its input. */
const running: RunningContainer = {
  exec: (_command, _tty, streams) => {
    signal = streams.signal;
    return new Promise((resolve) =>
      streams.signal.addEventListener('abort', () => resolve({ type: 'exited', exitCode: 0 }), { once: true }),
    );
  },
  attach: () => Promise.reject(new Error('nobody attaches here')),
};

const server = createServer();
let sockets: Duplex[] = [];
server.on('upgrade', (request, socket: Duplex, head) => {
  sockets.push(socket);
  if (request.headers.upgrade === 'SPDY/3.1') {
    acceptSpdy(request, socket, remoteCommandProtocols);
    isHeldUp = () => socket.isPaused();
    return serveRemoteCommandSpdy(socket, head, asked, running, clock);
  }
  acceptWebSocket(request, socket, head, remoteCommandChannelProtocols, clock, (webSocket, protocol) => {
    isHeldUp = () => webSocket.isPaused;
    serveRemoteCommandChannels(webSocket, protocol, asked, running);
  });
});

beforeEach(async () => {
  [signal, isHeldUp, sockets] = [undefined, () => false, []];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const port = () => (server.address() as AddressInfo).port;

/** For several turns, as a connection also pauses for a moment while it looks at a frame. */
async function untilHeldUp(): Promise<void> {
  for (let turns = 0; turns < 20; turns = signal && isHeldUp() ? turns + 1 : 0) await setImmediate();
}

async function noticed(): Promise<boolean> {
  for (let steps = 0; steps < 100 && !signal?.aborted; steps += 1) await clock.step(5000);
  return signal?.aborted === true;
}

it('a WebSocket whose input nobody reads is noticed to be gone', async () => {
  const client = new WebSocket(`ws://127.0.0.1:${port()}/`, ['v5.channel.k8s.io']);
  client.on('error', () => {});
  await once(client, 'open');
  for (let piece = 0; piece < 40; piece += 1) client.send(Buffer.alloc(64 << 10));
  await untilHeldUp();
  client.terminate();
  expect(await noticed()).toBe(true);
});

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};

it('a SPDY connection whose input nobody reads is noticed to be gone', async () => {
  const client: Socket = connect(port(), '127.0.0.1');
  client.on('error', () => {});
  client.write(
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
  );
  await once(client, 'data');
  const codec = new SpdyHeaderCodec();
  const streams = [
    [1, 'error'],
    [3, 'stdin'],
    [5, 'stdout'],
  ] as const;
  for (const [id, streamtype] of streams) {
    const block = await codec.compress({ streamtype });
    client.write(controlFrame(1, 0, Buffer.concat([u32(id, 0), Buffer.alloc(2), block])));
  }
  for (let piece = 0; piece < 100; piece += 1) client.write(dataFrame(3, Buffer.alloc(64 << 10), false));
  await untilHeldUp();
  client.destroy();
  codec.close();
  expect(await noticed()).toBe(true);
});
