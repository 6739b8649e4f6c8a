import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../platform/clock.ts';
import type { WatchSink } from '../watch-stream.ts';
import { acceptAnyWebSocket } from './upgrade.ts';

/**
 * The messages of a WebSocket as a watch's sink: each event is one text message, whatever subprotocol a browser names. What
 * the client sends is ignored. Unlike a real server it does not insist on an Origin.
 */
export function webSocketSink(request: IncomingMessage, socket: Duplex, head: Buffer, clock: Clock): WatchSink {
  let open: WebSocket | undefined;
  let isBegun = false;
  return {
    get unreadBytes() {
      return open?.bufferedAmount ?? 0;
    },
    begin() {
      if (isBegun) return;
      isBegun = true;
      acceptAnyWebSocket(request, socket, head, clock, (webSocket) => {
        open = webSocket;
      });
    },
    send: (text) => open?.send(text),
    end: () => open?.close(1000),
    cut: () => open?.terminate(),
    onClose: (listener) => void socket.on('close', listener),
  };
}
