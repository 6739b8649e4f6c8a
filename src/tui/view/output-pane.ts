import type { CommandRun, Output, OutputLine, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import { foreignLine, hardWrap } from './foreign-text.ts';
import { type Line, span } from './spans.ts';
import type { Role } from './theme.ts';
import { duration, endWords } from './words.ts';

/**
 * The window on a command's output. Only rows that are seen are cut and coloured: the output may be thousands of lines.
 */

function rowsOf(line: OutputLine, width: number): Line[] {
  return hardWrap(foreignLine(line.text, line.stream === 'note' ? 'dim' : 'text'), width);
}

// Characters that may take no cell or two, or start an escape.
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** Rows that the output takes at a width; stops counting at `enough`. */
export function outputRows(output: Output, width: number, enough = Number.POSITIVE_INFINITY): number {
  let rows = 0;
  for (let at = output.lines.length - 1; at >= 0 && rows < enough; at -= 1) {
    const line = output.lines[at];
    if (!line) continue;
    rows += isPlain(line.text) ? Math.max(1, Math.ceil(line.text.length / width)) : rowsOf(line, width).length;
  }
  return rows;
}

/** The rows above the last `below` ones, at most `height` of them, and how many more there are on both sides. */
export interface OutputWindow {
  rows: readonly Line[];
  /** Lines (not rows) above the first row shown. */
  above: number;
  /** `below`, cut to what there is. */
  below: number;
}

export function outputWindow(output: Output, width: number, height: number, below: number): OutputWindow {
  const needed = height + below;
  const rows: Line[] = [];
  let at = output.lines.length;
  while (at > 0 && rows.length < needed) {
    at -= 1;
    const line = output.lines[at];
    if (line) rows.unshift(...rowsOf(line, width));
  }
  const reachable = Math.max(0, Math.min(below, rows.length - height));
  const end = rows.length - reachable;
  return { rows: rows.slice(Math.max(0, end - height), end), above: at + output.dropped, below: reachable };
}

export interface OutputText {
  title: string;
  state: string;
  /** The same where there is little room. */
  brief: string;
  role: Role;
  output: Output;
}

function runningWords({ interrupts, startedAt }: CommandRun, now: number | undefined, words: Words): string {
  const { output } = words;
  if (now === undefined) return interrupts > 0 ? output.isStopping : output.isRunning;
  const since = duration(startedAt > 0 ? Math.max(0, now - startedAt) : 0, words);
  return interrupts > 0 ? output.stopping(since) : output.running(since);
}

/** Undefined before the first command of the task. `now` is undefined where no seconds are counted. */
export function outputText(session: SessionState, now: number | undefined, words: Words): OutputText | undefined {
  const run = session.status === 'running' ? session.run : session.lastRun;
  if (!run) return undefined;
  const [first = '', ...more] = run.script.trim().split('\n');
  const title = words.output.title(`${first}${more.length > 0 ? ' …' : ''}`);
  if (session.status === 'running') {
    const state = runningWords(run, now, words);
    return { title, state, brief: state, role: 'warn', output: run.output };
  }
  const { lastRun } = session;
  if (!lastRun) return undefined;
  const { text, role } = endWords(lastRun.end, words);
  return {
    title,
    state: words.output.ended(text, duration(lastRun.tookMs, words)),
    brief: lastRun.end.type === 'exited' ? words.session.ends.exited(lastRun.end.code) : text,
    role,
    output: withReason(lastRun.output, lastRun.end),
  };
}

function withReason(output: Output, end: { type: string; reason?: string }): Output {
  return end.type === 'not-started' && end.reason
    ? { ...output, lines: [...output.lines, { text: end.reason, stream: 'note' }] }
    : output;
}

export const noOutput = ({ output }: Words): Line => [span(output.none, 'dim')];
