import type { CircuitBreakers } from './proxy-config.ts';
import type { Stat, StatScope } from './stats.ts';

/** Envoy's default when nothing is said would be 1024 or 3; OSM says the largest number there is. */
const unlimited = 4294967295;

/** How many of something a cluster may have at a time, over all its endpoints. Counting is exact: take, then give back. */
export class ResourceLimit {
  readonly #remaining: Stat;
  readonly #open: Stat;
  #max = unlimited;
  #active = 0;

  constructor(remaining: Stat, open: Stat) {
    this.#remaining = remaining;
    this.#open = open;
    this.max = unlimited;
  }

  get max(): number {
    return this.#max;
  }

  set max(max: number) {
    this.#max = max;
    this.#show();
  }

  get hasRoom(): boolean {
    return this.#active < this.#max;
  }

  take(): void {
    this.#active++;
    this.#show();
  }

  release(): void {
    this.#active--;
    this.#show();
  }

  #show(): void {
    this.#remaining.value = Math.max(0, this.#max - this.#active);
    this.#open.value = this.hasRoom ? 0 : 1;
  }
}

/** The limits of one cluster, with Envoy's gauges (`track_remaining` is on, as OSM sets it). */
export class ClusterLimits {
  readonly connections: ResourceLimit;
  readonly pendingRequests: ResourceLimit;
  readonly requests: ResourceLimit;
  readonly retries: ResourceLimit;
  requestsPerConnection = unlimited;

  constructor(scope: StatScope) {
    const limit = (remaining: string, open: string) =>
      new ResourceLimit(
        scope.gauge(`circuit_breakers.default.${remaining}`),
        scope.gauge(`circuit_breakers.default.${open}`),
      );
    this.connections = limit('remaining_cx', 'cx_open');
    this.pendingRequests = limit('remaining_pending', 'rq_pending_open');
    this.requests = limit('remaining_rq', 'rq_open');
    this.retries = limit('remaining_retries', 'rq_retry_open');
  }

  /** What is under way stays under way, even above a new limit. */
  update(config: CircuitBreakers = {}): void {
    this.connections.max = config.maxConnections ?? unlimited;
    this.pendingRequests.max = config.maxPendingRequests ?? unlimited;
    this.requests.max = config.maxRequests ?? unlimited;
    this.retries.max = config.maxRetries ?? unlimited;
    this.requestsPerConnection = config.maxRequestsPerConnection || unlimited;
  }
}
