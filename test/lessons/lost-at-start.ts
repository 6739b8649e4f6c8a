import type { Parts } from '../../src/cli/compose.ts';
import { isPassed, lookAtOutcomes, outcomesOf, stepsBefore } from '../../src/cli/outcomes.ts';

/** What the lessons before leave behind and is not there: all of it must be, where the lesson begins. */
export async function lostAtStart(parts: Parts, lesson: string): Promise<string[]> {
  const lost: string[] = [];
  for (const [step, conditions] of outcomesOf(parts, stepsBefore(parts, lesson))) {
    const seen = await lookAtOutcomes(parts, conditions, 0, new AbortController().signal);
    lost.push(...seen.filter((one) => !isPassed(one)).map(({ condition }) => `${step.task.id}/${condition.id}`));
  }
  return lost;
}
