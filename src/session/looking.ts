import type { Effect, Next, SessionEvent } from './events.ts';
import { hasDoneItsPart } from './made-before.ts';
import { isFinished, mayPassUnasked, nextStep, taskKey, taskOf } from './next-step.ts';
import type { Notice } from './notice.ts';
import { always, reading, resting, withProgress } from './stance.ts';
import type { Always, ConditionReport, SessionState } from './state.ts';

/** Looks at a task's conditions and what follows from them. Does not know how a condition is verified. */

/** The learner, or the end of the last command, wants to know: the screen says that it is looking. */
export function verify(state: Always, byLearner: boolean): Next {
  const base = withProgress(state, { attempts: state.progress.attempts + 1 });
  const { looked, effects } = look(base);
  if (effects.length === 0) return { state: reading(looked), effects };
  return { state: { ...looked, status: 'verifying', byLearner, next: nextStep(looked) }, effects };
}

/** A look beside what the learner does; the status stays. */
export function lookAside(state: SessionState): Next {
  const { looked, effects } = look(state);
  return { state: { ...state, ...looked }, effects };
}

function look(state: Always): { looked: Always; effects: Effect[] } {
  const check = taskOf(state)?.check;
  if (!check) return { looked: always(state), effects: [] };
  const conditions = state.progress.conditions.map((report) => ({ ...report, stale: report.result !== undefined }));
  const verifyId = state.verifyId + 1;
  return {
    looked: { ...withProgress(state, { conditions }), verifyId },
    effects: [{ type: 'verify', verifyId, checkId: check.id, conditions: conditions.map(({ id }) => id) }],
  };
}

export function conditionReported(
  state: SessionState,
  event: Extract<SessionEvent, { type: 'condition-reported' }>,
): Next {
  const task = taskOf(state);
  const before = state.progress.conditions.find(({ id }) => id === event.condition);
  if (!task || !before) return { state, effects: [] };
  const conditions = state.progress.conditions.map((report) =>
    report === before ? { ...report, result: event.result, stale: false } : report,
  );
  const changed: Effect = {
    type: 'record',
    record: {
      type: 'condition-changed',
      lesson: state.lesson.id,
      task: task.id,
      condition: event.condition,
      status: event.result.status,
    },
  };
  return {
    state: { ...state, progress: { ...state.progress, conditions } },
    effects: before.result?.status === event.result.status ? [] : [changed],
  };
}

export function verifyEnded(state: SessionState): Next {
  // A condition that was stale and not reported again was not looked at this time: what it needs does not hold.
  const conditions = state.progress.conditions.map((report) =>
    report.stale ? { ...report, stale: false, result: undefined } : report,
  );
  const seen: SessionState = { ...state, progress: { ...state.progress, conditions } };
  if (isFinished(state)) return { state: seen, effects: [] };
  if (conditions.every(({ result }) => result?.status === 'passed')) {
    // A learner who sees a failure has asked; the look that turns it green is the answer.
    const isAsked = state.status === 'verifying' || state.status === 'failed';
    if (isAsked || mayPassUnasked(state)) return pass(seen);
    return { state: hasFailedRun(seen) ? { ...seen, notice: { type: 'there-anyway' } } : seen, effects: [] };
  }
  if (state.status !== 'verifying' && state.status !== 'failed') return { state: seen, effects: [] };
  const rest = resting(seen);
  if (rest.status === 'failed') return { state: rest, effects: failedCheck(state, conditions) };
  return { state: { ...rest, notice: couldNotTell(conditions) }, effects: [] };
}

/** Worth keeping where nothing is left to run: the learner thought that it was done. What only needs time is no mistake. */
function failedCheck(state: SessionState, conditions: readonly ConditionReport[]): Effect[] {
  const task = taskOf(state);
  const wrong = conditions.find(({ result }) => result?.status === 'wrong');
  if (state.status !== 'verifying' || state.next.type !== 'verify' || !task || !wrong) return [];
  const record = { type: 'check-failed' as const, lesson: state.lesson.id, task: task.id, condition: wrong.id };
  return [{ type: 'record', record }];
}

/** A lesson's command may fail though what it makes is there already; Enter would only run it again. */
function hasFailedRun({ lastRun, status }: SessionState): boolean {
  if (status !== 'reading' || lastRun?.command === undefined) return false;
  return !hasDoneItsPart(lastRun);
}

function couldNotTell(conditions: readonly ConditionReport[]): Notice {
  const reasons = conditions.map(({ result }) => (result?.status === 'unknown' ? result.reason : undefined));
  return { type: 'could-not-tell', reason: reasons.find(Boolean) };
}

/** The task is done. Its record is an effect of the same step, so the driver has it on disk before anyone sees this. */
export function pass(state: Always): Next {
  const task = taskOf(state);
  if (!task) return { state: reading(state), effects: [] };
  const lesson = state.lesson.id;
  const finished = new Set([...state.finished, taskKey(lesson, task.id)]);
  const effects: Effect[] = [{ type: 'record', record: { type: 'task-passed', lesson, task: task.id } }];
  if (state.lesson.tasks.every(({ id }) => finished.has(taskKey(lesson, id)))) {
    effects.push({ type: 'record', record: { type: 'lesson-passed', lesson } });
  }
  return { state: resting({ ...always(state), finished }), effects };
}

/** Whether another look could change something; the driver then looks by itself, ever more slowly. */
export function wantsAnotherLook(state: SessionState): boolean {
  if (state.status === 'failed') return true;
  return (
    state.status === 'reading' &&
    state.progress.attempts > 0 &&
    state.progress.conditions.some(({ result }) => result?.status === 'unknown')
  );
}
