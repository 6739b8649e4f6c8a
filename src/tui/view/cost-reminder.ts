import type { Words } from '../../words/en.ts';
import { costSoFar } from '../../world/cost.ts';
import type { WorldDescription, WorldKind } from '../../world/world.ts';
import { bare } from './foreign-text.ts';

/** What somebody who leaves should know: what goes on costing money, and the line that ends it. */
export function costReminder(
  kind: WorldKind,
  cost: NonNullable<WorldDescription['cost']>,
  now: number,
  { cost: said }: Words,
): { sentence: string; end: string } {
  const { minutes, dollars } = costSoFar(cost, now);
  const { low, high } = cost.perHour;
  const sentence = said.reminder(bare(cost.cluster), said.elapsed(minutes), dollars, low, high);
  return { sentence, end: `meshwalk cleanup --world ${kind}` };
}
