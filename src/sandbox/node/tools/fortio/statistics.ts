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

export class Counter {
  readonly #values: number[] = [];

  record(value: number): void {
    this.#values.push(value);
  }

  get values(): readonly number[] {
    return this.#values;
  }

  get count(): number {
    return this.#values.length;
  }

  get sum(): number {
    return this.#values.reduce((sum, value) => sum + value, 0);
  }

  get average(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  get deviation(): number {
    const squares = this.#values.reduce((sum, value) => sum + (value - this.average) ** 2, 0);
    return this.count === 0 ? 0 : Math.sqrt(squares / this.count);
  }

  get min(): number {
    return this.#values.reduce((least, value) => Math.min(least, value), this.#values[0] ?? 0);
  }

  get max(): number {
    return this.#values.reduce((most, value) => Math.max(most, value), this.#values[0] ?? 0);
  }

  print(title: string): string {
    const { count, average, deviation, min, max, sum } = this;
    return `${title} : count ${count} avg ${goFloat(average, 8)} +/- ${goFloat(deviation, 4)} min ${goFloat(min, 8)} max ${goFloat(max, 8)} sum ${goFloat(sum, 9)}\n`;
  }
}

interface Bucket {
  start: number;
  end: number;
  percent: number;
  count: number;
}

/** Non-empty buckets; the first starts at the least value, the last ends at the greatest. */
function bucketsOf(counter: Counter, resolution: number): Bucket[] {
  const counts = new Map<number, number>();
  for (const value of counter.values) {
    const found = bounds.findIndex((bound) => value / resolution <= bound);
    const at = found < 0 ? bounds.length : found;
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  const present = [...counts].sort(([a], [b]) => a - b);
  let seen = 0;
  return present.map(([at, count], index) => {
    seen += count;
    const bound = (which: number) => (bounds[which] ?? Number.POSITIVE_INFINITY) * resolution;
    return {
      start: index === 0 ? counter.min : bound(at - 1),
      end: index === present.length - 1 ? counter.max : bound(at),
      percent: (100 * seen) / counter.count,
      count,
    };
  });
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

export function printHistogram(
  title: string,
  counter: Counter,
  resolution: number,
  percentiles: readonly number[],
): string {
  if (counter.count === 0) return `${title} : no data\n`;
  const buckets = bucketsOf(counter, resolution);
  const rows = buckets.map(
    ({ start, end, percent, count }, at) =>
      `${at === 0 ? '>=' : '>'} ${goFloat(start, 6)} <= ${goFloat(end, 6)} , ${goFloat((start + end) / 2, 6)} , ${percent.toFixed(2)}, ${count}\n`,
  );
  const targets = percentiles.map(
    (target) => `# target ${target}% ${goFloat(percentile(counter, buckets, target), 6)}\n`,
  );
  return `${counter.print(title)}# range, mid point, percentile, count\n${rows.join('')}${targets.join('')}`;
}
