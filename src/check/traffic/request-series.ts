/**
 * Requests per second, successes and latencies per service over a span of time, from what clients' sidecars count. Pure: it
 * takes the sidecars' Prometheus pages as they were at some moments, and knows neither clock nor cluster.
 */

/** The statistics that it reads, as a filter in Envoy's regular expressions. */
export const requestStatsFilter = '^cluster\\.[^|]+\\|\\d+\\.upstream_rq_(total|[1-5]xx|time)$';

/** What the sidecars have counted for one service since they started, all clients together. */
export interface ServiceCount {
  requests: number;
  /** Answers by the first digit of their code. */
  answers: Readonly<Record<string, number>>;
  /** How many answers took no longer than so many milliseconds. */
  buckets: ReadonlyMap<number, number>;
}

/** By sidecar (a pod's uid), then by service: `bookstore/bookstore`. */
export type SidecarCounts = ReadonlyMap<string, ReadonlyMap<string, ServiceCount>>;

export interface Reading {
  atMs: number;
  sidecars: SidecarCounts;
}

const linePattern = /^envoy_cluster_upstream_(rq_total|rq_xx|rq_time_bucket)\{(.*)\} ([0-9.e+]+)$/;

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** Ports of one service are one service; clusters without a port (a sidecar's own app among them) are left out. */
export function countsOf(page: string): Map<string, ServiceCount> {
  const found = new Map<string, { requests: number; answers: Record<string, number>; buckets: Map<number, number> }>();
  for (const line of page.split('\n')) {
    const match = linePattern.exec(line);
    if (!match) continue;
    const labels = labelsOf(match[2] ?? '');
    const service = /^([^|]+\/[^|]+)\|\d+$/.exec(labels['envoy_cluster_name'] ?? '')?.[1];
    if (service === undefined) continue;
    const count = found.get(service) ?? { requests: 0, answers: {}, buckets: new Map<number, number>() };
    found.set(service, count);
    const value = Number(match[3]);
    if (match[1] === 'rq_total') count.requests += value;
    else if (match[1] === 'rq_xx') {
      const digit = labels['envoy_response_code_class'] ?? '';
      count.answers[digit] = (count.answers[digit] ?? 0) + value;
    } else {
      const limit = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']);
      count.buckets.set(limit, (count.buckets.get(limit) ?? 0) + value);
    }
  }
  return found;
}

/** One service between two readings; undefined where nothing can be said. */
export interface RequestRates {
  requestsPerSecond: number;
  /** Share of answers that are not 5xx; undefined without any answer. */
  success: number | undefined;
  latencyMs: { p50: number | undefined; p90: number | undefined; p99: number | undefined };
}

/** From one reading to the next. A sidecar that restarted begins anew at zero. */
export function ratesBetween(before: Reading, after: Reading): Map<string, RequestRates> {
  const seconds = (after.atMs - before.atMs) / 1000;
  const changes = new Map<string, Change>();
  for (const [uid, services] of after.sidecars) {
    const earlier = before.sidecars.get(uid);
    // A sidecar that was not there before has counted since we know not when.
    if (!earlier) continue;
    for (const [service, count] of services) {
      const change = changes.get(service) ?? {
        requests: 0,
        answers: 0,
        failures: 0,
        buckets: new Map<number, number>(),
      };
      changes.set(service, change);
      addChange(change, earlier.get(service), count);
    }
  }
  return new Map([...changes].map(([service, change]) => [service, ratesOf(change, seconds)]));
}

interface Change {
  requests: number;
  answers: number;
  failures: number;
  buckets: Map<number, number>;
}

function addChange(change: Change, earlier: ServiceCount | undefined, count: ServiceCount): void {
  const restarted = earlier !== undefined && count.requests < earlier.requests;
  const from = restarted ? undefined : earlier;
  change.requests += count.requests - (from?.requests ?? 0);
  for (const [digit, value] of Object.entries(count.answers)) {
    const more = value - (from?.answers[digit] ?? 0);
    change.answers += more;
    if (digit === '5') change.failures += more;
  }
  for (const [limit, value] of count.buckets) {
    change.buckets.set(limit, (change.buckets.get(limit) ?? 0) + value - (from?.buckets.get(limit) ?? 0));
  }
}

function ratesOf({ requests, answers, failures, buckets }: Change, seconds: number): RequestRates {
  return {
    requestsPerSecond: seconds > 0 ? requests / seconds : 0,
    success: answers > 0 ? (answers - failures) / answers : undefined,
    latencyMs: { p50: quantile(buckets, 0.5), p90: quantile(buckets, 0.9), p99: quantile(buckets, 0.99) },
  };
}

/** Prometheus: histogram_quantile. Linear inside a bucket; in the last one the answer is its lower boundary. */
export function quantile(buckets: ReadonlyMap<number, number>, wanted: number): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total <= 0) return undefined;
  const rank = wanted * total;
  let [lower, below] = [0, 0];
  for (const [upper, count] of sorted) {
    if (count >= rank) {
      if (upper === Number.POSITIVE_INFINITY) return lower;
      return count === below ? upper : lower + ((upper - lower) * (rank - below)) / (count - below);
    }
    [lower, below] = [upper, count];
  }
  return lower;
}

export interface ServiceSeries {
  service: string;
  /** One for each step, oldest first; undefined where the service was not seen. */
  steps: readonly (RequestRates | undefined)[];
  /** From the first reading to the last. */
  whole: RequestRates;
}

/** Services by name; each step is the time between two readings. */
export function seriesOf(readings: readonly Reading[]): ServiceSeries[] {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || first === last) return [];
  const steps = readings.slice(1).map((reading, index) => ratesBetween(readings[index] ?? first, reading));
  return [...ratesBetween(first, last)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, whole]) => ({ service, steps: steps.map((step) => step.get(service)), whole }));
}
