import type { Lab } from './lab.ts';

/** One number beside its budget. Rows that compare give ratios of what was measured in the same run. */
export interface Measure {
  what: string;
  value: number;
  unit: '×' | 'ms' | 's' | 'MB' | '% of a core' | '/s' | 'µs' | '';
  /** Left out where a number only explains another. */
  budget?: { atMost: number } | { atLeast: number };
  /** Counts of samples and what else makes the number honest. */
  how: string;
}

export type Outcome = { status: 'measured'; measures: Measure[] } | { status: 'skipped'; reason: string };

/** A row of design section 11. */
export interface Row {
  /** `npm run bench -- NAME` */
  name: string;
  title: string;
  run(lab: Lab): Promise<Outcome>;
}

export const measured = (...measures: Measure[]): Outcome => ({ status: 'measured', measures });
