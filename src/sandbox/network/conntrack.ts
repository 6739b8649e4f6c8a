import type { Clock } from '../../platform/clock.ts';
import type { SocketAddress } from './pod-network.ts';

/** One connection as the two pods see it; the loopback addresses below are nobody's business. */
export interface Flow {
  remote: SocketAddress;
  originalDestination: SocketAddress;
}

/** An accepted connection waits this long for its flow; a stranger who found the raw port has none. */
const strangerTimeoutMs = 1000;

/**
 * Which simulated addresses a loopback connection stands for, keyed by the real ports of its two ends. The two ends
 * learn of a connection in either order, so whoever comes second completes the meeting.
 */
export class Conntrack {
  readonly #clock: Clock;
  readonly #announced = new Map<string, Flow>();
  readonly #awaited = new Map<string, (flow: Flow | undefined) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  announce(listenerPort: number, clientPort: number, flow: Flow): void {
    const key = `${listenerPort}:${clientPort}`;
    const arrived = this.#awaited.get(key);
    if (arrived) arrived(flow);
    else this.#announced.set(key, flow);
  }

  /** Calls back at once when the flow is known, with undefined when nobody announces it in time. */
  claim(listenerPort: number, clientPort: number, found: (flow: Flow | undefined) => void): void {
    const key = `${listenerPort}:${clientPort}`;
    const flow = this.#announced.get(key);
    if (flow) {
      this.#announced.delete(key);
      found(flow);
      return;
    }
    const settle = (late: Flow | undefined) => {
      cancel();
      this.#awaited.delete(key);
      found(late);
    };
    const cancel = this.#clock.after(strangerTimeoutMs, () => settle(undefined));
    this.#awaited.set(key, settle);
  }

  /** The client's end closed: a flow that the listener never claimed is of no use any more. */
  forget(listenerPort: number, clientPort: number): void {
    this.#announced.delete(`${listenerPort}:${clientPort}`);
  }

  close(): void {
    for (const settle of [...this.#awaited.values()]) settle(undefined);
    this.#announced.clear();
  }
}
