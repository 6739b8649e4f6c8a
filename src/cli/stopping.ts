import { Fault, inWords } from '../fault.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Stopped } from '../tui/app-port.ts';
import type { Parts } from './compose.ts';

/** What stands before a lesson that cannot be opened, or not without a word of the learner. `back` is where Esc leads. */

export function askToEmpty(lesson: Lesson, back: string | undefined, parts: Pick<Parts, 'findings'>): Stopped {
  const words = parts.findings.told.stopping;
  return {
    phase: 'stopped',
    asks: words.asks,
    what: words.beyond(lesson.title),
    why: words.why,
    tryThis: [words.enter, ...(back === undefined ? [] : [words.back(back)]), words.leave],
    lesson: lesson.id,
    ...(back !== undefined && { back }),
  };
}

export function stoppedBy(
  error: unknown,
  lesson: Lesson,
  back: string | undefined,
  parts: Pick<Parts, 'log' | 'findings'>,
): Stopped {
  const { what, why = '', next } = error instanceof Fault ? inWords(error, parts.findings.faultTexts) : mistake(parts);
  return { phase: 'stopped', what, why, tryThis: next, lesson: lesson.id, ...(back !== undefined && { back }) };
}

/** Anything that is no Fault is our own. */
export const mistake = ({ log, findings }: Pick<Parts, 'log' | 'findings'>): Pick<Fault, 'what' | 'why' | 'next'> => ({
  what: findings.told.stopping.mistake,
  why: '',
  next: [findings.told.stopping.log(log.file)],
});
