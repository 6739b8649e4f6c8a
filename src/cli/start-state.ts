import type { CheckResult } from '../check/check.ts';
import { runCheck } from '../check/run-check.ts';
import { Fault } from '../fault.ts';
import type { Lesson, Task } from '../lesson/lesson.ts';
import { createDriver } from '../session/driver.ts';
import { solveTask } from '../session/solver.ts';
import type { Parts } from './compose.ts';
import { probeOf } from './evidence.ts';
import { titlesOf } from './openings.ts';

/** Builds the world that a lesson starts from by playing the solutions of the lessons it needs. Knows no screen. */
interface Step {
  lesson: Lesson;
  task: Task;
}

/** After a restart pods need a moment until they are as they were. */
const settleMs = 8_000;

/** All tasks before the lesson, in the order in which they are done. */
const stepsBefore = (parts: Parts, lesson: string): Step[] =>
  parts.catalog.needsOf(lesson).flatMap((needed) => needed.tasks.map((task) => ({ lesson: needed, task })));

/**
 * What holds already is not done again: the latest task whose outcome is true marks how far the world is, because later
 * lessons undo on purpose what earlier ones showed (permissive mode on, then off). Nothing of it counts as the learner's.
 */
export async function buildStartState(
  parts: Parts,
  lesson: string,
  tell: (sentence: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const steps = stepsBefore(parts, lesson);
  if (steps.length === 0) return;
  tell('Looking at what is there already');
  let from = 0;
  for (let index = steps.length - 1; index >= 0 && from === 0; index -= 1) {
    const step = steps[index];
    if (step && (await holds(parts, step, 0, signal))) from = index + 1;
  }
  for (const step of steps.slice(from)) {
    if (step.task.solution.length === 0) continue;
    tell(`${step.lesson.title}: ${step.task.title}`);
    await play(parts, step, signal);
  }
}

async function play(parts: Parts, step: Step, signal: AbortSignal | undefined): Promise<void> {
  const ports = parts.ports({
    // Replayed is not learned: the journal stays as it is.
    record: () => {},
    openLesson: async () => Promise.reject(new Error('a replay stays in its lesson')),
  });
  const { lesson, task } = step;
  const driver = await createDriver(ports, {
    lesson,
    taskIndex: lesson.tasks.indexOf(task),
    finished: new Set(),
    hints: 0,
    done: [],
    answers: {},
    titles: titlesOf(lesson, parts.kinds),
  });
  try {
    const solved = await solveTask(driver, parts.clock, signal);
    if (solved.solved) return;
    throw new Fault('lesson.start-state', {
      what: `The start of the lesson could not be built: "${lesson.title}", task "${task.title}".`,
      why: solved.reason,
      next: [...(solved.tryThis ? [solved.tryThis] : []), 'Start over with a fresh sandbox: meshwalk reset --all'],
    });
  } finally {
    await driver.close();
  }
}

/** Whether the task's outcome is true now, as far as that can be seen: no answers, nothing that had to happen since. */
async function holds(parts: Parts, step: Step, patience: number, signal?: AbortSignal): Promise<boolean> {
  const results = await lookNow(parts, step, patience, signal);
  return results.length > 0 && results.every(({ result }) => result?.status === 'passed');
}

async function lookNow(
  parts: Parts,
  { task }: Step,
  patienceMs: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ id: string; kind: string; result: CheckResult | undefined }[]> {
  const tempers = new Map(parts.kinds.map(({ kind, temper }) => [kind, temper]));
  const level = (task.check?.conditions ?? []).filter(
    ({ kind }) => tempers.get(kind) === 'level' && kind !== 'answer' && kind !== 'http',
  );
  const known = new Set(level.map(({ id }) => id));
  const conditions = level.map((condition) => ({
    ...condition,
    needs: condition.needs.filter((need) => known.has(need)),
  }));
  if (conditions.length === 0) return [];
  const probe = probeOf(parts.world, parts.clock, { since: parts.clock.now(), answers: {}, signal });
  const results = await runCheck({
    conditions,
    kinds: parts.kinds,
    probe,
    memory: new Map(),
    patienceMs,
    onResult: () => {},
  });
  return conditions.map(({ id, kind }) => ({ id, kind, result: results.get(id) }));
}

/**
 * What was finished and is true no longer, in a sentence; undefined when all is as it was left. A condition that a later
 * finished task speaks about again (same kind) is that task's to tell.
 */
export async function findDrift(parts: Parts, lesson: string, signal: AbortSignal): Promise<string | undefined> {
  const { finished } = parts.summary();
  const current = parts.catalog.find(lesson);
  const own = current ? current.tasks.map((task) => ({ lesson: current, task })) : [];
  const steps = [...stepsBefore(parts, lesson), ...own].filter((step) =>
    finished.has(`${step.lesson.id}/${step.task.id}`),
  );
  const spokenFor = new Set<string>();
  for (const [index, step] of steps.toReversed().entries()) {
    const results = await lookNow(parts, step, index === 0 ? settleMs : 0, signal);
    if (signal.aborted) return undefined;
    const lost = results.find(
      ({ kind, result }) => !spokenFor.has(kind) && (result?.status === 'wrong' || result?.status === 'not-yet'),
    );
    if (lost?.result && 'saw' in lost.result) {
      const title = titlesOf(step.lesson, parts.kinds)[`${step.task.id}/${lost.id}`] ?? lost.id;
      return `Changed since "${step.task.title}": ${title}, but now ${lost.result.saw}. Press m to replay.`;
    }
    for (const { kind } of results) spokenFor.add(kind);
  }
  return undefined;
}
