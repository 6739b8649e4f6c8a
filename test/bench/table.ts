import type { Measure, Outcome, Row } from './row.ts';

/** The report in words. Over a budget is a finding, not a failure: a loaded machine must not turn a build red. */
const shown = ({ value, unit }: Measure, number = value): string => {
  const digits =
    Math.abs(number) >= 100 || (unit === '' && Number.isInteger(number)) ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return `${number.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
};

export function verdict(measure: Measure): string {
  const { budget, value } = measure;
  if (!budget) return '';
  const limit = 'atMost' in budget ? budget.atMost : budget.atLeast;
  const isWithin = 'atMost' in budget ? value <= limit : value >= limit;
  const gap = shown(measure, Math.abs(value - limit));
  if (isWithin) return 'within';
  return 'atMost' in budget ? `over by ${gap}` : `short by ${gap}`;
}

function budgetOf(measure: Measure): string {
  const { budget } = measure;
  if (!budget) return '';
  return 'atMost' in budget ? `≤ ${shown(measure, budget.atMost)}` : `≥ ${shown(measure, budget.atLeast)}`;
}

export function linesOf(row: Row, outcome: Outcome): string[] {
  if (outcome.status === 'skipped') return [`${row.title}`, `  skipped: ${outcome.reason}`];
  return [
    `${row.title}`,
    ...outcome.measures.map((measure) => {
      const cells = [shown(measure).padStart(14), budgetOf(measure).padEnd(14), verdict(measure).padEnd(18)];
      return `  ${measure.what.padEnd(44)}${cells.join('  ')}${measure.how}`;
    }),
  ];
}
