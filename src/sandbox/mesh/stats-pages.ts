import { type Histogram, supportedBuckets, supportedQuantiles } from './histogram.ts';
import type { Stat } from './stats.ts';

/** The forms in which Envoy shows its statistics: text, JSON and Prometheus' exposition format. */
export type BucketMode = 'none' | 'cumulative' | 'disjoint';

export interface Shown {
  stats: readonly Stat[];
  histograms: readonly Histogram[];
  buckets: BucketMode;
  nowMs: number;
}

/** Five significant digits, as Envoy's `{:.15g}` prints what its bins can tell apart. */
const shown = (value: number | undefined): string =>
  value === undefined ? 'nan' : String(Number(value.toPrecision(5)));

/** `name: value` lines; histograms come last. */
export function asText({ stats, histograms, buckets, nowMs }: Shown): string {
  const lines = [
    ...stats.map(({ name, value }) => `${name}: ${value}`),
    ...histograms.map((histogram) => `${histogram.name}: ${summary(histogram, buckets, nowMs)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function summary(histogram: Histogram, mode: BucketMode, nowMs: number): string {
  if (histogram.count === 0) return 'No recorded values';
  const { interval, cumulative, buckets } = histogram.read(nowMs);
  if (mode === 'none') {
    return supportedQuantiles
      .map((quantile, index) => `P${quantile}(${shown(interval[index])},${shown(cumulative[index])})`)
      .join(' ');
  }
  const counts = (of: readonly number[]) => (mode === 'cumulative' ? of : differences(of));
  const [last, all] = [counts(buckets.interval), counts(buckets.cumulative)];
  return supportedBuckets.map((limit, index) => `B${limit}(${last[index]},${all[index]})`).join(' ');
}

const differences = (of: readonly number[]): number[] => of.map((count, index) => count - (of[index - 1] ?? 0));

export function asJson({ stats, histograms, nowMs }: Shown): string {
  const rows: object[] = stats.map(({ name, value }) => ({ name, value }));
  if (histograms.length > 0) {
    rows.push({
      histograms: {
        supported_quantiles: supportedQuantiles,
        computed_quantiles: histograms.map((histogram) => {
          const { interval, cumulative } = histogram.read(nowMs);
          return {
            name: histogram.name,
            values: supportedQuantiles.map((_, index) => ({
              interval: interval[index] ?? null,
              cumulative: cumulative[index] ?? null,
            })),
          };
        }),
      },
    });
  }
  return JSON.stringify({ stats: rows });
}

const metricName = ({ family, ownNamespace }: { family: string; ownNamespace: boolean }) =>
  `${ownNamespace ? '' : 'envoy_'}${family.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
const labelText = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const labelPairs = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([key, text]) => `${key}="${labelText(text)}"`);

/** One TYPE line per family; Envoy writes the braces even where there are no labels, and no HELP. */
export function asPrometheus({ stats, histograms, nowMs }: Shown): string {
  const lines: string[] = [];
  for (const [name, members] of byMetric(stats)) {
    lines.push(`# TYPE ${name} ${members[0]?.kind ?? 'counter'}`);
    for (const { labels, value } of members) lines.push(`${name}{${labelPairs(labels).join(',')}} ${value}`);
  }
  for (const [name, members] of byMetric(histograms)) {
    lines.push(`# TYPE ${name} histogram`);
    for (const histogram of members) lines.push(...histogramLines(name, histogram, nowMs));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function histogramLines(name: string, histogram: Histogram, nowMs: number): string[] {
  const { buckets, count, sum } = histogram.read(nowMs);
  const pairs = labelPairs(histogram.labels);
  const bucket = (limit: string, below: number | undefined) =>
    `${name}_bucket{${[...pairs, `le="${limit}"`].join(',')}} ${below ?? 0}`;
  return [
    ...supportedBuckets.map((limit, index) => bucket(String(limit), buckets.cumulative[index])),
    bucket('+Inf', count),
    `${name}_sum{${pairs.join(',')}} ${sum}`,
    `${name}_count{${pairs.join(',')}} ${count}`,
  ];
}

function byMetric<T extends { family: string; ownNamespace: boolean }>(all: readonly T[]): [string, T[]][] {
  return [...Map.groupBy(all, metricName)].sort(([a], [b]) => (a < b ? -1 : 1));
}
