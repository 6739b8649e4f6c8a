import type { CheckResult } from '../check/check.ts';
import { runCheck } from '../check/run-check.ts';
import type { Lesson, Task } from '../lesson/lesson.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Parts } from './compose.ts';
import { probeOf } from './evidence.ts';
import { titlesOf } from './openings.ts';

/** Looks at a task that nobody has done: its conditions must fail, or they prove nothing. Knows no screen. */

export interface UnsolvedCondition {
  id: string;
  title: string;
  why: string;
  /** Undefined when it was not looked at, because what it needs does not hold. */
  result: CheckResult | undefined;
  /** Those of its needs that do not hold. */
  waitsFor: readonly string[];
}

/**
 * What needs only time may come true without the learner: it is given this long to do so. The demo's clients call once a
 * second, and changes of the mesh reach its sidecars within three.
 */
const provingMs = 5_000;

export async function lookUnsolved(
  parts: Parts,
  lesson: Lesson,
  task: Task,
  signal: AbortSignal,
): Promise<UnsolvedCondition[]> {
  const conditions = task.check?.conditions ?? [];
  const memory = new Map<string, unknown>();
  const since = parts.clock.now();
  const look = (patienceMs: number) =>
    runCheck({
      conditions,
      kinds: parts.kinds,
      probe: probeOf(parts, { since, answers: {}, signal }),
      memory,
      patienceMs,
      onResult: () => {},
    });
  const first = await look(0);
  // A question waits for the learner and for nothing else.
  const mayCome = conditions.some(({ id, kind }) => kind !== 'answer' && first.get(id)?.status === 'not-yet');
  const results = mayCome ? await look(provingMs) : first;
  const titles = titlesOf(lesson, parts.kinds, parts.findings);
  return conditions.map(({ id, why, needs }) => ({
    id,
    title: titles[`${task.id}/${id}`] ?? id,
    why,
    result: results.get(id),
    waitsFor: needs.filter((need) => results.get(need)?.status !== 'passed'),
  }));
}

/** Why the conditions prove nothing, in a sentence; undefined when each of them fails for a reason that can be told. */
export function whyUnproved(
  conditions: readonly UnsolvedCondition[],
  words: Findings['told']['run'],
): string | undefined {
  for (const { id, title, result, waitsFor } of conditions) {
    if (result?.status === 'passed') {
      return words.holdsBefore(id, title, result.saw);
    }
    if (result?.status === 'unknown') {
      return words.unknownBefore(id, title, result.reason);
    }
    if (!result && waitsFor.length === 0) return words.notLookedAt(id, title);
  }
  return undefined;
}
