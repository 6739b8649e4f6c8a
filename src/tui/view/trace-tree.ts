import type { Words } from '../../words/en.ts';
import { emptyLine, type Line, span, toWidth, truncate } from './spans.ts';
import type { Glyphs } from './theme.ts';

/** A trace as a tree with a bar for the time of each span: who waited for whom, and how long. */
export interface TraceSpan {
  id: string;
  parentId: string | undefined;
  service: string;
  operation: string;
  kind: 'client' | 'server' | undefined;
  /** Microseconds since the epoch. */
  start: number;
  /** Microseconds. */
  duration: number;
  /** HTTP status, where one is known. */
  status: string | undefined;
  failed: boolean;
}

export interface TraceView {
  id: string;
  spans: readonly TraceSpan[];
}

export const microseconds = (value: number, { trace }: Words): string => {
  if (value < 1000) return trace.microseconds(value);
  return value < 1_000_000 ? trace.milliseconds(value / 1000) : trace.seconds(value / 1_000_000);
};

interface Row {
  span: TraceSpan;
  depth: number;
}

/** Children under their parent by time; a span whose parent was not received stands at the top. */
function rowsOf(spans: readonly TraceSpan[]): Row[] {
  const ids = new Set(spans.map(({ id }) => id));
  const byStart = [...spans].sort((a, b) => a.start - b.start);
  const seen = new Set<string>();
  const below = (parentId: string | undefined, depth: number): Row[] =>
    byStart
      .filter((one) => (ids.has(one.parentId ?? '') ? one.parentId : undefined) === parentId && !seen.has(one.id))
      .flatMap((one) => {
        seen.add(one.id);
        return [{ span: one, depth }, ...below(one.id, depth + 1)];
      });
  const rows = below(undefined, 0);
  // Parents in a circle have nobody above them: whoever was first begins.
  for (const one of byStart) {
    if (seen.has(one.id)) continue;
    seen.add(one.id);
    rows.push({ span: one, depth: 0 }, ...below(one.id, 1));
  }
  return rows;
}

/** When and how long, on a scale that the whole trace fills. */
function bar({ start, duration }: TraceSpan, from: number, whole: number, room: number, glyphs: Glyphs): string {
  const scale = whole > 0 ? room / whole : 0;
  const left = Math.min(room - 1, Math.floor((start - from) * scale));
  const length = Math.max(1, Math.min(room - left, Math.round(duration * scale)));
  return `${' '.repeat(left)}${(glyphs.ascii ? '#' : '█').repeat(length)}`.padEnd(room);
}

export interface TraceInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
}

export function traceLines(trace: TraceView, { width, glyphs, words }: TraceInk): Line[] {
  const rows = rowsOf(trace.spans);
  const from = Math.min(...trace.spans.map(({ start }) => start));
  const whole = Math.max(...trace.spans.map(({ start, duration }) => start + duration)) - from;
  const services = new Set(trace.spans.map(({ service }) => service)).size;
  const branch = glyphs.ascii ? '` ' : '└ ';
  const names = rows.map(({ span: one, depth }) => {
    const indent = depth === 0 ? '' : `${'  '.repeat(depth - 1)}${branch}`;
    return `${indent}${one.service}${one.kind ? ` ${one.kind}` : ''}`;
  });
  const nameWidth = Math.min(Math.floor(width * 0.45), Math.max(0, ...names.map((name) => name.length)));
  const timeWidth = Math.max(0, ...rows.map(({ span: one }) => microseconds(one.duration, words).length));
  const room = Math.max(8, width - nameWidth - timeWidth - 10);
  const head = [
    span(words.trace.title(trace.id), 'heading'),
    span(`  ${words.trace.size(trace.spans.length, services, microseconds(whole, words))}`, 'dim'),
  ];
  const lines = rows.map(({ span: one }, index): Line => {
    const role = one.failed ? 'bad' : 'accent';
    return [
      ...toWidth([span(names[index] ?? '')], nameWidth),
      span(`  ${microseconds(one.duration, words).padStart(timeWidth)}`, 'dim'),
      span(`  ${(one.status ?? '').padEnd(3)} `, one.failed ? 'bad' : 'good'),
      span(bar(one, from, whole, room, glyphs), role),
    ];
  });
  const [operation] = rows;
  return [head, [span(operation?.span.operation ?? '', 'dim')], emptyLine, ...lines].map((line) =>
    truncate(line, width),
  );
}
