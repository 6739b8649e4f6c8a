/**
 * A distribution of whole numbers as Envoy keeps it (libcirclhist): log-linear bins of two significant digits, so that
 * a quantile is at most five per cent off and memory does not grow with the number of recordings. Knows no names.
 */

/** Envoy: source/common/stats/histogram_impl.cc, the quantiles of `/stats`. */
export const supportedQuantiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100] as const;

/** Envoy: the default bucket boundaries of its Prometheus page. */
export const supportedBuckets = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
] as const;

/** Envoy: stats_flush_interval; a quantile's first number is of the last whole one. */
const intervalMs = 5000;

/** Lower bound of the bin of a value: 1234 lies in the one that starts at 1200. */
function binOf(value: number): number {
  let width = 1;
  while (value >= 100 * width) width *= 10;
  return Math.floor(value / width) * width;
}

/** Values are whole, so below 100 each has a bin of its own, whose width counts as one. */
function widthOf(bin: number): number {
  let width = 1;
  while (bin >= 100 * width) width *= 10;
  return width;
}

/** Counts per bin, by the bin's lower bound; and exactly per bucket, because bins may reach over a bucket's boundary. */
class Bins {
  readonly #counts = new Map<number, number>();
  readonly #buckets = new Array<number>(supportedBuckets.length).fill(0);
  count = 0;
  sum = 0;

  add(value: number): void {
    const bin = binOf(value);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
    this.count++;
    this.sum += value;
    const bucket = supportedBuckets.findIndex((limit) => value <= limit);
    if (bucket >= 0) this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Interpolated inside a bin, as libcirclhist does; undefined when nothing was recorded. */
  quantiles(): (number | undefined)[] {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    return supportedQuantiles.map((quantile) => {
      if (this.count === 0) return undefined;
      const wanted = (quantile / 100) * this.count;
      let below = 0;
      for (const [bin, count] of sorted) {
        if (below + count >= wanted) return bin === 0 ? 0 : bin + (widthOf(bin) * (wanted - below)) / count;
        below += count;
      }
      return undefined;
    });
  }

  /** How many recordings are not above each of `supportedBuckets`. */
  cumulative(): number[] {
    let below = 0;
    return this.#buckets.map((count) => {
      below += count;
      return below;
    });
  }
}

export interface HistogramReading {
  interval: readonly (number | undefined)[];
  cumulative: readonly (number | undefined)[];
  buckets: { interval: readonly number[]; cumulative: readonly number[] };
  count: number;
  sum: number;
}

export class Histogram {
  readonly name: string;
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Left as it is on the Prometheus page, where all others get the prefix `envoy_`. */
  readonly ownNamespace: boolean;
  readonly #all = new Bins();
  #interval = 0;
  #current = new Bins();
  #previous = new Bins();

  constructor(name: string, family: string, labels: Readonly<Record<string, string>>, ownNamespace = false) {
    this.name = name;
    this.family = family;
    this.labels = labels;
    this.ownNamespace = ownNamespace;
  }

  get count(): number {
    return this.#all.count;
  }

  record(value: number, nowMs: number): void {
    this.#roll(nowMs);
    this.#all.add(value);
    this.#current.add(value);
  }

  read(nowMs: number): HistogramReading {
    this.#roll(nowMs);
    return {
      interval: this.#previous.quantiles(),
      cumulative: this.#all.quantiles(),
      buckets: { interval: this.#previous.cumulative(), cumulative: this.#all.cumulative() },
      count: this.#all.count,
      sum: this.#all.sum,
    };
  }

  /** No timer: an interval ends when somebody looks or records after its end. */
  #roll(nowMs: number): void {
    const interval = Math.floor(nowMs / intervalMs);
    if (interval === this.#interval) return;
    this.#previous = interval === this.#interval + 1 ? this.#current : new Bins();
    this.#current = new Bins();
    this.#interval = interval;
  }
}
