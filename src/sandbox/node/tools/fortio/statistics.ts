/** Counters and histograms as fortio's stats package keeps and prints them. Pure. */
const bounds = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 120, 140, 160,
  180, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 2000, 3000, 4000, 5000, 7500, 10_000, 20_000,
  30_000, 40_000, 50_000, 75_000, 100_000,
];

/** Go's %g with a precision: significant digits without trailing zeros, an exponent where the number is very small or large. */
export function goFloat(value: number, digits: number): string {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  if (exponent >= -4 && exponent < digits) return String(Number(value.toPrecision(digits)));
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  return `${String(Number(mantissa))}e${power.replace(/([-+])(\d)$/, '$10$2')}`;
}

interface Bucket {
  start: number;
  end: number;
  percent: number;
  count: number;
}

/** Keeps sums and no values: a load may go on for hours. With a resolution it also counts into buckets. */
export class Counter {
  readonly #resolution: number | undefined;
  readonly #buckets = new Map<number, number>();
  #squares = 0;
  count = 0;
  sum = 0;
  min = 0;
  max = 0;

  constructor(resolution?: number) {
    this.#resolution = resolution;
  }

  record(value: number): void {
    this.min = this.count === 0 ? value : Math.min(this.min, value);
    this.max = this.count === 0 ? value : Math.max(this.max, value);
    const before = this.average;
    this.count += 1;
    this.sum += value;
    // Welford: the difference of two large sums would lose what is looked for.
    this.#squares += (value - before) * (value - this.average);
    if (this.#resolution === undefined) return;
    const found = bounds.findIndex((bound) => value / (this.#resolution ?? 1) <= bound);
    const at = found < 0 ? bounds.length : found;
    this.#buckets.set(at, (this.#buckets.get(at) ?? 0) + 1);
  }

  get average(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  get deviation(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.#squares / this.count);
  }

  /** Non-empty ones; the first starts at the least value, the last ends at the greatest. */
  buckets(): Bucket[] {
    const present = [...this.#buckets].sort(([a], [b]) => a - b);
    const bound = (which: number) => (bounds[which] ?? Number.POSITIVE_INFINITY) * (this.#resolution ?? 1);
    let seen = 0;
    return present.map(([at, count], index) => {
      seen += count;
      return {
        start: index === 0 ? this.min : bound(at - 1),
        end: index === present.length - 1 ? this.max : bound(at),
        percent: (100 * seen) / this.count,
        count,
      };
    });
  }

  print(title: string): string {
    const { count, average, deviation, min, max, sum } = this;
    return `${title} : count ${count} avg ${goFloat(average, 8)} +/- ${goFloat(deviation, 4)} min ${goFloat(min, 8)} max ${goFloat(max, 8)} sum ${goFloat(sum, 9)}\n`;
  }
}

/** Linear within the bucket that holds it. */
function percentile(counter: Counter, buckets: readonly Bucket[], target: number): number {
  let before = 100 / counter.count;
  if (target >= 100) return counter.max;
  if (target <= before) return counter.min;
  for (const { start, end, percent } of buckets) {
    if (target <= percent) return start + ((target - before) / (percent - before)) * (end - start);
    before = percent;
  }
  return counter.max;
}

export function printHistogram(title: string, counter: Counter, percentiles: readonly number[]): string {
  if (counter.count === 0) return `${title} : no data\n`;
  const buckets = counter.buckets();
  const rows = buckets.map(
    ({ start, end, percent, count }, at) =>
      `${at === 0 ? '>=' : '>'} ${goFloat(start, 6)} <= ${goFloat(end, 6)} , ${goFloat((start + end) / 2, 6)} , ${percent.toFixed(2)}, ${count}\n`,
  );
  const targets = percentiles.map(
    (target) => `# target ${target}% ${goFloat(percentile(counter, buckets, target), 6)}\n`,
  );
  return `${counter.print(title)}# range, mid point, percentile, count\n${rows.join('')}${targets.join('')}`;
}
