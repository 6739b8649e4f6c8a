import { integerBetween, type Random } from '../../../platform/random.ts';

/**
 * The trace context that travels in request headers (B3, openzipkin/b3-propagation), several headers or the single one.
 * Knows neither spans nor sampling rates.
 */
export interface TraceContext {
  /** 16 or 32 hexadecimal digits. */
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  /** Undefined when the headers leave it to whoever reads them. */
  sampled: boolean | undefined;
}

type Header = (name: string) => string | undefined;

const isId = (text: string, ...lengths: number[]) => /^[0-9a-f]+$/i.test(text) && lengths.includes(text.length);

/** Envoy pads what is too short for an identifier of 64 bits. */
const padded = (text: string) => text.toLowerCase().padStart(text.length > 16 ? 32 : 16, '0');

const sampledOf = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : text === '1' || text === 'd' || text.toLowerCase() === 'true';

/** `invalid` where there are headers that make no sense: such a request is not traced (Envoy: ExtractorException). */
export function extractB3(header: Header): TraceContext | 'none' | 'invalid' {
  const single = header('b3');
  if (single !== undefined) return extractSingle(single);
  const [traceId, spanId, parent] = [header('x-b3-traceid'), header('x-b3-spanid'), header('x-b3-parentspanid')];
  if (traceId === undefined || spanId === undefined) return 'none';
  return contextOf(traceId, spanId, parent === '' ? undefined : parent, sampledOf(header('x-b3-sampled')));
}

/** `{trace}-{span}-{sampled}-{parent}`; the last two may be missing. `0` alone only says not to sample, which names no trace. */
function extractSingle(text: string): TraceContext | 'none' | 'invalid' {
  const [traceId = '', spanId, sampled, parentId] = text.split('-');
  if (spanId === undefined) return traceId.length === 1 ? 'none' : 'invalid';
  return contextOf(traceId, spanId, parentId, sampledOf(sampled));
}

function contextOf(
  traceId: string,
  spanId: string,
  parentId: string | undefined,
  sampled: boolean | undefined,
): TraceContext | 'invalid' {
  const [trace, span, parent] = [
    padded(traceId),
    padded(spanId),
    parentId === undefined ? undefined : padded(parentId),
  ];
  const isSound = isId(trace, 16, 32) && isId(span, 16) && (parent === undefined || isId(parent, 16));
  return isSound ? { traceId: trace, spanId: span, parentId: parent, sampled } : 'invalid';
}

export function b3Headers({ traceId, spanId, parentId, sampled }: TraceContext): [string, string][] {
  return [
    ['x-b3-traceid', traceId],
    ['x-b3-spanid', spanId],
    ...(parentId === undefined ? [] : ([['x-b3-parentspanid', parentId]] satisfies [string, string][])),
    ['x-b3-sampled', sampled ? '1' : '0'],
  ];
}

/** 64 bits. Envoy: trace_id_128bit is off unless a configuration says otherwise, and OSM's does not. */
export function randomId(random: Random): string {
  const half = () => integerBetween(random, 0, 0x1_0000_0000).toString(16).padStart(8, '0');
  const id = half() + half();
  return id === '0000000000000000' ? '0000000000000001' : id;
}
