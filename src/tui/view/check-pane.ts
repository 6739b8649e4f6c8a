import type { CheckResult } from '../../check/check.ts';
import { taskOf } from '../../session/next-step.ts';
import type { ConditionReport, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import { bare } from './foreign-text.ts';
import { type Line, span, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';
import { resultWords } from './words.ts';

/** The conditions of a check with what was wanted and what was seen. */

const labelWidth = 10;

function detail(label: string, text: string, width: number, role: Role = 'text'): Line[] {
  const first = [span(`  ${label.padEnd(labelWidth)}`, 'dim')];
  return wrap([span(bare(text), role)], width, first, [span(' '.repeat(2 + labelWidth))]);
}

function reasons(result: CheckResult, why: string, width: number, { check }: Words): Line[] {
  switch (result.status) {
    case 'passed':
      return [];
    case 'unknown':
      return [
        ...detail(check.because, result.reason, width),
        ...(result.tryThis ? detail(check.tryThis, result.tryThis, width, 'code') : []),
      ];
    case 'not-yet':
    case 'wrong':
      return [
        ...wrap([span(why)], width, [span('  ')]),
        ...detail(check.expected, result.expected, width),
        ...detail(check.saw, result.saw, width, result.status === 'wrong' ? 'bad' : 'warn'),
        ...(result.status === 'wrong' && result.on ? detail(check.on, result.on, width) : []),
        ...(result.tryThis ? detail(check.tryThis, result.tryThis, width, 'code') : []),
      ];
  }
}

function conditionLines(report: ConditionReport, isBrief: boolean, { width, glyphs, words }: CheckInk): Line[] {
  const { mark, word, role } = resultWords(report.result, glyphs, words);
  const again = report.stale && report.result ? words.check.lookingAgain : '';
  const seen = !isBrief && report.result?.status === 'passed' ? bare(report.result.saw) : '';
  // "has weight = 50 – passed: weight = 50" says it twice.
  const saw = report.title.endsWith(seen) ? '' : seen;
  const head = wrap(
    [
      span(bare(report.title), report.result ? 'text' : 'dim'),
      span(` ${glyphs.dash} ${word}${again}`, role),
      ...(saw ? [span(`: ${saw}`, 'dim')] : []),
    ],
    width,
    [span(`${mark} `, role)],
    [span('  ')],
  );
  return report.result && !isBrief ? [...head, ...reasons(report.result, report.why, width, words)] : head;
}

export interface CheckInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
}

export interface CheckText {
  title: string;
  count: string;
  lines: readonly Line[];
}

/**
 * While commands or questions of the task are still to come, nobody needs to be told why it is not done yet:
 * the rows go to the output.
 */
function isUnderWay(session: SessionState): boolean {
  switch (session.status) {
    case 'reading':
      return session.next.type === 'run' || session.next.type === 'answer';
    case 'running':
    case 'confirming':
      return true;
    default:
      return false;
  }
}

/** Undefined where the task has nothing to verify. */
export function checkText(session: SessionState, ink: CheckInk): CheckText | undefined {
  const check = taskOf(session)?.check;
  if (!check || session.status === 'finished' || session.status === 'blocked') return undefined;
  const reports = session.progress.conditions;
  const passed = reports.filter((report) => report.result?.status === 'passed').length;
  return {
    title: ink.words.check.title(check.title),
    count: ink.words.check.passedOf(passed, reports.length),
    lines: reports.flatMap((report) => conditionLines(report, isUnderWay(session), ink)),
  };
}
