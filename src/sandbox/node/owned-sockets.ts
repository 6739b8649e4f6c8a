import type { Socket } from 'node:net';
import type { ContainerSockets, PodListener } from '../network/pod-network.ts';

/** Remembers what a program opens, so that it is closed with the program. */
export class OwnedSockets implements ContainerSockets {
  readonly #inner: ContainerSockets;
  readonly #listeners = new Set<PodListener>();
  readonly #connections = new Set<Socket>();
  #bytesOfClosed = 0;
  #closed = false;

  constructor(inner: ContainerSockets) {
    this.#inner = inner;
  }

  get podIp(): string {
    return this.#inner.podIp;
  }

  async listen(...args: Parameters<ContainerSockets['listen']>): Promise<PodListener> {
    const [port, onConnection, options] = args;
    const listener = await this.#inner.listen(
      port,
      (connection) => {
        this.#own(connection.socket);
        onConnection(connection);
      },
      options,
    );
    if (this.#closed) listener.close();
    this.#listeners.add(listener);
    return {
      port: listener.port,
      close: () => {
        this.#listeners.delete(listener);
        listener.close();
      },
    };
  }

  async connect(host: string, port: number): Promise<Socket> {
    const socket = await this.#inner.connect(host, port);
    this.#own(socket);
    return socket;
  }

  resolve(host: string): Promise<string[]> {
    return this.#inner.resolve(host);
  }

  redirect(...args: Parameters<ContainerSockets['redirect']>): void {
    this.#inner.redirect(...args);
  }

  /** What all of its connections carried so far, both ways. */
  get bytes(): number {
    return [...this.#connections].reduce((sum, socket) => sum + carried(socket), this.#bytesOfClosed);
  }

  /** What waits in its connections to be read or sent. */
  get waitingBytes(): number {
    return [...this.#connections].reduce((sum, socket) => sum + socket.readableLength + socket.writableLength, 0);
  }

  closeAll(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.close();
    for (const socket of this.#connections) socket.destroy();
  }

  #own(socket: Socket): void {
    if (this.#closed) socket.destroy();
    this.#connections.add(socket);
    socket.once('close', () => {
      this.#bytesOfClosed += carried(socket);
      this.#connections.delete(socket);
    });
  }
}

const carried = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;
