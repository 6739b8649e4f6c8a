import type { FinishedRun } from './state.ts';

/**
 * A command that creates ends with 1 where its object is there already: after a crash in its middle, or when the learner
 * made it by hand. It has nothing left to do then, and running it again would say the same for ever.
 */
const refusal = /^Error from server \(AlreadyExists\): /;
const made = /^\S+ (?:created|configured|unchanged)$/;

/** Whether all that went wrong is that objects are there already. */
export function isMadeBefore({ end, output }: FinishedRun): boolean {
  if (end.type !== 'exited' || end.code === 0 || output.dropped > 0) return false;
  const lines = output.lines.map(({ text }) => text.trim()).filter((text) => text !== '');
  return lines.some((text) => refusal.test(text)) && lines.every((text) => refusal.test(text) || made.test(text));
}

/** Whether what comes after the command in its task can come now. */
export const hasDoneItsPart = (run: FinishedRun): boolean =>
  (run.end.type === 'exited' && run.end.code === 0) || isMadeBefore(run);
