import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { integerBetween, type Random } from '../../../src/platform/random.ts';
import { chance, oneOf } from './values.ts';

/** One way to upgrade a connection, and what is sent over it then. */
export interface Upgrade {
  name: string;
  head: string;
  frames(random: Random): Promise<Buffer> | Buffer;
}

export interface Target {
  port: number;
  caPem: string;
  token: string;
}

export function spdyHead(target: string, protocol: string): string {
  return `POST ${target} HTTP/1.1\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: ${protocol}\r\n`;
}

export function webSocketHead(target: string, protocol: string): string {
  return (
    `GET ${target} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${protocol}\r\n`
  );
}

/** A reset is an end like any other here. */
export const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    socket.once('close', () => resolve());
  });

/** Sends in pieces of any size, sometimes with the upgrade itself, and leaves in one of three ways. */
export async function torment(random: Random, target: Target, upgrades: readonly Upgrade[]): Promise<string> {
  const { name, head, frames } = oneOf(random, upgrades);
  const bytes = await frames(random);
  const socket = connect({ host: '127.0.0.1', port: target.port, ca: target.caPem, servername: 'localhost' });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  const answered = once(socket, 'data');
  const request = Buffer.from(`${head}Host: 127.0.0.1\r\nAuthorization: Bearer ${target.token}\r\n\r\n`);
  const early = chance(random, 0.3) ? integerBetween(random, 0, bytes.length + 1) : 0;
  socket.write(Buffer.concat([request, bytes.subarray(0, early)]));
  const [answer] = await answered;
  socket.on('data', () => {});
  for (let at = early; at < bytes.length && !socket.destroyed; ) {
    const next = at + integerBetween(random, 1, 500);
    socket.write(bytes.subarray(at, next));
    at = next;
    if (chance(random, 0.3)) await new Promise((done) => setImmediate(done));
  }
  const closed = closeOf(socket);
  if (chance(random, 0.5)) socket.destroy();
  else socket.end();
  await closed;
  return `${name}: ${String(answer).split('\r\n')[0]}`;
}

/** How often each answer came, in all. */
export async function tormentAll(
  random: Random,
  target: Target,
  upgrades: readonly Upgrade[],
  connections: number,
): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  for (let index = 0; index < connections; index += 1) {
    const answer = await torment(random, target, upgrades);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  return answers;
}
