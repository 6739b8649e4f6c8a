import { isPresent } from '../../figures.ts';
import type { OutlinedLesson } from '../../protocol.ts';
import type { ClassModel } from './class-model.ts';
import { elapsed } from './elapsed.ts';
import type { PageWords } from './page-words.ts';

/** The lesson that the class is at, for whoever teaches it: time, notes, how its tasks go. Pure. */
export interface LeadView {
  lesson: string;
  title: string;
  timing: string;
  /** Beyond the planned time. */
  isOver: boolean;
  /** Of the planned time, at most 1; undefined where nobody began it for the class. */
  share: number | undefined;
  finished: string;
  notes: readonly string[];
  tasks: readonly LeadTaskView[];
}

export interface LeadTaskView {
  id: string;
  title: string;
  notes: readonly string[];
  /** How many are here, and how long those took who passed it. */
  figures: string;
}

export function leadOf(model: ClassModel, now: number, words: PageWords): LeadView | undefined {
  const lesson = currentLesson(model);
  if (!lesson) return undefined;
  const present = [...model.cards.values()].filter(isPresent);
  const finished = present.filter(({ passed }) => (passed[lesson.id] ?? 0) >= lesson.tasks.length).length;
  return {
    lesson: lesson.id,
    title: words.lead.of(lesson.step, lesson.title),
    ...timingOf(model, lesson, now, words),
    finished: words.lead.finished(finished, present.length),
    notes: lesson.presenter,
    tasks: lesson.tasks.map(({ id, title, presenter }) => {
      const pace = model.state.pace[`${lesson.id}/${id}`];
      const there = present.filter(
        ({ at }) => at?.lesson === lesson.id && at.task === id && at.status === 'doing',
      ).length;
      const figures = [
        there > 0 ? words.lead.there(there) : '',
        pace ? words.lead.pace(elapsed(pace.medianMs, words), pace.passed) : '',
      ];
      return { id, title, notes: presenter, figures: figures.filter((part) => part !== '').join(' · ') };
    }),
  };
}

/** Where the instructor led the class; before that, where most learners are. */
export function currentLesson({ state, lessons, cards }: ClassModel): OutlinedLesson | undefined {
  const led = lessons.find(({ id }) => id === state.lead?.lesson);
  if (led) return led;
  const learnersAt = (lesson: string) =>
    [...cards.values()].filter((card) => isPresent(card) && card.at?.lesson === lesson).length;
  return lessons.toSorted((a, b) => learnersAt(b.id) - learnersAt(a.id))[0];
}

function timingOf(
  { state }: ClassModel,
  { id, minutes }: OutlinedLesson,
  now: number,
  words: PageWords,
): Pick<LeadView, 'timing' | 'isOver' | 'share'> {
  if (state.lead?.lesson !== id) return { timing: words.lead.notLed(minutes), isOver: false, share: undefined };
  const sinceMs = Math.max(0, now - state.lead.since);
  const plannedMs = minutes * 60_000;
  const overMs = sinceMs - plannedMs;
  const spent = elapsed(sinceMs, words);
  const isOver = overMs >= 60_000;
  const timing = isOver ? words.lead.over(spent, minutes, elapsed(overMs, words)) : words.lead.timing(spent, minutes);
  return { timing, isOver, share: Math.min(1, sinceMs / Math.max(1, plannedMs)) };
}
