import type { Clock } from '../../platform/clock.ts';
import type { LocalReply } from './engine.ts';
import type { HttpRateLimit, NetworkRateLimit, TokenBucket } from './proxy-config.ts';
import type { Stat, StatScope, StatStore } from './stats.ts';

/** Envoy's local rate limits: token buckets of this proxy alone, on its clock. They know no routes and no connections. */
export class Bucket {
  readonly #config: TokenBucket;
  readonly #clock: Clock;
  #tokens: number;
  #filledMs: number;

  constructor(config: TokenBucket, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#tokens = config.maxTokens;
    this.#filledMs = clock.now();
  }

  /** One token, if there is one. Tokens come back in whole fills, at multiples of the interval since the beginning. */
  take(): boolean {
    const { maxTokens, tokensPerFill, fillIntervalMs } = this.#config;
    const fills = Math.floor((this.#clock.now() - this.#filledMs) / fillIntervalMs);
    if (fills > 0) {
      this.#filledMs += fills * fillIntervalMs;
      this.#tokens = Math.min(maxTokens, this.#tokens + fills * tokensPerFill);
    }
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

interface HttpLimiter {
  bucket: Bucket;
  enabled: Stat;
  ok: Stat;
  limited: Stat;
  enforced: Stat;
}

/** Limits of virtual hosts and routes. A bucket lives as long as its configuration: a changed route table fills it anew. */
export class HttpRateLimiters {
  readonly #clock: Clock;
  readonly #stats: StatStore;
  readonly #limiters = new WeakMap<HttpRateLimit, HttpLimiter>();

  constructor(clock: Clock, stats: StatStore) {
    this.#clock = clock;
    this.#stats = stats;
  }

  /** Undefined when the request may pass; else the answer it gets. */
  refuse(limit: HttpRateLimit): LocalReply | undefined {
    const limiter = this.#limiterOf(limit);
    limiter.enabled.value++;
    if (limiter.bucket.take()) {
      limiter.ok.value++;
      return undefined;
    }
    limiter.limited.value++;
    limiter.enforced.value++;
    return {
      type: 'reply',
      status: limit.status,
      body: 'local_rate_limited',
      flags: 'RL',
      details: 'local_rate_limited',
      upstreamCluster: null,
      headers: [['x-envoy-ratelimited', 'true'], ...limit.responseHeadersToAdd],
    };
  }

  #limiterOf(limit: HttpRateLimit): HttpLimiter {
    const known = this.#limiters.get(limit);
    if (known) return known;
    const scope = this.#stats.scope(`${limit.statPrefix}.http_local_rate_limit`, 'http_local_rate_limit', {
      envoy_local_http_ratelimit_prefix: limit.statPrefix,
    });
    const created: HttpLimiter = {
      bucket: new Bucket(limit.bucket, this.#clock),
      enabled: scope.counter('enabled'),
      ok: scope.counter('ok'),
      limited: scope.counter('rate_limited'),
      enforced: scope.counter('enforced'),
    };
    this.#limiters.set(limit, created);
    return created;
  }
}

/** Limits of a listener's filter chains, by the chain's statistics prefix. */
export class NetworkRateLimiters {
  readonly #clock: Clock;
  readonly #stats: StatStore;
  readonly #buckets = new Map<string, { config: string; bucket: Bucket }>();

  constructor(clock: Clock, stats: StatStore) {
    this.#clock = clock;
    this.#stats = stats;
  }

  /** Whether one more connection may come in. */
  admits(limit: NetworkRateLimit | undefined): boolean {
    if (!limit) return true;
    const admitted = this.#bucketOf(limit).take();
    if (!admitted) this.#scope(limit).counter('rate_limited').value++;
    return admitted;
  }

  /** Called with each configuration, so that zeroes are there to be read and a chain that stays keeps its tokens. */
  prepare(limits: readonly NetworkRateLimit[]): void {
    for (const limit of limits) {
      this.#bucketOf(limit);
      this.#scope(limit).counter('rate_limited');
    }
    const names = new Set(limits.map(({ statPrefix }) => statPrefix));
    for (const name of this.#buckets.keys()) if (!names.has(name)) this.#buckets.delete(name);
  }

  #bucketOf({ statPrefix, bucket }: NetworkRateLimit): Bucket {
    const config = JSON.stringify(bucket);
    const known = this.#buckets.get(statPrefix);
    if (known?.config === config) return known.bucket;
    const created = { config, bucket: new Bucket(bucket, this.#clock) };
    this.#buckets.set(statPrefix, created);
    return created.bucket;
  }

  #scope({ statPrefix }: NetworkRateLimit): StatScope {
    return this.#stats.scope(`local_rate_limit.${statPrefix}`, 'local_rate_limit', {
      envoy_local_network_ratelimit_prefix: statPrefix,
    });
  }
}
