import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { badRequest, StatusError } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import { statusOf } from '../http/answer.ts';
import { webSocketTokenPrefix } from '../http/authentication.ts';
import { heartbeat } from './heartbeat.ts';

/** Taking a connection over from HTTP: as raw SPDY/3.1, or as a WebSocket with one of the subprotocols offered. */

/** A Status as a plain HTTP answer on a connection that asked for an upgrade; kubectl reads it, or tries the other way. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const status = statusOf(error);
  const body = `${JSON.stringify(status)}\n`;
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\n` +
      `Cache-Control: no-cache, private\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** A kubelet's refusal, which is text; kubectl puts `unable to upgrade connection: ` before it. */
export function refuseUpgradeAsKubelet(socket: Duplex, message: string): void {
  socket.on('error', () => {});
  socket.end(
    'HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(message)}\r\nConnection: close\r\n\r\n${message}`,
  );
}

export function wantsUpgradeTo(request: IncomingMessage, protocol: 'spdy/3.1' | 'websocket'): boolean {
  return (request.headers.upgrade ?? '').toLowerCase() === protocol;
}

const listed = (header: string | string[] | undefined) =>
  [header ?? []].flat().flatMap((line) => line.split(',').map((item) => item.trim()));

/** Answers 101 for SPDY. `protocols` are the X-Stream-Protocol-Versions spoken here, best first. */
export function acceptSpdy(request: IncomingMessage, socket: Duplex, protocols: readonly string[]): string {
  const offered = listed(request.headers['x-stream-protocol-version']);
  const chosen = protocols.find((protocol) => offered.includes(protocol));
  if (chosen === undefined) {
    throw new StatusError(
      403,
      'Forbidden',
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocols.join(' ')}]`,
    );
  }
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n' +
      `X-Stream-Protocol-Version: ${chosen}\r\n\r\n`,
  );
  return chosen;
}

const longestMessageBytes = 1 << 20;

/** Answers 101 for a WebSocket with the first of `protocols` that the client offers. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocols: readonly string[],
  clock: Clock,
  onOpen: (webSocket: WebSocket, protocol: string) => void,
): void {
  const offered = listed(request.headers['sec-websocket-protocol']);
  const chosen = protocols.find((protocol) => offered.includes(protocol));
  if (chosen === undefined) {
    throw badRequest(`unable to upgrade: none of the subprotocols is spoken here; use one of ${protocols.join(', ')}`);
  }
  openWebSocket(request, socket, head, chosen, clock, (webSocket) => onOpen(webSocket, chosen));
}

/** For those to whom subprotocols mean nothing: agrees to what the client offers, and to none. */
export function acceptAnyWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  clock: Clock,
  onOpen: (webSocket: WebSocket) => void,
): void {
  const offered = listed(request.headers['sec-websocket-protocol']);
  const chosen = offered.find((protocol) => !protocol.startsWith(webSocketTokenPrefix));
  openWebSocket(request, socket, head, chosen, clock, onOpen);
}

function openWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string | undefined,
  clock: Clock,
  onOpen: (webSocket: WebSocket) => void,
): void {
  // ws refuses `SPDY/3.1+portforward.k8s.io` because a slash is no token character, so the choice is made around it.
  delete request.headers['sec-websocket-protocol'];
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: longestMessageBytes,
  });
  if (protocol !== undefined) server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  server.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on(
      'close',
      heartbeat(clock, () => webSocket.isPaused && webSocket.ping()),
    );
    onOpen(webSocket);
  });
}

/** The bytes of a WebSocket's binary messages as one stream; where messages begin and end means nothing. */
export function tunnelOf(webSocket: WebSocket): Duplex {
  return createWebSocketStream(webSocket, { allowHalfOpen: false });
}
