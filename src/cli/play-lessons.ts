import { runCheck } from '../check/run-check.ts';
import { Fault } from '../fault.ts';
import type { Lesson, Task } from '../lesson/lesson.ts';
import { createDriver, type Driver } from '../session/driver.ts';
import { type Solved, solveTask } from '../session/solver.ts';
import { openParts, type Parts } from './compose.ts';
import { probeOf } from './evidence.ts';
import { type Narrator, narrate } from './narrator.ts';
import { isLessonFinished, titlesOf } from './openings.ts';
import { exitCodes } from './report.ts';
import type { RunOptions } from './run.ts';
import { buildStartState } from './start-state.ts';
import type { Subcommand } from './subcommand.ts';

/** Plays lessons from first to last with the driver that the screen uses; returns the exit code. */
export async function playLessons(options: RunOptions, subcommand: Subcommand): Promise<number> {
  const { machine, teardown, signal } = subcommand;
  const narrator = narrate(options.json ?? false, machine);
  let bug: unknown;
  const parts = await openParts(options, machine, teardown, {
    onTrouble: (sentence) => narrator.note(sentence),
    onBug: (error) => {
      bug ??= error;
    },
  });
  const lessons = lessonsToPlay(parts, options);
  if (parts.journal.notice) narrator.note(parts.journal.notice);
  await parts.world.prepare((sentence) => narrator.note(sentence), signal);
  const [first] = lessons;
  if (options.from !== undefined && first) {
    await buildStartState(parts, first.id, (sentence) => narrator.note(sentence), signal);
  }
  for (const lesson of lessons) {
    if (isLessonFinished(lesson, parts.summary().finished)) {
      narrator.lesson(lesson, 'finished already');
      continue;
    }
    narrator.lesson(lesson, undefined);
    const solved = await playLesson(parts, lesson, options, narrator, signal);
    if (bug) throw bug;
    if (!solved.solved) return exitCodes.failed;
  }
  narrator.end(lessons.length);
  return exitCodes.done;
}

function lessonsToPlay(parts: Parts, { from, to, world }: RunOptions): Lesson[] {
  const steps = parts.catalog.lessons.map(({ step }) => step);
  for (const step of [from, to]) {
    if (step === undefined || steps.includes(step)) continue;
    throw new Fault('run.no-step', {
      what: `There is no step ${step}.`,
      why: `The steps are ${steps.join(', ')}.`,
      next: ['meshwalk status'],
    });
  }
  return parts.catalog.lessons.filter(
    (lesson) => lesson.step >= (from ?? 0) && lesson.step <= (to ?? Infinity) && lesson.worlds.includes(world),
  );
}

async function playLesson(
  parts: Parts,
  lesson: Lesson,
  options: RunOptions,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Solved> {
  const driver = await createDriver(parts.ports(), { ...parts.opening(lesson.id), taskIndex: -1 });
  const stop = follow(driver, narrator);
  try {
    for (const [taskIndex, task] of lesson.tasks.entries()) {
      if (driver.state.finished.has(`${lesson.id}/${task.id}`)) continue;
      driver.send({ type: 'open-task', taskIndex });
      narrator.task(lesson, task);
      const solved = await playTask(parts, driver, lesson, task, options, narrator, signal);
      narrator.solved(lesson, task, driver.state, solved);
      if (!solved.solved) return solved;
    }
    return { solved: true, attempts: 0 };
  } finally {
    stop();
    await driver.close();
  }
}

async function playTask(
  parts: Parts,
  driver: Driver,
  lesson: Lesson,
  task: Task,
  options: RunOptions,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Solved> {
  const early = options.prove ? await holdEarly(parts, lesson, task, signal) : [];
  if (early.length > 0 && early.length === task.check?.conditions.length) {
    const reason = `Its check holds before the task is done, so it proves nothing: ${early.join('; ')}.`;
    return { solved: false, reason, tryThis: 'meshwalk reset --all' };
  }
  // What a task only builds on may be true before; it is told, so that an author sees which conditions prove nothing new.
  for (const title of early) narrator.note(`True before the task: ${title}`);
  return solveTask(driver, parts.clock, signal);
}

/** Conditions that are true before their task, in words. */
async function holdEarly(parts: Parts, lesson: Lesson, task: Task, signal: AbortSignal): Promise<string[]> {
  if (!task.check) return [];
  const results = await runCheck({
    conditions: task.check.conditions,
    kinds: parts.kinds,
    probe: probeOf(parts.world, parts.clock, { since: parts.clock.now(), answers: {}, signal }),
    memory: new Map(),
    patienceMs: 0,
    onResult: () => {},
  });
  const titles = titlesOf(lesson, parts.kinds);
  return task.check.conditions
    .filter(({ id }) => results.get(id)?.status === 'passed')
    .map(({ id }) => titles[`${task.id}/${id}`] ?? id);
}

/** Tells each command when it begins and when it ended. */
function follow(driver: Driver, narrator: Narrator): () => void {
  let told = 0;
  let notice: string | undefined;
  return driver.subscribe(() => {
    const { state } = driver;
    const run = state.lastRun;
    if (run && run.runId > told) {
      told = run.runId;
      narrator.command(run);
    }
    if (state.notice && state.notice !== notice) narrator.note(state.notice);
    notice = state.notice;
  });
}
