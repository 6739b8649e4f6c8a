/**
 * Spans as they come in (Zipkin JSON v2) and traces as Jaeger's query API shows them. Pure: it knows no ports, and its only
 * time is what spans say.
 */
export interface ZipkinSpan {
  traceId: string;
  id: string;
  parentId?: string;
  name?: string;
  kind?: string;
  /** Microseconds since the epoch. */
  timestamp?: number;
  duration?: number;
  shared?: boolean;
  localEndpoint?: { serviceName?: string; ipv4?: string };
  annotations?: { timestamp: number; value: string }[];
  tags?: Record<string, string>;
}

type Tag = { key: string; type: 'string'; value: string } | { key: string; type: 'bool'; value: boolean };

export interface JaegerSpan {
  traceID: string;
  spanID: string;
  operationName: string;
  references: { refType: 'CHILD_OF'; traceID: string; spanID: string }[];
  startTime: number;
  duration: number;
  tags: Tag[];
  logs: { timestamp: number; fields: Tag[] }[];
  processID: string;
  warnings: null;
}

export interface JaegerTrace {
  traceID: string;
  spans: JaegerSpan[];
  processes: Record<string, { serviceName: string; tags: Tag[] }>;
  warnings: null;
}

export const serviceOf = ({ localEndpoint }: ZipkinSpan): string =>
  localEndpoint?.serviceName || 'unknown-service-name';

const text = (key: string, value: string): Tag => ({ key, type: 'string', value });

function tagsOf({ kind, tags = {} }: ZipkinSpan): Tag[] {
  const own = Object.entries(tags).map(
    ([key, value]): Tag =>
      key === 'error' && value === 'true' ? { key, type: 'bool', value: true } : text(key, value),
  );
  return [...(kind ? [text('span.kind', kind.toLowerCase())] : []), ...own, text('internal.span.format', 'zipkin')];
}

/**
 * In Zipkin's model client and server share one span; in Jaeger's each is its own. The server's half gets a new id, its
 * client's half becomes its parent, and what the server called becomes its child (Jaeger: ZipkinSpanIDUniquifier).
 */
function uniquified(spans: readonly ZipkinSpan[]): ZipkinSpan[] {
  const isServer = ({ kind }: ZipkinSpan) => kind === 'SERVER';
  const clients = new Set(spans.filter((span) => !isServer(span)).map(({ id }) => id));
  const taken = new Set(spans.map(({ id }) => id));
  const renamed = new Map<string, string>();
  for (const span of spans) {
    if (!isServer(span) || !clients.has(span.id) || renamed.has(span.id)) continue;
    let next = BigInt(`0x${span.id}`);
    let id: string;
    do {
      next = (next + 1n) & 0xffffffffffffffffn;
      id = next.toString(16).padStart(16, '0');
    } while (taken.has(id));
    taken.add(id);
    renamed.set(span.id, id);
  }
  return spans.map((span) => {
    const serverId = renamed.get(span.id);
    if (isServer(span) && serverId !== undefined) return { ...span, id: serverId, parentId: span.id };
    const parentId = span.parentId === undefined ? undefined : (renamed.get(span.parentId) ?? span.parentId);
    return { ...span, ...(parentId === undefined ? {} : { parentId }) };
  });
}

export function jaegerTrace(traceID: string, received: readonly ZipkinSpan[]): JaegerTrace {
  const processes: JaegerTrace['processes'] = {};
  const ids = new Map<string, string>();
  const processOf = (span: ZipkinSpan): string => {
    const [serviceName, ip] = [serviceOf(span), span.localEndpoint?.ipv4];
    const key = `${serviceName} ${ip}`;
    const known = ids.get(key);
    if (known) return known;
    const id = `p${ids.size + 1}`;
    ids.set(key, id);
    processes[id] = { serviceName, tags: ip ? [text('ip', ip)] : [] };
    return id;
  };
  const spans = uniquified(received)
    .sort((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0))
    .map(
      (span): JaegerSpan => ({
        traceID,
        spanID: span.id,
        operationName: span.name ?? '',
        references: span.parentId === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: span.parentId }],
        startTime: span.timestamp ?? 0,
        duration: span.duration ?? 0,
        tags: tagsOf(span),
        logs: (span.annotations ?? []).map(({ timestamp, value }) => ({ timestamp, fields: [text('event', value)] })),
        processID: processOf(span),
        warnings: null,
      }),
    );
  return { traceID, spans, processes, warnings: null };
}

/** How often one service called another: each server's span counts for the service of its parent. */
export function dependencies(traces: readonly JaegerTrace[]): { parent: string; child: string; callCount: number }[] {
  const counts = new Map<string, { parent: string; child: string; callCount: number }>();
  for (const { spans, processes } of traces) {
    const service = (span: JaegerSpan) => processes[span.processID]?.serviceName ?? '';
    const byId = new Map(spans.map((span) => [span.spanID, span]));
    for (const span of spans) {
      const parent = byId.get(span.references[0]?.spanID ?? '');
      if (!parent || service(parent) === service(span)) continue;
      const key = `${service(parent)} ${service(span)}`;
      const count = counts.get(key) ?? { parent: service(parent), child: service(span), callCount: 0 };
      count.callCount++;
      counts.set(key, count);
    }
  }
  return [...counts.values()];
}

/** The newest traces; the oldest goes when there are too many. */
export class TraceStore {
  readonly #traces = new Map<string, ZipkinSpan[]>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(spans: readonly ZipkinSpan[]): void {
    for (const span of spans) {
      const known = this.#traces.get(span.traceId);
      if (known) known.push(span);
      else this.#traces.set(span.traceId, [span]);
    }
    for (const id of this.#traces.keys()) {
      if (this.#traces.size <= this.#most) break;
      this.#traces.delete(id);
    }
  }

  /** Every span that was received, newest trace last. */
  all(): ReadonlyMap<string, readonly ZipkinSpan[]> {
    return this.#traces;
  }

  trace(id: string): JaegerTrace | undefined {
    const wanted = id.toLowerCase().padStart(16, '0');
    const spans = this.#traces.get(wanted);
    return spans && jaegerTrace(wanted, spans);
  }
}
