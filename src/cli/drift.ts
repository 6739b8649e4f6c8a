import type { Parts } from './compose.ts';
import { titlesOf } from './openings.ts';
import { lookAtOutcomes, outcomesOf, stepsBefore } from './outcomes.ts';

/** After a restart pods need a moment until they are as they were. */
const settleMs = 8_000;

/** What was finished and is true no longer, in a sentence; undefined when all is as it was left. */
export async function findDrift(parts: Parts, lesson: string, signal: AbortSignal): Promise<string | undefined> {
  const { finished } = parts.summary();
  const current = parts.catalog.find(lesson);
  const own = current ? current.tasks.map((task) => ({ lesson: current, task })) : [];
  const steps = [...stepsBefore(parts, lesson), ...own].filter((step) =>
    finished.has(`${step.lesson.id}/${step.task.id}`),
  );
  const outcomes = outcomesOf(parts, steps);
  for (const step of steps) {
    const seen = await lookAtOutcomes(parts, outcomes.get(step) ?? [], settleMs, signal);
    if (signal.aborted) return undefined;
    const lost = seen.find(({ result }) => result?.status === 'wrong' || result?.status === 'not-yet');
    if (!lost?.result || !('saw' in lost.result)) continue;
    const title =
      titlesOf(step.lesson, parts.kinds, parts.findings)[`${step.task.id}/${lost.condition.id}`] ?? lost.condition.id;
    return parts.words.host.drift(step.task.title, title, lost.result.saw);
  }
  return undefined;
}
