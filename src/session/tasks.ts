import type { Task } from '../lesson/lesson.ts';
import type { Effect, Next, SessionEvent } from './events.ts';
import { taskKey, taskOf } from './next-step.ts';
import { always, reading, resting } from './stance.ts';
import type { Always, BackgroundCommand, TaskProgress } from './state.ts';

/** Opening lessons and moving between their tasks. Does not know where lessons come from. */

type LessonOpened = Extract<SessionEvent, { type: 'lesson-opened' }>;

/** The first state of a lesson; what runs in the background goes on from lesson to lesson. */
export function openLesson(event: LessonOpened, before?: Always): Next {
  const { lesson, taskIndex, world, finished, titles, at } = event;
  const base: Always = {
    lesson,
    taskIndex,
    progress: emptyProgress(undefined, titles, at),
    others: {},
    world,
    finished,
    background: before?.background ?? [],
    foresight: undefined,
    foresightId: before?.foresightId ?? 0,
    lastRun: undefined,
    notice: before?.notice,
    runId: before?.runId ?? 0,
    verifyId: (before?.verifyId ?? 0) + 1,
    following: event.following,
    titles,
  };
  const watch: Effect = { type: 'watch-world' };
  if (!lesson.worlds.includes(world.kind)) {
    const blocked = {
      what: `Lesson "${lesson.title}" does not work in the ${world.kind} world.`,
      why: `It is written for: ${lesson.worlds.join(', ')}.`,
      tryThis: [`meshwalk --world ${lesson.worlds[0] ?? 'sandbox'}`],
    };
    return { state: { ...base, status: 'blocked', ...blocked }, effects: [watch] };
  }
  const task = taskOf(base);
  if (!task) return { state: reading(base), effects: [watch] };
  const progress = resumedProgress(base, task, event);
  return { state: resting({ ...base, progress }), effects: [watch, ...started(base, task)] };
}

/** Commands in the background ended with the program that supervised them, so they are offered again. */
function resumedProgress(state: Always, task: Task, event: LessonOpened): TaskProgress {
  const inForeground = (name: string) => !isBackground(task, name) || isRunning(state.background, name);
  const answers = Object.entries(event.answers).map(([id, choice]) => {
    const question = task.questions.find((candidate) => candidate.id === id);
    const shown = question?.mode === 'quiz' ? choice === question.answer : event.done.length > 0;
    return [id, { choice, shown }] as const;
  });
  return {
    ...emptyProgress(task, state.titles, event.at),
    done: event.done.filter(inForeground),
    hints: Math.min(event.hints, task.hints.length),
    answers: Object.fromEntries(answers),
  };
}

const isBackground = (task: Task, name: string): boolean =>
  task.commands.some((command) => command.name === name && command.background);

const isRunning = (background: readonly BackgroundCommand[], name: string): boolean =>
  background.some((running) => running.command === name && running.status !== 'ended');

function emptyProgress(task: Task | undefined, titles: Always['titles'], startedAt: number): TaskProgress {
  const conditions = (task?.check?.conditions ?? []).map(({ id, why }) => ({
    id,
    title: titles[`${task?.id}/${id}`] ?? id,
    why,
    result: undefined,
    stale: false,
  }));
  return { done: [], skipped: [], hints: 0, answers: {}, conditions, attempts: 0, startedAt };
}

const started = (state: Always, task: Task): Effect[] =>
  state.finished.has(taskKey(state.lesson.id, task.id))
    ? []
    : [{ type: 'record', record: { type: 'task-started', lesson: state.lesson.id, task: task.id } }];

/** To read or to do: any task of the lesson, and -1 for its introduction. What was begun elsewhere is kept. */
export function openTask(state: Always, taskIndex: number, at: number): Next {
  const target = state.lesson.tasks[taskIndex];
  if (taskIndex !== -1 && !target) {
    return { state: resting({ ...always(state), notice: { type: 'no-such-task' } }), effects: [] };
  }
  const leaving = taskOf(state);
  const others = leaving ? { ...state.others, [leaving.id]: state.progress } : state.others;
  const seen = target && others[target.id];
  const moved: Always = {
    ...always(state),
    taskIndex,
    others,
    progress: seen ?? emptyProgress(target, state.titles, at),
    lastRun: taskIndex === state.taskIndex ? state.lastRun : undefined,
    // A look at the task that was left must not report into this one.
    verifyId: state.verifyId + 1,
  };
  return { state: resting(moved), effects: target && !seen ? started(moved, target) : [] };
}

/** Enter at the end of the introduction or of a task: the next one that is not finished, or the end of the lesson. */
export function moveOn(state: Always, at: number): Next {
  const open = (index: number) => {
    const task = state.lesson.tasks[index];
    return task && !state.finished.has(taskKey(state.lesson.id, task.id));
  };
  const order = state.lesson.tasks.map((_, index) => index);
  const next = order.find((index) => index > state.taskIndex && open(index)) ?? order.find(open);
  if (next !== undefined) return openTask(state, next, at);
  return { state: { ...always(state), status: 'finished', following: state.following }, effects: [] };
}
