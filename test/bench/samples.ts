/** Samples of one quantity. Percentiles are samples that occurred (nearest rank), never interpolated ones. */
export class Samples {
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  get count(): number {
    return this.#values.length;
  }

  percentile(percent: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
  }

  get median(): number {
    return this.percentile(50);
  }

  get max(): number {
    return this.percentile(100);
  }

  /** `median 41.2, p95 60.1, max 63.0 of 40` */
  summary(digits = 0): string {
    const [median, p95, max] = [this.median, this.percentile(95), this.max].map((value) => value.toFixed(digits));
    return `median ${median}, p95 ${p95}, max ${max} of ${this.count}`;
  }
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
