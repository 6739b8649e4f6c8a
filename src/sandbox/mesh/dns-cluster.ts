import type { Clock } from '../../platform/clock.ts';
import type { ContainerSockets } from '../network/pod-network.ts';
import type { Address } from './proxy-config.ts';
import type { StatScope } from './stats.ts';

/** Envoy: Cluster.dns_refresh_rate, when a record says nothing of its lifetime. */
const refreshMs = 5000;

/**
 * The endpoints of a STRICT_DNS cluster: every address of a name, looked up again and again. What was found stays when a
 * look-up fails. It opens no connections.
 */
export class DnsResolution {
  /** Settles after the first look-up, whatever it brought: until then a cluster is warming and nothing is routed to it. */
  readonly first: Promise<void>;
  readonly host: string;
  readonly port: number;
  readonly #sockets: ContainerSockets;
  readonly #clock: Clock;
  readonly #scope: StatScope;
  readonly #found: (addresses: readonly Address[]) => void;
  #cancel = () => {};
  #stopped = false;

  constructor(
    target: { host: string; port: number },
    parts: { sockets: ContainerSockets; clock: Clock; scope: StatScope },
    found: (addresses: readonly Address[]) => void,
  ) {
    this.host = target.host;
    this.port = target.port;
    this.#sockets = parts.sockets;
    this.#clock = parts.clock;
    this.#scope = parts.scope;
    this.#found = found;
    for (const name of ['update_attempt', 'update_success', 'update_failure']) this.#scope.counter(name);
    this.first = this.#lookUp();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #lookUp(): Promise<void> {
    this.#scope.counter('update_attempt').value++;
    const addresses = await this.#sockets.resolve(this.host).catch(() => undefined);
    if (this.#stopped) return;
    this.#scope.counter(addresses ? 'update_success' : 'update_failure').value++;
    if (addresses) this.#found(addresses.map((ip) => ({ ip, port: this.port })));
    this.#cancel = this.#clock.after(refreshMs, () => void this.#lookUp());
  }
}
