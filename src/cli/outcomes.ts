import type { CheckResult } from '../check/check.ts';
import { runCheck } from '../check/run-check.ts';
import { courseOf, firstCourse } from '../lesson/catalog.ts';
import type { Condition, Lesson, Task } from '../lesson/lesson.ts';
import type { Parts } from './compose.ts';
import { probeOf } from './evidence.ts';

/**
 * What lessons leave behind in a world, and whether it is there. Lessons undo on purpose what earlier ones showed
 * (permissive mode on, then off), so an outcome is only what no later task speaks about again. Changes nothing.
 */
export interface Step {
  lesson: Lesson;
  task: Task;
}

export interface Outcome {
  condition: Condition;
  result: CheckResult | undefined;
}

/** All tasks before the lesson, in the order in which they are done. */
export const stepsBefore = (parts: Pick<Parts, 'catalog'>, lesson: string): Step[] =>
  parts.catalog.needsOf(lesson).flatMap((needed) => needed.tasks.map((task) => ({ lesson: needed, task })));

/** Conditions on things that are there to stay; traffic, answers and forwarded ports come and go. */
export function lastingConditions(parts: Parts, task: Task): Condition[] {
  return withKnownNeeds((task.check?.conditions ?? []).filter((one) => subjectOf(parts, one) !== undefined));
}

/**
 * Of these tasks of a lesson, what can only be true once it was begun. Lessons beyond the first course take away again
 * what they brought, and "it is gone" holds before them too: there only the first word on each thing tells something.
 */
export function tellingConditions(parts: Parts, lesson: Lesson, tasks: readonly Task[]): Condition[] {
  const spoken = new Set<string | undefined>();
  return lesson.tasks.flatMap((task) => {
    const lasting = lastingConditions(parts, task);
    const telling = lasting.filter(
      (one) => one.needs.length === 0 && (courseOf(lesson) === firstCourse || !spoken.has(subjectOf(parts, one))),
    );
    for (const one of lasting) spoken.add(subjectOf(parts, one));
    return tasks.includes(task) ? telling : [];
  });
}

function withKnownNeeds(conditions: readonly Condition[]): Condition[] {
  const known = new Set(conditions.map(({ id }) => id));
  return conditions.map((condition) => ({ ...condition, needs: condition.needs.filter((need) => known.has(need)) }));
}

/** By step: what is true when all of them are done, one after the other. */
export function outcomesOf(parts: Parts, steps: readonly Step[]): Map<Step, Condition[]> {
  const outcomes = new Map<Step, Condition[]>();
  const replaced = new Set<string | undefined>();
  for (const step of steps.toReversed()) {
    const conditions = lastingConditions(parts, step.task);
    const own = conditions.filter((condition) => !replaced.has(subjectOf(parts, condition)));
    outcomes.set(step, withKnownNeeds(own));
    for (const condition of conditions) replaced.add(subjectOf(parts, condition));
  }
  return outcomes;
}

function subjectOf({ kinds }: Parts, { kind, spec }: Condition): string | undefined {
  return kinds.find((one) => one.kind === kind)?.subject?.(spec);
}

export async function lookAtOutcomes(
  parts: Parts,
  conditions: readonly Condition[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<Outcome[]> {
  if (conditions.length === 0) return [];
  const memory = new Map<string, unknown>();
  const look = (patience: number) =>
    runCheck({
      conditions,
      kinds: parts.kinds,
      probe: probeOf(parts, { since: parts.clock.now(), answers: {}, signal }),
      memory,
      patienceMs: patience,
      isPatientWithProgress: patience > 0,
      onResult: () => {},
    });
  const first = await look(0);
  // Pods settle and servers come up; what is wrong does not mend itself.
  const mayCome =
    patienceMs > 0 && [...first.values()].some(({ status }) => status === 'not-yet' || status === 'unknown');
  const results = mayCome ? await look(patienceMs) : first;
  return conditions.map((condition) => ({ condition, result: results.get(condition.id) }));
}

export const isPassed = ({ result }: Outcome): boolean => result?.status === 'passed';
