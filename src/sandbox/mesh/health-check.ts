import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { ResetReason, ResponseMessage, UpstreamEvents } from './http/message.ts';
import { type ConnectionOwner, Http1ClientConnection } from './http1/client-connection.ts';
import type { HealthCheck } from './proxy-config.ts';
import type { StatScope } from './stats.ts';
import type { UpstreamHost } from './upstream.ts';

/** Envoy: HealthCheck.no_traffic_interval, while nobody has used the cluster. */
const noTrafficIntervalMs = 60_000;

interface CheckParts {
  clock: Clock;
  scope: StatScope;
  /** Neither counted nor limited as traffic is. */
  connect(host: UpstreamHost): Promise<Socket>;
  hasTraffic(): boolean;
  /** An endpoint has become healthy or stopped being so. */
  onChange(host: UpstreamHost): void;
}

/**
 * Envoy's active HTTP health checks of one cluster: each endpoint is asked in its own rhythm, over a connection that is kept
 * from one check to the next. It says which endpoints fail; whether they are used all the same is the cluster's decision.
 */
export class HealthChecker {
  readonly config: HealthCheck;
  /** Settles when every endpoint of the beginning has been asked once (Envoy: a cluster is warm then). */
  readonly first: Promise<unknown>;
  readonly #parts: CheckParts;
  readonly #stats: ReturnType<typeof statsOf>;
  readonly #checks = new Map<UpstreamHost, HostCheck>();

  constructor(config: HealthCheck, hosts: readonly UpstreamHost[], parts: CheckParts) {
    this.config = config;
    this.#parts = parts;
    this.#stats = statsOf(parts.scope);
    this.follow(hosts);
    this.first = Promise.all([...this.#checks.values()].map(({ first }) => first));
  }

  /** Endpoints are unhealthy until their first check says otherwise. */
  follow(hosts: readonly UpstreamHost[]): void {
    for (const [host, check] of this.#checks) {
      if (hosts.includes(host)) continue;
      check.stop();
      this.#checks.delete(host);
    }
    for (const host of hosts) {
      if (this.#checks.has(host)) continue;
      host.failsHealthChecks = true;
      this.#checks.set(host, new HostCheck(this.config, host, this.#parts, this.#stats));
    }
    this.#countHealthy();
  }

  /** Endpoints that nobody asks any more count as healthy. */
  stop(): void {
    for (const [host, check] of this.#checks) {
      check.stop();
      host.failsHealthChecks = false;
    }
    this.#checks.clear();
    this.#countHealthy();
  }

  #countHealthy(): void {
    this.#stats.healthy.value = [...this.#checks.keys()].filter((host) => !host.failsHealthChecks).length;
  }
}

function statsOf(scope: StatScope) {
  const counter = (name: string) => scope.counter(`health_check.${name}`);
  counter('passive_failure');
  counter('verify_cluster');
  return {
    attempt: counter('attempt'),
    success: counter('success'),
    failure: counter('failure'),
    networkFailure: counter('network_failure'),
    healthy: scope.gauge('health_check.healthy'),
  };
}

/** `refused`: an answer other than 200. `network`: none in time, or none at all. */
type Outcome = 'success' | 'refused' | 'network';

/** The checks of one endpoint, one after the other. */
class HostCheck implements ConnectionOwner {
  readonly first: Promise<void>;
  readonly #config: HealthCheck;
  readonly #host: UpstreamHost;
  readonly #parts: CheckParts;
  readonly #stats: ReturnType<typeof statsOf>;
  #connection: Http1ClientConnection | undefined;
  #probe: Probe | undefined;
  #cancelTimer = () => {};
  /** In a row. */
  #successes = 0;
  #failures = 0;
  #wasAsked = false;
  #settleFirst = () => {};

  constructor(config: HealthCheck, host: UpstreamHost, parts: CheckParts, stats: ReturnType<typeof statsOf>) {
    this.#config = config;
    this.#host = host;
    this.#parts = parts;
    this.#stats = stats;
    this.first = new Promise((resolve) => {
      this.#settleFirst = resolve;
    });
    void this.#ask();
  }

  stop(): void {
    this.#probe?.abandon();
    this.#probe = undefined;
    this.#cancelTimer();
    this.#connection?.close();
    this.#settleFirst();
  }

  onIdle(): void {}

  onClose(connection: Http1ClientConnection): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  onProtocolError(): void {}

  async #ask(): Promise<void> {
    this.#stats.attempt.value++;
    const probe = new Probe((outcome) => this.#settled(outcome));
    this.#probe = probe;
    this.#cancelTimer = this.#parts.clock.after(this.#config.timeoutMs, () => probe.settle('network'));
    if (!this.#connection) {
      const socket = await this.#parts.connect(this.#host).catch(() => undefined);
      if (probe.isOver || !socket) {
        socket?.destroy();
        probe.settle('network');
        return;
      }
      this.#connection = new Http1ClientConnection(socket, this);
    }
    const { host, path, headers } = this.#config;
    this.#connection.newStream(probe).send(
      {
        method: 'GET',
        authority: host,
        path,
        version: 'HTTP/1.1',
        headers: ['user-agent', 'Envoy/HC', ...Object.entries(headers).flat()],
        upgrade: undefined,
      },
      true,
    );
  }

  #settled(outcome: Outcome): void {
    this.#cancelTimer();
    this.#probe = undefined;
    if (outcome === 'network') this.#connection?.close();
    const failed = this.#host.failsHealthChecks;
    const fails = outcome === 'success' ? this.#succeeded() : this.#failed(outcome);
    this.#wasAsked = true;
    this.#cancelTimer = this.#parts.clock.after(this.#intervalMs(), () => void this.#ask());
    if (fails !== failed) {
      this.#host.failsHealthChecks = fails;
      this.#stats.healthy.value += fails ? -1 : 1;
      this.#parts.onChange(this.#host);
    }
    this.#settleFirst();
  }

  /** The very first success is enough, whatever the threshold. Returns whether the endpoint fails now. */
  #succeeded(): boolean {
    this.#stats.success.value++;
    this.#failures = 0;
    this.#successes++;
    return this.#host.failsHealthChecks && this.#wasAsked && this.#successes < this.#config.healthyThreshold;
  }

  /** Only what failed on the way gets further chances: another answer than 200 is believed at once. */
  #failed(outcome: 'refused' | 'network'): boolean {
    this.#stats.failure.value++;
    if (outcome === 'network') this.#stats.networkFailure.value++;
    this.#successes = 0;
    this.#failures++;
    return this.#host.failsHealthChecks || outcome === 'refused' || this.#failures >= this.#config.unhealthyThreshold;
  }

  #intervalMs(): number {
    return this.#parts.hasTraffic() ? this.#config.intervalMs : noTrafficIntervalMs;
  }
}

/** One question; it settles once. */
class Probe implements UpstreamEvents {
  readonly #done: (outcome: Outcome) => void;
  #status = 0;
  isOver = false;

  constructor(done: (outcome: Outcome) => void) {
    this.#done = done;
  }

  settle(outcome: Outcome): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#done(outcome);
  }

  abandon(): void {
    this.isOver = true;
  }

  onResponse({ status }: ResponseMessage, end: boolean): void {
    this.#status = status;
    if (end) this.onEnd();
  }

  onData(): void {}

  onEnd(): void {
    this.settle(this.#status === 200 ? 'success' : 'refused');
  }

  onDrain(): void {}

  onReset(_reason: ResetReason): void {
    this.settle('network');
  }
}
