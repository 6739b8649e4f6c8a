import { isFinished, nextStep } from './next-step.ts';
import type { Always, SessionState, TaskProgress } from './state.ts';

/** Puts a session into a status with exactly the fields of that status. Knows no events. */
export function always(state: Always): Always {
  const { lesson, taskIndex, progress, others, world, finished } = state;
  const { background, foresight, foresightId, lastRun, notice, runId, verifyId, following, titles } = state;
  return {
    lesson,
    taskIndex,
    progress,
    others,
    world,
    finished,
    background,
    foresight,
    foresightId,
    lastRun,
    notice,
    runId,
    verifyId,
    following,
    titles,
  };
}

export const reading = (state: Always): SessionState => ({
  ...always(state),
  status: 'reading',
  next: nextStep(state),
});

/** Where a session stands when nothing runs: done, known to fail, or being read. */
export function resting(state: Always): SessionState {
  const base = always(state);
  const next = nextStep(base);
  if (isFinished(base)) return { ...base, status: 'passed', next };
  return { ...base, status: isKnownToFail(base) ? 'failed' : 'reading', next };
}

/** Before anybody asked for a look, red conditions are only a wish list. */
function isKnownToFail(state: Always): boolean {
  return (
    state.progress.attempts > 0 &&
    state.progress.conditions.some(({ result }) => result?.status === 'wrong' || result?.status === 'not-yet')
  );
}

export function withProgress(state: Always, change: Partial<TaskProgress>): Always {
  return { ...always(state), progress: { ...state.progress, ...change } };
}
