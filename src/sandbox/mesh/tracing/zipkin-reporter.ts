import { Agent, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';
import { requestPath } from '../../network/http-fields.ts';
import type { StatStore } from '../stats.ts';
import type { UpstreamHost, UpstreamRuntime } from '../upstream.ts';
import type { ZipkinSpan } from './zipkin-span.ts';

/** Envoy: runtime tracing.zipkin.{min_flush_spans, flush_interval_ms, request_timeout}. */
const minFlushSpans = 5;
const flushIntervalMs = 5000;
const requestTimeoutMs = 5000;

/**
 * Sends finished spans to a collector in batches, over a cluster of the proxy's own. What can't be delivered is counted and
 * dropped. It does not know what a span says.
 */
export class ZipkinReporter {
  readonly #clock: Clock;
  readonly #upstream: (name: string) => UpstreamRuntime | undefined;
  readonly #cluster: string;
  readonly #endpoint: string;
  readonly #stats: ReturnType<typeof countersOf>;
  readonly #agents = new Map<UpstreamHost, Agent>();
  #spans: ZipkinSpan[] = [];
  #cancel: (() => void) | undefined;

  constructor(parts: {
    clock: Clock;
    upstream: (name: string) => UpstreamRuntime | undefined;
    stats: StatStore;
    cluster: string;
    endpoint: string;
  }) {
    this.#clock = parts.clock;
    this.#upstream = parts.upstream;
    this.#cluster = parts.cluster;
    this.#endpoint = parts.endpoint;
    this.#stats = countersOf(parts.stats);
  }

  report(span: ZipkinSpan): void {
    this.#spans.push(span);
    if (this.#spans.length >= minFlushSpans) this.#flush();
    else {
      this.#cancel ??= this.#clock.after(flushIntervalMs, () => {
        this.#stats.timer_flushed.value++;
        this.#flush();
      });
    }
  }

  close(): void {
    this.#cancel?.();
    this.#spans = [];
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const spans = this.#spans;
    this.#spans = [];
    const upstream = this.#upstream(this.#cluster);
    const host = upstream?.pick();
    if (!upstream || !host) {
      this.#stats.reports_skipped_no_cluster.value++;
      return;
    }
    this.#stats.spans_sent.value += spans.length;
    this.#post(upstream, host, JSON.stringify(spans));
  }

  /** Envoy: a report counts as sent when the collector accepts it (202), as dropped when it says anything else. */
  #post(upstream: UpstreamRuntime, host: UpstreamHost, body: string): void {
    upstream.stats.rqTotal.value++;
    const outgoing = httpRequest({
      agent: this.#agent(upstream, host),
      method: 'POST',
      path: requestPath(this.#endpoint),
      headers: {
        host: this.#cluster,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-envoy-expected-rq-timeout-ms': requestTimeoutMs,
      },
    });
    const cancelTimeout = this.#clock.after(requestTimeoutMs, () => outgoing.destroy(new Error('no answer in time')));
    let settled = false;
    const settle = (counter: 'reports_sent' | 'reports_dropped' | 'reports_failed') => {
      if (settled) return;
      settled = true;
      cancelTimeout();
      this.#stats[counter].value++;
    };
    outgoing.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      upstream.scope.countCode('upstream_rq', status, true);
      settle(status === 202 ? 'reports_sent' : 'reports_dropped');
      answer.resume();
      answer.on('error', () => {});
    });
    outgoing.on('error', () => settle('reports_failed'));
    outgoing.end(body);
  }

  #agent(upstream: UpstreamRuntime, host: UpstreamHost): Agent {
    const known = this.#agents.get(host);
    if (known) return known;
    const agent = new Agent({ keepAlive: true });
    agent.createConnection = (_options, ready) => {
      upstream.connect(host).then(
        (socket) => ready?.(null, socket),
        (error: Error) => ready?.(error, undefined as unknown as Duplex),
      );
      return undefined;
    };
    this.#agents.set(host, agent);
    return agent;
  }
}

function countersOf(stats: StatStore) {
  const counter = (name: string) => stats.stat('counter', `tracing.zipkin.${name}`);
  return {
    spans_sent: counter('spans_sent'),
    timer_flushed: counter('timer_flushed'),
    reports_skipped_no_cluster: counter('reports_skipped_no_cluster'),
    reports_sent: counter('reports_sent'),
    reports_dropped: counter('reports_dropped'),
    reports_failed: counter('reports_failed'),
  };
}
