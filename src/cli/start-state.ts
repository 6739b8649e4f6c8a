import { Fault, faultOf } from '../fault.ts';
import { courseOf } from '../lesson/catalog.ts';
import type { Command, Condition, Lesson, Task } from '../lesson/lesson.ts';
import { createDriver } from '../session/driver.ts';
import { solveTask } from '../session/solver.ts';
import type { Parts } from './compose.ts';
import { titlesOf } from './openings.ts';
import { isPassed, lookAtOutcomes, outcomesOf, type Step, stepsBefore, tellingConditions } from './outcomes.ts';

/** Builds the world that a lesson goes on from by playing the solutions of what comes before. Knows no screen. */

/** After a restart pods need a moment until they are as they were. */
const patienceMs = 8_000;

export interface Building {
  tell(sentence: string): void;
  signal: AbortSignal;
}

/** What comes before the place where the learner goes on: the lessons it needs, and its own finished tasks. */
function stepsToHave(parts: Parts, lesson: Lesson): Step[] {
  const { finished } = parts.summary();
  const own = lesson.tasks.filter(({ id }) => finished.has(`${lesson.id}/${id}`)).map((task) => ({ lesson, task }));
  return [...stepsBefore(parts, lesson.id), ...own];
}

/** Plays what is missing, in order, and leaves alone what is there already. Nothing of it counts as the learner's. */
export async function buildStartState(parts: Parts, lesson: Lesson, building: Building): Promise<void> {
  const { tell, signal } = building;
  const steps = stepsToHave(parts, lesson).filter(({ task }) => leavesSomething(task));
  if (steps.length === 0) return;
  tell(parts.words.host.lookingAtWorld);
  const outcomes = outcomesOf(parts, steps);
  for (const step of steps) {
    const wanted = outcomes.get(step) ?? [];
    const seen = await lookAtOutcomes(parts, wanted, patienceMs, signal);
    signal.throwIfAborted();
    if (!seen.every(isPassed)) await mustAnswer(parts);
    // Where later tasks have the last word on everything, only they can tell; then it is done again if they are missing.
    const isThere = wanted.length > 0 ? seen.every(isPassed) : await isBehind(parts, steps, step, outcomes, signal);
    if (isThere) continue;
    tell(`${step.lesson.title}: ${step.task.title}`);
    await play(parts, step, wanted, signal);
  }
}

/** What cannot be seen is not missing: nothing is played into a cluster that does not answer. Rejects with a Fault then. */
export async function mustAnswer({ world }: Pick<Parts, 'world'>): Promise<void> {
  const trouble = (await world.kube())?.reach?.trouble;
  if (!trouble) return;
  throw trouble instanceof Fault ? trouble : faultOf('cluster.refuses', trouble.message).because(trouble);
}

const leavesSomething = (task: Task): boolean => task.solution.some(({ effect }) => effect !== 'reads');

/** Whether a later task, whose outcome can be seen, is done. */
async function isBehind(
  parts: Parts,
  steps: readonly Step[],
  step: Step,
  outcomes: ReadonlyMap<Step, Condition[]>,
  signal: AbortSignal,
): Promise<boolean> {
  for (const later of steps.slice(steps.indexOf(step) + 1)) {
    const wanted = outcomes.get(later) ?? [];
    if (wanted.length > 0) return (await lookAtOutcomes(parts, wanted, 0, signal)).every(isPassed);
  }
  return false;
}

/**
 * Whether the world has left the lesson's start behind: something is true that this lesson or a later one brings about.
 * Solutions lead forwards only, so there is no way back but from the beginning.
 */
export async function isWorldBeyond(parts: Parts, lesson: Lesson, signal: AbortSignal): Promise<boolean> {
  const { finished } = parts.summary();
  const { catalog } = parts;
  // Another course than the lesson's own leaves the world as it found it, so it tells nothing here.
  const later = catalog.lessonsOf(courseOf(lesson)).filter((other) => catalog.needsOf(other.id).includes(lesson));
  const own = lesson.tasks.filter(({ id }) => !finished.has(`${lesson.id}/${id}`));
  if (await isAnyTrue(parts, lesson, own, signal)) return true;
  for (const other of later) if (await isAnyTrue(parts, other, other.tasks, signal)) return true;
  return false;
}

/** What a lesson removes is missing at the very beginning too, so its tasks tell something only where its needs are met. */
async function isAnyTrue(parts: Parts, lesson: Lesson, tasks: readonly Task[], signal: AbortSignal): Promise<boolean> {
  const before = stepsBefore(parts, lesson.id);
  const needed = [...outcomesOf(parts, before).values()].flat();
  const isReached = needed.length === 0 || (await isOneTrue(parts, needed, signal));
  if (!isReached) return false;
  return await isOneTrue(parts, tellingConditions(parts, lesson, tasks), signal);
}

async function isOneTrue(parts: Parts, conditions: readonly Condition[], signal: AbortSignal): Promise<boolean> {
  // Ids are unique in a task only, and needs were seen to hold or are none of our business here.
  const renamed = conditions.map((condition, index) => ({ ...condition, id: `c${index}`, needs: [] }));
  return (await lookAtOutcomes(parts, renamed, 0, signal)).some(isPassed);
}

/** The solution as a task of its own, checked by what it must leave behind and not by what the learner would see. */
function replayOf({ task }: Step, wanted: readonly Condition[]): Task {
  const commands = task.solution.filter(({ background, interactive }) => !background && !interactive);
  const block = ({ name }: Command) => ({ type: 'command', command: name }) as const;
  const check = task.check && wanted.length > 0 ? { ...task.check, conditions: wanted } : undefined;
  return {
    ...task,
    blocks: [...commands.map(block), ...(check ? [{ type: 'check' } as const] : [])],
    commands: commands.map((command) => ({ ...command, optional: false })),
    solution: commands,
    questions: [],
    check,
  };
}

async function play(parts: Parts, step: Step, wanted: readonly Condition[], signal: AbortSignal): Promise<void> {
  const ports = parts.ports({
    // Replayed is not learned: the journal stays as it is.
    record: () => {},
    openLesson: async () => Promise.reject(new Error('a replay stays in its lesson')),
  });
  const task = replayOf(step, wanted);
  if (task.commands.some(({ effect }) => effect === 'cloud') && (await parts.world.describe()).costsMoney) {
    throw faultOf('lesson.costs', step.lesson.title, task.title);
  }
  const lesson = { ...step.lesson, tasks: [task] };
  const driver = await createDriver(ports, {
    lesson,
    taskIndex: 0,
    finished: new Set(),
    hints: 0,
    done: [],
    answers: {},
    titles: titlesOf(lesson, parts.kinds, parts.findings),
  });
  try {
    const solved = await solveTask(driver, parts.clock, parts.findings.told.solving, signal);
    if (solved.solved) return;
    throw faultOf(
      'lesson.start-state',
      lesson.title,
      task.title,
      solved.reason,
      solved.tryThis ? [solved.tryThis] : [],
    );
  } finally {
    await driver.close();
  }
}
