import { type Clock, sleep, systemClock } from '../platform/clock.ts';
import { costReminder } from '../tui/view/cost-reminder.ts';
import type { Words } from '../words/en.ts';
import type { World } from '../world/world.ts';
import { linesForReader } from './plain-lines.ts';

/** Somebody who leaves waits no longer than this for Azure to say what is still there. */
const patienceMs = 3_000;

/**
 * What goes on costing money after the program, told when the screen is gone, so that it stays on the terminal. A world
 * that does not answer in time tells nothing: the header said it all along.
 */
export async function remindOfCost(
  world: Pick<World, 'describe'>,
  words: Words,
  say: (line: string) => void,
  clock: Clock = systemClock,
): Promise<void> {
  const described = world.describe().catch(() => undefined);
  const description = await Promise.race([described, sleep(clock, patienceMs).then(() => undefined)]);
  if (!description?.cost) return;
  const { sentence, end } = costReminder(description.kind, description.cost, clock.now(), words);
  for (const line of linesForReader(sentence)) say(line);
  say(`  → ${end}`);
}
