import { faultOf } from '../fault.ts';
import { firstCourse } from '../lesson/catalog.ts';
import type { Lesson, Task } from '../lesson/lesson.ts';
import { createDriver, type Driver } from '../session/driver.ts';
import type { Notice } from '../session/notice.ts';
import { type Solved, solveTask } from '../session/solver.ts';
import { noticeWords } from '../tui/view/words.ts';
import type { Words } from '../words/en.ts';
import { loadWords } from '../words/language.ts';
import { openParts, type Parts } from './compose.ts';
import { remindOfCost } from './cost-on-leaving.ts';
import { startAt } from './lesson-starts.ts';
import { type Narrator, narrate } from './narrator.ts';
import { isLessonFinished, mustHaveCourse } from './openings.ts';
import type { RunOptions } from './options.ts';
import { lookUnsolved, whyUnproved } from './prove.ts';
import { exitCodes } from './report.ts';
import { isWorldBeyond } from './start-state.ts';
import { loadTold, type Subcommand } from './subcommand.ts';
import { damageWords } from './troubles.ts';
import { mustTrust } from './trust.ts';
import { WayBack } from './way-back.ts';

/** Plays lessons from first to last with the driver that the screen uses; returns the exit code. */
export async function playLessons(options: RunOptions, subcommand: Subcommand): Promise<number> {
  const { teardown, signal } = subcommand;
  const machine = options.json ? { ...subcommand.machine, words: await loadWords('en') } : subcommand.machine;
  const narrator = narrate(options.json ?? false, machine, await loadTold(machine));
  let bug: unknown;
  const parts = await openParts(options, machine, teardown, {
    settler: { terminal: undefined, signal },
    onTrouble: (sentence) => narrator.note(sentence),
    onProgress: (sentence) => narrator.note(sentence),
    onBug: (error) => {
      bug ??= error;
    },
  });
  teardown.add(() => remindOfCost(parts.world, machine.words, (line) => narrator.note(line)));
  await mustTrust(parts, options, machine, {
    terminal: undefined,
    again: `meshwalk run --lessons ${options.lessons} --trust`,
    signal,
  });
  if (options.course !== undefined) mustHaveCourse(parts.catalog, options.course);
  const lessons = lessonsToPlay(parts, options);
  if (options.prove) mustBeOpen(parts, lessons);
  const damage = damageWords(parts);
  if (damage) narrator.note(damage);
  await parts.world.prepare((step) => narrator.note(parts.words.host.prepare[step]), signal);
  await new WayBack(parts).finish();
  for (const [index, lesson] of lessons.entries()) {
    // The first course is one walk; lessons of others each begin where they need to.
    const isJump = options.course !== undefined || (options.from !== undefined && index === 0);
    if (isJump) await beginAt(parts, lesson, narrator, signal);
    if (isLessonFinished(lesson, parts.summary().finished)) {
      narrator.lesson(lesson, true);
      continue;
    }
    narrator.lesson(lesson, false);
    const solved = await playLesson(parts, lesson, options, narrator, signal);
    if (bug) throw bug;
    if (!solved.solved) return exitCodes.failed;
  }
  narrator.end(lessons.length);
  return exitCodes.done;
}

/** `--from` asks for the start of a lesson, so the sandbox is emptied where it is beyond it. */
async function beginAt(parts: Parts, lesson: Lesson, narrator: Narrator, signal: AbortSignal): Promise<void> {
  if (isLessonFinished(lesson, parts.summary().finished)) return;
  const tell = (sentence: string) => narrator.note(sentence);
  const isBeyond = parts.world.reset !== undefined && (await isWorldBeyond(parts, lesson, signal));
  if (isBeyond) tell(parts.findings.told.run.beyond(lesson.title));
  const empty = async () => {
    await parts.world.reset?.();
    parts.shell.forget();
  };
  await startAt(parts, lesson, { tell, signal }, isBeyond ? empty : undefined);
}

function lessonsToPlay(parts: Parts, { course = firstCourse, from, to, world }: RunOptions): Lesson[] {
  const all = parts.catalog.lessonsOf(course);
  const steps = all.map(({ step }) => step);
  for (const step of [from, to]) {
    if (step === undefined || steps.includes(step)) continue;
    throw faultOf('run.no-step', step, steps.join(', '));
  }
  return all.filter(
    (lesson) => lesson.step >= (from ?? 0) && lesson.step <= (to ?? Infinity) && lesson.worlds.includes(world),
  );
}

/** What is done already can be played no more before it is done. */
function mustBeOpen(parts: Parts, lessons: readonly Lesson[]): void {
  const { finished } = parts.summary();
  const done = lessons.find((lesson) => lesson.tasks.some(({ id }) => finished.has(`${lesson.id}/${id}`)));
  if (!done) return;
  throw faultOf('run.not-open', done.title);
}

async function playLesson(
  parts: Parts,
  lesson: Lesson,
  options: RunOptions,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Solved> {
  const { enter } = new WayBack(parts);
  const driver = await createDriver(parts.ports(enter ? { enter } : {}), {
    ...parts.opening(lesson.id),
    taskIndex: -1,
  });
  const stop = follow(driver, narrator, parts.words);
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
  if (options.prove) {
    const conditions = await lookUnsolved(parts, lesson, task, signal);
    narrator.unsolved(lesson, task, conditions);
    const reason = whyUnproved(conditions, parts.findings.told.run);
    if (reason) return { solved: false, reason, tryThis: undefined };
  }
  return solveTask(driver, parts.clock, parts.findings.told.solving, signal);
}

/** Tells each command when it begins and when it ended. */
function follow(driver: Driver, narrator: Narrator, words: Words): () => void {
  let told = 0;
  let notice: Notice | undefined;
  return driver.subscribe(() => {
    const { state } = driver;
    const run = state.lastRun;
    if (run && run.runId > told) {
      told = run.runId;
      narrator.command(run);
    }
    if (state.notice && state.notice !== notice) narrator.note(noticeWords(state.notice, words));
    notice = state.notice;
  });
}
