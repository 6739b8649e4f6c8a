import type { ServiceSeries } from '../../check/traffic/request-series.ts';
import type { Words } from '../../words/en.ts';
import { emptyLine, type Line, type Span, span, truncate, widthOf } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';
import { duration } from './words.ts';

/** Requests, successes and latencies per service as small charts: numbers first, their course behind them. */
export interface ChartOptions {
  width: number;
  glyphs: Glyphs;
  words: Words;
}

/** From nothing to the most; a value that is not known leaves a gap. */
const bars = { unicode: [...'▁▂▃▄▅▆▇█'], ascii: [...'_.-:=+*#'] } as const;

export function sparkline(
  values: readonly (number | undefined)[],
  most: number,
  room: number,
  glyphs: Pick<Glyphs, 'ascii'>,
): string {
  const steps = glyphs.ascii ? bars.ascii : bars.unicode;
  return values
    .slice(-Math.max(0, room))
    .map((value) => {
      if (value === undefined) return ' ';
      const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
      return steps[Math.round(share * (steps.length - 1))];
    })
    .join('');
}

const numberText = (value: number, { charts }: Words): string => charts.number(value, value >= 100 ? 0 : 1);
const percent = (share: number | undefined, { charts }: Words): string => {
  if (share === undefined) return charts.noAnswers;
  // All but one in a thousand is not all.
  return share === 1 ? charts.percent(100, 0) : charts.percent(Math.min(99.9, share * 100), 1);
};
const millis = (value: number | undefined, words: Words): string =>
  value === undefined ? '-' : numberText(value, words);

function successRole(share: number | undefined): Role {
  if (share === undefined) return 'dim';
  if (share === 1) return 'good';
  return share < 0.95 ? 'bad' : 'warn';
}

const titleWidth = 14;

interface Row {
  title: string;
  value: string;
  role: Role;
  course: readonly (number | undefined)[];
  most: number;
}

function rowsOf({ steps, whole }: ServiceSeries, words: Words): Row[] {
  const { p50, p90, p99 } = whole.latencyMs;
  const rates = steps.map((step) => step?.requestsPerSecond);
  const slowest = steps.map((step) => step?.latencyMs.p99);
  const highest = (of: readonly (number | undefined)[]) => Math.max(0, ...of.filter((value) => value !== undefined));
  return [
    {
      title: words.charts.requests,
      value: numberText(whole.requestsPerSecond, words),
      role: 'accent',
      course: rates,
      most: highest(rates),
    },
    {
      title: words.charts.success,
      value: percent(whole.success, words),
      role: successRole(whole.success),
      course: steps.map((step) => step?.success),
      most: 1,
    },
    {
      title: words.charts.latency,
      value: `p50 ${millis(p50, words)}  p90 ${millis(p90, words)}  p99 ${millis(p99, words)}`,
      role: 'info',
      course: slowest,
      most: highest(slowest),
    },
  ];
}

/** One block for each service; `spanMs` is what all numbers speak of. */
export function chartLines(
  series: readonly ServiceSeries[],
  spanMs: number,
  { width, glyphs, words }: ChartOptions,
): Line[] {
  const blocks = series.map((one) => ({ service: one.service, rows: rowsOf(one, words) }));
  const valueWidth = Math.max(0, ...blocks.flatMap(({ rows }) => rows.map(({ value }) => widthOf(value))));
  const room = Math.max(0, width - titleWidth - valueWidth - 2);
  const lines: Line[] = [
    [span(words.charts.title, 'heading'), span(words.charts.last(duration(spanMs, words)), 'dim')],
  ];
  for (const { service, rows } of blocks) {
    lines.push(emptyLine, [span(service, 'strong')]);
    for (const { title, value, role, course, most } of rows) {
      const pieces: Span[] = [span(`  ${title}`.padEnd(titleWidth), 'dim'), span(value.padEnd(valueWidth), role)];
      if (room >= 8) pieces.push(span(`  ${sparkline(course, most, room, glyphs)}`, role));
      lines.push(pieces);
    }
  }
  return lines.map((line) => truncate(line, width));
}
