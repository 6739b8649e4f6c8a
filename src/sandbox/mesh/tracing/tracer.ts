import type { Clock } from '../../../platform/clock.ts';
import type { Random } from '../../../platform/random.ts';
import type { LoggedConnection } from '../access-log.ts';
import type { ExchangeRecord, RequestHead } from '../engine.ts';
import type { HttpConnectionManager, Tracing } from '../proxy-config.ts';
import type { StatStore } from '../stats.ts';
import type { UpstreamRuntime } from '../upstream.ts';
import { b3Headers, extractB3, randomId, type TraceContext } from './b3.ts';
import { ZipkinReporter } from './zipkin-reporter.ts';
import { type TracedProxy, zipkinSpan } from './zipkin-span.ts';

export interface TracerParts {
  clock: Clock;
  random: Random;
  stats: StatStore;
  proxy: TracedProxy;
  upstream: (name: string) => UpstreamRuntime | undefined;
}

interface OpenSpan {
  context: TraceContext;
  shared: boolean;
}

/**
 * Envoy's Zipkin driver: continues the trace that a request brings or begins one, passes it on, and reports each exchange
 * as a span when it is over. It does not know who asked for tracing.
 */
export class Tracer {
  readonly #parts: TracerParts;
  readonly #open = new WeakMap<RequestHead, OpenSpan>();
  readonly #reporters = new Map<string, ZipkinReporter>();

  constructor(parts: TracerParts) {
    this.#parts = parts;
  }

  /** Begins a span and says which headers the request takes along. */
  begin(manager: HttpConnectionManager, request: RequestHead): readonly (readonly [string, string])[] {
    const count = (name: string) => {
      this.#parts.stats
        .prefixed('http', manager.statPrefix, 'envoy_http_conn_manager_prefix')
        .counter(`tracing.${name}`).value++;
    };
    const brought = extractB3((name) => request.header(name));
    if (brought === 'invalid') {
      count('not_traceable');
      return [];
    }
    count('random_sampling');
    const context = this.#contextOf(manager.direction, brought);
    this.#open.set(request, {
      context,
      shared: manager.direction === 'inbound' && brought !== 'none',
    });
    if (request.requestId === undefined) return b3Headers(context);
    // The access log shows what goes up.
    request.requestId = withTraceReason(request.requestId);
    return [['x-request-id', request.requestId], ...b3Headers(context)];
  }

  finish(
    manager: HttpConnectionManager,
    tracing: Tracing,
    request: RequestHead,
    record: ExchangeRecord,
    connection: LoggedConnection,
  ): void {
    const open = this.#open.get(request);
    if (!open?.context.sampled) return;
    const kind = manager.direction === 'inbound' ? 'SERVER' : 'CLIENT';
    const { context, shared } = open;
    this.#reporter(tracing).report(zipkinSpan(this.#parts.proxy, kind, shared, context, request, record, connection));
  }

  /** Drops what was not sent. */
  close(): void {
    for (const reporter of this.#reporters.values()) reporter.close();
    this.#reporters.clear();
  }

  /** A client makes a child of the caller's span; a server shares the span of its client; nobody's trace is a new one. */
  #contextOf(direction: HttpConnectionManager['direction'], brought: TraceContext | 'none'): TraceContext {
    const id = () => randomId(this.#parts.random);
    if (brought === 'none') {
      const spanId = id();
      return { traceId: spanId, spanId, parentId: undefined, sampled: true };
    }
    const sampled = brought.sampled ?? true;
    return direction === 'inbound'
      ? { ...brought, sampled }
      : { traceId: brought.traceId, spanId: id(), parentId: brought.spanId, sampled };
  }

  #reporter({ collectorCluster: cluster, collectorEndpoint: endpoint }: Tracing): ZipkinReporter {
    const key = `${cluster} ${endpoint}`;
    const known = this.#reporters.get(key);
    if (known) return known;
    const { clock, stats, upstream } = this.#parts;
    const created = new ZipkinReporter({ clock, stats, upstream, cluster, endpoint });
    this.#reporters.set(key, created);
    return created;
  }
}

/** Envoy packs "sampled" into the version digit of a request's UUID (source/extensions/request_id/uuid). */
function withTraceReason(requestId: string): string {
  const isUuid = requestId.length === 36 && requestId[14] === '4';
  return isUuid ? `${requestId.slice(0, 14)}9${requestId.slice(15)}` : requestId;
}
