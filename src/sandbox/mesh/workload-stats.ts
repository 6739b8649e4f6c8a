import type { ExchangeRecord } from './engine.ts';
import type { Histogram } from './histogram.ts';
import type { WorkloadStats } from './proxy-config.ts';
import type { Stat, StatStore } from './stats.ts';

/**
 * The filter that counts requests by who asked and who answered. It stands for a WASM module: its stats bear their labels
 * in their names, and the Prometheus page shows them without Envoy's prefix. It does not know whose labels they are.
 */

/** Envoy: custom stats of WASM modules live under this prefix, which the Prometheus page leaves out. */
const wasmNamespace = 'wasmcustom';

const dotted = (labels: readonly (readonly [string, string])[]): string =>
  labels.map(([label, value]) => `${label}.${value}.`).join('');

function headerOf(headers: readonly string[], wanted: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === wanted) return headers[at + 1];
  return undefined;
}

export class WorkloadStatsFilter {
  readonly #stats: StatStore;
  readonly #counters = new Map<string, Stat>();
  readonly #durations = new Map<string, Histogram>();

  constructor(stats: StatStore) {
    this.#stats = stats;
  }

  /** An exchange that nobody answered has a duration and no count, as in OSM's stats.cc. */
  record(config: WorkloadStats, record: ExchangeRecord): void {
    const { status, responseHeaders, startMs, endMs } = record;
    // The proxy's own answers carry `unknown` (local_reply_config); without any answer nothing was learnt.
    const missing = status > 0 && responseHeaders.length === 0 ? 'unknown' : '';
    const labels = dotted([
      ...Object.entries(config.source),
      ...Object.entries(config.destinationHeaders).map(
        ([label, header]) => [label, headerOf(responseHeaders, header) ?? missing] as const,
      ),
    ]);
    if (status > 0) this.#counter(`response_code.${status}.${labels}${config.name}_total`).value++;
    this.#duration(`${labels}${config.name}_duration_ms`).record(endMs - startMs, endMs);
  }

  #counter(name: string): Stat {
    const known = this.#counters.get(name);
    if (known) return known;
    const created = this.#stats.stat('counter', `${wasmNamespace}.${name}`, name, {}, true);
    this.#counters.set(name, created);
    return created;
  }

  #duration(name: string): Histogram {
    const known = this.#durations.get(name);
    if (known) return known;
    const created = this.#stats.histogram(`${wasmNamespace}.${name}`, name, {}, true);
    this.#durations.set(name, created);
    return created;
  }
}
