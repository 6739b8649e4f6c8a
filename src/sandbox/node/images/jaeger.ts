import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../platform/clock.ts';
import { serveHttp, untilAborted } from '../../mesh/osm/pod-server.ts';
import { requestUrl } from '../../network/http-fields.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';
import { dependencies, jaegerTrace, serviceOf, TraceStore, type ZipkinSpan } from './jaeger-traces.ts';

/**
 * Jaeger's all-in-one as far as a trace needs it: takes spans in Zipkin JSON v2, keeps them in memory, and answers Jaeger's
 * query API. It has no user interface, and takes no other format.
 */
export const jaeger: ImageProgram = {
  repositories: ['jaegertracing/all-in-one'],
  sizeBytes: 29_360_128,
  entrypoint: ['/go/bin/all-in-one-linux'],
  async run(context) {
    const flag = (name: string) => flagOf(context, name);
    const store = new TraceStore(Number(flag('memory.max-traces') ?? 0) || mostTraces);
    const stops = [
      await serveHttp(context.sockets, queryPort, query(store, context.clock)),
      await serveHttp(context.sockets, adminPort, (_, response) =>
        answer(response, 200, { status: 'Server available' }),
      ),
    ];
    // As in Jaeger, nobody listens for Zipkin's spans unless told to.
    const zipkin = flag('collector.zipkin.host-port') ?? flag('collector.zipkin.http-port');
    const zipkinPort = Number(zipkin?.split(':').at(-1));
    if (zipkinPort > 0) stops.push(await serveHttp(context.sockets, zipkinPort, collector(store)));
    const said = (message: string) =>
      context.stdout(`${JSON.stringify({ level: 'info', ts: context.clock.now() / 1000, msg: message })}\n`);
    if (zipkinPort > 0) said(`Listening for Zipkin HTTP traffic on :${zipkinPort}`);
    said(`Query server started on :${queryPort}`);
    await untilAborted(context.signal);
    for (const stop of stops) stop();
    return 0;
  },
};

const queryPort = 16686;
const adminPort = 14269;
/** Jaeger keeps all there is; this one shares its memory with the whole cluster. */
const mostTraces = 1000;
const mostBodyBytes = 5_000_000;
const defaultLimit = 20;

/** `--a.b=c` on the command line, or A_B in the environment. */
function flagOf({ argv, env }: ContainerContext, name: string): string | undefined {
  const prefix = `--${name}=`;
  const given = argv.find((argument) => argument.startsWith(prefix));
  return given?.slice(prefix.length) ?? env[name.toUpperCase().replaceAll(/[.-]/g, '_')];
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

const found = (response: ServerResponse, data: readonly unknown[]) =>
  answer(response, 200, { data, total: data.length, limit: 0, offset: 0, errors: null });
const failed = (response: ServerResponse, code: number, msg: string) =>
  answer(response, code, { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] });

function collector(store: TraceStore) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.split('?')[0] !== '/api/v2/spans') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    try {
      store.add(parseSpans(await bodyOf(request)));
      response.writeHead(202).end();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      response.writeHead(400).end(`Unable to process request body: ${why}\n`);
    }
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBodyBytes) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Identifiers are checked, because traces are found by them; all else is only shown. */
function parseSpans(body: string): ZipkinSpan[] {
  const value: unknown = JSON.parse(body);
  if (!Array.isArray(value)) throw new Error('not a list of spans');
  const isId = (id: unknown) => typeof id === 'string' && /^[0-9a-f]{16}([0-9a-f]{16})?$/i.test(id);
  for (const span of value as Partial<ZipkinSpan>[]) {
    if (!isId(span.traceId) || !isId(span.id)) throw new Error('a span without traceId or id');
  }
  return value as ZipkinSpan[];
}

function query(store: TraceStore, clock: Clock) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = requestUrl(request.url);
    const segments = decodedSegments(pathname);
    if (!segments) {
      failed(response, 400, 'the path has an escape that stands for no character');
      return;
    }
    const [, api, collection, name, sub] = segments;
    if (api !== 'api') {
      response
        .writeHead(pathname === '/' ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' })
        .end("Jaeger's query API is here; its user interface is not part of this sandbox.\nTry /api/services\n");
      return;
    }
    const spans = [...store.all().values()].flat();
    if (collection === 'services' && name === undefined) {
      found(response, [...new Set(spans.map(serviceOf))].sort());
    } else if (collection === 'services' && sub === 'operations') {
      found(response, operationsOf(spans, name ?? ''));
    } else if (collection === 'operations') {
      const service = searchParams.get('service') ?? '';
      found(
        response,
        operationsOf(spans, service).map((operation) => ({ name: operation, spanKind: '' })),
      );
    } else if (collection === 'traces' && name) {
      const trace = store.trace(name);
      if (trace) found(response, [trace]);
      else failed(response, 404, 'trace not found');
    } else if (collection === 'traces') findTraces(store, searchParams, response);
    else if (collection === 'dependencies') {
      const until = Number(searchParams.get('endTs') ?? clock.now()) * 1000;
      const since = until - Number(searchParams.get('lookback') ?? 86_400_000) * 1000;
      const within = [...store.all()].filter(([, of]) => startsWithin(of, since, until));
      found(response, dependencies(within.map(([id, of]) => jaegerTrace(id, of))));
    } else failed(response, 404, 'not found');
  };
}

/** Undefined for `%` and other escapes that mean nothing. */
function decodedSegments(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const operationsOf = (spans: readonly ZipkinSpan[], service: string): string[] =>
  [...new Set(spans.filter((span) => serviceOf(span) === service).map((span) => span.name ?? ''))].sort();

const startsWithin = (spans: readonly ZipkinSpan[], since: number, until: number): boolean =>
  spans.some(({ timestamp = 0 }) => timestamp >= since && timestamp <= until);

/** Jaeger: one span must meet all conditions; the newest traces come first. */
function findTraces(store: TraceStore, query: URLSearchParams, response: ServerResponse): void {
  const service = query.get('service');
  if (!service) {
    failed(response, 400, "parameter 'service' is required");
    return;
  }
  const [since, until] = [Number(query.get('start') ?? 0), Number(query.get('end') ?? Number.MAX_SAFE_INTEGER)];
  const [shortest, longest] = [query.get('minDuration'), query.get('maxDuration')].map(microseconds);
  const tags = tagsWanted(query.get('tags'));
  if (!tags) {
    failed(response, 400, "malformed 'tags' parameter, it must be an object of strings");
    return;
  }
  const operation = query.get('operation');
  const matches = (span: ZipkinSpan) =>
    serviceOf(span) === service &&
    (!operation || span.name === operation) &&
    (span.timestamp ?? 0) >= since &&
    (span.timestamp ?? 0) <= until &&
    (shortest === undefined || (span.duration ?? 0) >= shortest) &&
    (longest === undefined || (span.duration ?? 0) <= longest) &&
    Object.entries(tags).every(([key, value]) => span.tags?.[key] === value);
  const chosen = [...store.all()].filter(([, spans]) => spans.some(matches));
  const limit = Number(query.get('limit') ?? 0) || defaultLimit;
  found(
    response,
    chosen
      .slice(-limit)
      .reverse()
      .map(([id, spans]) => jaegerTrace(id, spans)),
  );
}

const units: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

function microseconds(text: string | null): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/.exec(text ?? '');
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 0) : undefined;
}

function tagsWanted(text: string | null): Record<string, string> | undefined {
  if (text === null || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
}
