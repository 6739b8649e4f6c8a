import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { NodeApi } from '../../node/node-api.ts';
import { portForwardFailure } from './port-forward.ts';

/**
 * Port-forward as browsers and @kubernetes/client-node speak it: `v4.channel.k8s.io`, one connection per port. Channel 2i
 * carries port i's bytes, 2i+1 its error; on each the server first names the port, two bytes little-endian. There is no
 * half-close: the end of a connection is the end of the WebSocket.
 */
export const channelProtocols = ['v4.channel.k8s.io', 'portforward.k8s.io'];

const mostUnsentBytes = 1 << 20;

export function servePortForwardChannels(
  webSocket: WebSocket,
  pod: { namespace: string; name: string; uid: string },
  ports: readonly number[],
  nodes: NodeApi,
): void {
  const targets = ports.map((port, index) => new ChannelPort(webSocket, pod, port, index * 2, nodes));
  webSocket.on('message', (message, isBinary) => {
    const bytes = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Buffer);
    const channel = bytes[0] ?? 255;
    if (!isBinary || channel % 2 === 1) return;
    targets[channel / 2]?.receive(bytes.subarray(1));
  });
  webSocket.on('close', () => {
    for (const target of targets) target.close();
  });
  for (const target of targets) void target.open(() => targets.every((one) => one.over) && webSocket.close(1000));
}

class ChannelPort {
  over = false;
  readonly #webSocket: WebSocket;
  readonly #pod: { namespace: string; name: string; uid: string };
  readonly #port: number;
  readonly #channel: number;
  readonly #nodes: NodeApi;
  #early: Buffer[] = [];
  #target: Socket | undefined;

  constructor(
    webSocket: WebSocket,
    pod: { namespace: string; name: string; uid: string },
    port: number,
    channel: number,
    nodes: NodeApi,
  ) {
    this.#webSocket = webSocket;
    this.#pod = pod;
    this.#port = port;
    this.#channel = channel;
    this.#nodes = nodes;
  }

  async open(onOver: () => void): Promise<void> {
    const portBytes = Buffer.alloc(2);
    portBytes.writeUInt16LE(this.#port);
    this.#send(this.#channel, portBytes);
    this.#send(this.#channel + 1, portBytes);
    try {
      const target = await this.#nodes.portForward(this.#pod.namespace, this.#pod.name, this.#port);
      if (this.over) return void target.destroy();
      this.#target = target;
      target.on('error', () => {});
      target.on('data', (bytes: Buffer) => this.#send(this.#channel, bytes));
      target.on('drain', () => this.#webSocket.resume());
      target.on('close', () => {
        this.over = true;
        onOver();
      });
      for (const bytes of this.#early.splice(0)) target.write(bytes);
      this.#webSocket.resume();
    } catch (error) {
      this.#send(this.#channel + 1, Buffer.from(portForwardFailure(this.#pod, this.#port, error)));
      this.over = true;
      onOver();
    }
  }

  receive(bytes: Buffer): void {
    if (this.over) return;
    if (!this.#target) {
      this.#early.push(bytes);
      this.#webSocket.pause();
    } else if (!this.#target.write(bytes)) this.#webSocket.pause();
  }

  close(): void {
    this.over = true;
    this.#target?.destroy();
  }

  #send(channel: number, bytes: Buffer): void {
    const webSocket = this.#webSocket;
    if (webSocket.readyState !== webSocket.OPEN) return;
    webSocket.send(Buffer.concat([Buffer.from([channel]), bytes]), () => {
      if (webSocket.bufferedAmount < mostUnsentBytes) this.#target?.resume();
    });
    if (webSocket.bufferedAmount >= mostUnsentBytes) this.#target?.pause();
  }
}
