import { courseOf, firstCourse } from '../lesson/catalog.ts';
import type { CourseEntry } from '../tui/app-port.ts';
import type { Parts } from './compose.ts';

/** The lessons as the map shows them. */
export function courseEntries({ catalog, world, words }: Pick<Parts, 'catalog' | 'world' | 'words'>): CourseEntry[] {
  const first = catalog.lessonsOf(firstCourse);
  return catalog.all.map((lesson) => ({
    id: lesson.id,
    title: lesson.title,
    minutes: lesson.minutes,
    // The welcome before and the clean-up after are no steps of the first course.
    number: lesson === first[0] || lesson === first.at(-1) ? undefined : lesson.step,
    tasks: lesson.tasks.map(({ id, title }) => ({ id, title })),
    ...(courseOf(lesson) !== firstCourse && { course: catalog.titleOf(courseOf(lesson)) }),
    ...(!lesson.worlds.includes(world.kind) && { locked: words.host.notInWorld(world.kind) }),
  }));
}
