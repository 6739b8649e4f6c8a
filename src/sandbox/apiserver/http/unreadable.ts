import type { Duplex } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';

/** Go's net/http: whoever closes while the peer still sends resets the connection, and with it the answer. */
const lingerMs = 500;

/**
 * A request that the parser gave up on: its head is too long, or no HTTP. The answer is Go's, in plain text; what the client
 * still sends is read and dropped for a moment, so that the answer arrives.
 */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex, clock: Clock): void {
  if (socket.writableEnded) return;
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statusFor(error.code);
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
  socket.removeAllListeners('data');
  socket.resume();
  const giveUp = clock.after(lingerMs, () => socket.destroy());
  socket.once('close', giveUp);
}

function statusFor(code: string | undefined): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return '431 Request Header Fields Too Large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return '408 Request Timeout';
    default:
      return '400 Bad Request';
  }
}
