import type { CheckKind } from '../check/check.ts';
import type { CourseOutline } from '../classroom/protocol.ts';
import { faultOf } from '../fault.ts';
import { type Catalog, firstCourse, isSameStep } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Findings } from '../words/en/findings.ts';
import { titlesOf } from './openings.ts';

/** The course as an instructor needs it: titles, notes, and what each condition wants. */
export function outlineOf(
  lessons: readonly Lesson[],
  language: string,
  kinds: readonly CheckKind[],
  words: Findings,
): CourseOutline {
  return {
    language,
    lessons: lessons.map((lesson) => {
      const titles = titlesOf(lesson, kinds, words);
      return {
        id: lesson.id,
        title: lesson.title,
        step: lesson.step,
        minutes: lesson.minutes,
        presenter: lesson.presenter,
        tasks: lesson.tasks.map((task) => ({
          id: task.id,
          title: task.title,
          presenter: task.presenter,
          conditions: (task.check?.conditions ?? []).map(({ id, why }) => ({
            id,
            title: titles[`${task.id}/${id}`] ?? id,
            why,
          })),
        })),
      };
    }),
  };
}

/** With what other worlds have at the same steps: each learner is in a world of their own. */
export const inEveryWorld = (lessons: readonly Lesson[], all: Catalog): Lesson[] =>
  lessons.flatMap((lesson) => [
    lesson,
    ...all.lessons.filter((one) => one.id !== lesson.id && isSameStep(one, lesson)),
  ]);

/** `1-8`, `3`, `2,4-6`: steps of the first course. All of it where nothing is said. */
export function lessonsIn(catalog: Catalog, steps: string | undefined): Lesson[] {
  const lessons = catalog.lessonsOf(firstCourse);
  if (steps === undefined) return lessons;
  const wanted = new Set<number>();
  for (const part of steps.split(',')) {
    const [, from, to = from] = /^\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*$/.exec(part) ?? [];
    for (let step = Number(from); step <= Number(to); step += 1) wanted.add(step);
  }
  const chosen = lessons.filter(({ step }) => wanted.has(step));
  if (chosen.length === 0) throw faultOf('class.lessons', steps, lessons.map(({ step }) => step).join(', '));
  return chosen;
}
