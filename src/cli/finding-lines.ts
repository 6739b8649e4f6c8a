import type { Finding, FindingStatus } from '../preflight/finding.ts';
import { plain, span, wrap } from '../tui/view/spans.ts';
import type { PreflightWords } from '../words/en/preflight.ts';

const marks: Readonly<Record<FindingStatus, string>> = { good: '✓', note: '·', bad: '✗', unknown: '?' };

/**
 * A finding as lines for a terminal of so many columns; undefined for no terminal, where lines are as long as they are.
 * Lines to type are never broken, since somebody copies them.
 */
export function findingLines({ status, what, saw, why, next = [] }: Finding, width: number | undefined): string[] {
  const folded = (text: string, first: string, rest: string) =>
    width === undefined
      ? [first + text]
      : wrap([span(text)], Math.max(20, width - 2), [span(first)], [span(rest)]).map(plain);
  return [
    ...folded(`${what}: ${saw}`, `${marks[status]} `, '  '),
    ...(why === undefined ? [] : folded(why, '  ', '  ')),
    ...next.map((line) => `    → ${line}`),
  ];
}

export function verdictLine(findings: readonly Finding[], { verdict }: PreflightWords): string {
  const bad = findings.filter(({ status }) => status === 'bad').length;
  const others = findings.filter(({ status }) => status === 'note' || status === 'unknown').length;
  if (bad > 0) return verdict.blocked(bad);
  return others > 0 ? verdict.notes(others) : verdict.ready;
}
