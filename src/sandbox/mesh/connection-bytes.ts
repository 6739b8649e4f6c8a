import type { Socket } from 'node:net';
import type { Stat, StatScope, StatStore } from './stats.ts';

/**
 * Bytes that went over connections, under Envoy's names. Nothing is counted while they flow: the sockets know, and are asked
 * when somebody reads the statistics or when they close.
 */
export class ConnectionBytes {
  readonly #sent: Stat;
  readonly #received: Stat;
  readonly #counted = new Map<Socket, { sent: number; received: number }>();
  readonly #forget: () => void;

  constructor(store: StatStore, scope: StatScope, prefix: string) {
    this.#sent = scope.counter(`${prefix}_tx_bytes_total`);
    this.#received = scope.counter(`${prefix}_rx_bytes_total`);
    this.#forget = store.beforeReading(() => {
      for (const socket of this.#counted.keys()) this.#count(socket);
    });
  }

  follow(socket: Socket): void {
    this.#counted.set(socket, { sent: 0, received: 0 });
    socket.once('close', () => {
      this.#count(socket);
      this.#counted.delete(socket);
    });
  }

  close(): void {
    this.#forget();
  }

  #count(socket: Socket): void {
    const before = this.#counted.get(socket);
    if (!before) return;
    const [sent, received] = [socket.bytesWritten, socket.bytesRead];
    this.#sent.value += sent - before.sent;
    this.#received.value += received - before.received;
    this.#counted.set(socket, { sent, received });
  }
}
