import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { integerBetween, type Random } from '../../src/platform/random.ts';

type Mood = 'open' | 'cut' | 'stalled';

/** A network to one port on this machine that a test takes away and brings back: bytes go through unseen and unchanged. */
export class FlakyProxy {
  readonly #target: number;
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #mood: Mood = 'open';
  #onAccepted = () => {};
  /** How often the network was taken away, by how. */
  readonly counts = { cut: 0, stalled: 0 };
  /** Connections that came while it was away, or broke when it went. */
  broken = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(target: number): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Every connection breaks, and new ones are refused as soon as they come. */
  cut(): void {
    this.#mood = 'cut';
    this.counts.cut += 1;
    this.broken += this.#pairs.size;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing goes through, and nobody is told. */
  stall(): void {
    this.#mood = 'stalled';
    this.counts.stalled += 1;
    this.broken += this.#pairs.size;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  restore(): void {
    this.#mood = 'open';
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /**
   * Takes the network away at seeded random moments until it is told to stop; then it stays as it was at first. How long
   * it is there is counted in connections that come through, so that a slow machine gets as much done in it as a quick one.
   */
  disturb(random: Random, spans: { connections: [number, number]; awayMs: [number, number] }): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const goAway = () => {
      if (random.next() < 0.6) this.cut();
      else this.stall();
      timer = setTimeout(comeBack, integerBetween(random, ...spans.awayMs));
    };
    const comeBack = () => {
      this.restore();
      let left = integerBetween(random, ...spans.connections);
      this.#onAccepted = () => {
        left -= 1;
        if (left > 0) return;
        this.#onAccepted = () => {};
        goAway();
      };
    };
    comeBack();
    return () => {
      clearTimeout(timer);
      this.#onAccepted = () => {};
      this.restore();
    };
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#mood === 'cut') {
      this.broken += 1;
      socket.destroy();
      return;
    }
    const far = connect(this.#target, '127.0.0.1');
    far.on('error', () => {});
    const pair = [socket, far] as const;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      socket.destroy();
      far.destroy();
    };
    socket.on('close', end);
    far.on('close', end);
    socket.pipe(far);
    far.pipe(socket);
    if (this.#mood === 'stalled') {
      this.broken += 1;
      for (const one of pair) one.pause();
    } else this.#onAccepted();
  }
}
