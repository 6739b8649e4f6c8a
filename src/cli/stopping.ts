import { Fault } from '../fault.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Stopped } from '../tui/app-port.ts';

/** What stands before a lesson that cannot be opened, or not without a word of the learner. `back` is where Esc leads. */

export function askToEmpty(lesson: Lesson, back: string | undefined): Stopped {
  return {
    phase: 'stopped',
    asks: 'empty the sandbox',
    what: `The sandbox is beyond the start of "${lesson.title}".`,
    why: 'Lessons only lead forwards, so its start is built from an empty sandbox. Your progress is kept; what you made in the cluster yourself is lost.',
    tryThis: [
      'Enter: empty the sandbox and build the start of this lesson',
      ...(back === undefined ? [] : [`Esc: back to "${back}"; all stays as it is`]),
      'q: leave; all stays as it is, and meshwalk goes on where you were',
    ],
    lesson: lesson.id,
    ...(back !== undefined && { back }),
  };
}

export function stoppedBy(error: unknown, lesson: Lesson, back: string | undefined, log: string): Stopped {
  const { what, why = '', next } = error instanceof Fault ? error : mistake(log);
  return { phase: 'stopped', what, why, tryThis: next, lesson: lesson.id, ...(back !== undefined && { back }) };
}

/** Anything that is no Fault is our own. */
export const mistake = (log: string): Pick<Fault, 'what' | 'why' | 'next'> => ({
  what: 'meshwalk made a mistake.',
  why: '',
  next: [`The log has it: ${log}`],
});
