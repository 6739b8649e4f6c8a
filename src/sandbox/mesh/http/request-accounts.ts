import type { UpstreamConnectError, UpstreamHost, UpstreamRuntime } from '../upstream.ts';
import type { StreamRequest } from './connection-pool.ts';

/**
 * The requests of one pool that wait for a connection or are under way, and what the cluster's limits and counters say
 * of them (Envoy: source/common/conn_pool). Counts nothing twice: what is taken is given back when it is over.
 */
export class RequestAccounts {
  readonly #upstream: UpstreamRuntime;
  readonly #host: UpstreamHost;
  readonly #pending = new Set<StreamRequest>();

  constructor(upstream: UpstreamRuntime, host: UpstreamHost) {
    this.#upstream = upstream;
    this.#host = host;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  /** False when too many wait already, which the request has been told. */
  wait(request: StreamRequest): boolean {
    const { limits, stats } = this.#upstream;
    if (!limits.pendingRequests.hasRoom) return this.#overflow(request);
    this.#pending.add(request);
    limits.pendingRequests.take();
    stats.rqPendingTotal.value++;
    stats.rqPendingActive.value++;
    return true;
  }

  cancel(request: StreamRequest): void {
    if (this.#leave(request)) this.#upstream.stats.rqCancelled.value++;
  }

  next(): StreamRequest | undefined {
    const [first] = this.#pending;
    if (first) this.#leave(first);
    return first;
  }

  /** A connection that could not be made takes everybody along who waited for one. */
  failAll({ reason, transportFailure }: UpstreamConnectError): void {
    for (const request of [...this.#pending]) {
      if (!this.#leave(request)) continue;
      this.#upstream.stats.rqPendingFailureEject.value++;
      request.onPoolFailure(reason, transportFailure);
    }
  }

  /** False when too many are under way, which the request has been told. */
  begin(request: StreamRequest): boolean {
    const { limits, stats } = this.#upstream;
    if (!limits.requests.hasRoom) return this.#overflow(request);
    limits.requests.take();
    stats.rqTotal.value++;
    stats.rqActive.value++;
    this.#host.requestsTotal++;
    this.#host.requestsActive++;
    return true;
  }

  end(): void {
    this.#upstream.limits.requests.release();
    this.#upstream.stats.rqActive.value--;
    this.#host.requestsActive--;
  }

  #leave(request: StreamRequest): boolean {
    if (!this.#pending.delete(request)) return false;
    this.#upstream.limits.pendingRequests.release();
    this.#upstream.stats.rqPendingActive.value--;
    return true;
  }

  #overflow(request: StreamRequest): false {
    this.#upstream.stats.rqPendingOverflow.value++;
    request.onPoolFailure('overflow', undefined);
    return false;
  }
}
