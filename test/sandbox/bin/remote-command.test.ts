import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { nowhere } from '../../../src/sandbox/bin/api/connection.ts';
import { runRemoteCommand } from '../../../src/sandbox/bin/api/remote-command.ts';

/** RFC 6455: a message in one frame, as a server sends it. */
const frame = (opcode: number, payload: Buffer) =>
  Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
const message = (channel: number, text: string) => frame(2, Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));

it('hears what comes in the same breath as the answer to the upgrade', async () => {
  const server = createServer().on('upgrade', ({ headers }, socket) => {
    const accept = createHash('sha1')
      .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`;
    const words = [message(1, 'hello\n'), message(3, '{"status":"Success"}'), frame(8, Buffer.from([3, 232]))];
    socket.on('data', () => socket.end());
    socket.write(Buffer.concat([Buffer.from(head), ...words]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  let heard = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      heard += chunk;
      done();
    },
  });
  const connection = { ...nowhere, server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { signal } = new AbortController();
  const streams = { stdin: undefined, stdout, stderr: undefined, signal };
  expect(await runRemoteCommand(connection, '/exec', streams)).toEqual({ status: 'Success' });
  expect(heard).toBe('hello\n');
  server.close();
});
