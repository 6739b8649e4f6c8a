import { type Answer, plain, StatusText } from './admin-answer.ts';
import type { StatStore } from './stats.ts';
import { asJson, asPrometheus, asText, type BucketMode, type Shown } from './stats-pages.ts';

/** `/stats` and `/stats/prometheus` with their queries: filter, usedonly, format, histogram_buckets. */
function filterOf(query: URLSearchParams): RegExp | undefined {
  const text = query.get('filter');
  if (text === null) return undefined;
  try {
    return new RegExp(text);
  } catch {
    throw new StatusText(400, `Invalid regex: "${text}"\n`);
  }
}

function bucketsOf(query: URLSearchParams): BucketMode {
  const mode = query.get('histogram_buckets') ?? 'none';
  if (mode === 'none' || mode === 'cumulative' || mode === 'disjoint') return mode;
  throw new StatusText(400, 'usage: /stats?histogram_buckets=(cumulative|disjoint|none)\n\n');
}

function chosen(store: StatStore, query: URLSearchParams, nowMs: number): Shown {
  const [filter, buckets] = [filterOf(query), bucketsOf(query)];
  const usedOnly = query.has('usedonly');
  return {
    stats: store.list(filter).filter(({ used, value }) => !usedOnly || used || value !== 0),
    histograms: store.histograms(filter).filter(({ count }) => !usedOnly || count > 0),
    buckets,
    nowMs,
  };
}

export function statsPage(store: StatStore, query: URLSearchParams, nowMs: number): Answer {
  const shown = chosen(store, query, nowMs);
  switch (query.get('format') ?? 'text') {
    case 'json':
      return { type: 'application/json', body: asJson(shown) };
    case 'prometheus':
      return plain(asPrometheus(shown));
    case 'text':
      return plain(asText(shown));
    default:
      throw new StatusText(400, 'usage: /stats?format=(json|prometheus|text)\n\n');
  }
}

export const prometheusPage = (store: StatStore, query: URLSearchParams, nowMs: number): Answer =>
  plain(asPrometheus(chosen(store, query, nowMs)));
