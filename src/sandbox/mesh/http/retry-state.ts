import type { Random } from '../../../platform/random.ts';
import type { RetryPolicy } from '../engine.ts';
import type { UpstreamRuntime } from '../upstream.ts';
import { headerOf, type ResetReason, type ResponseMessage } from './message.ts';

export type RetryVerdict = 'no' | 'retry' | 'limit-exceeded' | 'overflow';

/** gRPC's own status of a failed call, where a retry may help (Envoy: grpc retry-on names). */
const grpcConditions: Readonly<Record<string, string>> = {
  1: 'cancelled',
  4: 'deadline-exceeded',
  8: 'resource-exhausted',
  13: 'internal',
  14: 'unavailable',
};
const mostBackoffSteps = 10;

/**
 * Whether and when one request is tried again (Envoy: source/common/router/retry_state_impl.cc). It sends nothing itself.
 * A retry counts against the cluster's limit from the decision until the request is over.
 */
export class RetryState {
  readonly #policy: RetryPolicy;
  readonly #upstream: UpstreamRuntime;
  readonly #random: Random;
  #left: number;
  #intervalMs: number;
  #holdsRetry = false;

  constructor(policy: RetryPolicy, upstream: UpstreamRuntime, random: Random) {
    this.#policy = policy;
    this.#upstream = upstream;
    this.#random = random;
    this.#left = policy.numRetries;
    this.#intervalMs = policy.backoffBaseMs;
  }

  onResponse(response: ResponseMessage): RetryVerdict {
    return this.#decide(this.#isWorthRetrying(response));
  }

  /** Also for a try that took too long, which Envoy sees as reset by itself. */
  onReset(reason: ResetReason): RetryVerdict {
    return this.#decide(this.#isResetWorthRetrying(reason));
  }

  /** Anything between nothing and the present interval, which doubles up to ten times the base. */
  nextBackoffMs(): number {
    const interval = this.#intervalMs;
    this.#intervalMs = Math.min(interval * 2, this.#policy.backoffBaseMs * mostBackoffSteps);
    this.#upstream.stats.rqRetryBackoffExponential.value++;
    return Math.floor(this.#random.next() * interval);
  }

  close(): void {
    if (this.#holdsRetry) this.#upstream.limits.retries.release();
    this.#holdsRetry = false;
  }

  #decide(isWorth: boolean): RetryVerdict {
    const { stats, limits } = this.#upstream;
    if (this.#holdsRetry && !isWorth) stats.rqRetrySuccess.value++;
    this.close();
    if (!isWorth) return 'no';
    if (this.#left === 0) {
      stats.rqRetryLimitExceeded.value++;
      return 'limit-exceeded';
    }
    this.#left--;
    if (!limits.retries.hasRoom) {
      stats.rqRetryOverflow.value++;
      return 'overflow';
    }
    limits.retries.take();
    this.#holdsRetry = true;
    stats.rqRetry.value++;
    return 'retry';
  }

  #has(condition: string): boolean {
    return this.#policy.retryOn.includes(condition);
  }

  #isWorthRetrying({ status, headers }: ResponseMessage): boolean {
    // Whoever is over a rate limit does not help by asking again at once.
    if (headerOf(headers, 'x-envoy-ratelimited') !== undefined) return this.#has('envoy-ratelimited');
    if (status >= 500 && this.#has('5xx')) return true;
    if (status >= 502 && status <= 504 && this.#has('gateway-error')) return true;
    if (status === 409 && this.#has('retriable-4xx')) return true;
    const grpcStatus = headerOf(headers, 'grpc-status');
    const condition = grpcStatus === undefined ? undefined : grpcConditions[grpcStatus];
    return condition !== undefined && this.#has(condition);
  }

  #isResetWorthRetrying(reason: ResetReason): boolean {
    if (reason === 'overflow') return false;
    if (this.#has('reset') || this.#has('5xx') || this.#has('gateway-error')) return true;
    if (reason === 'remote refused stream reset') return this.#has('refused-stream');
    return reason === 'connection failure' && this.#has('connect-failure');
  }
}
