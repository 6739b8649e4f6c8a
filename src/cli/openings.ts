import type { CheckKind } from '../check/check.ts';
import { faultOf } from '../fault.ts';
import { type Catalog, courseOf, firstCourse } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Summary } from '../progress/summary.ts';
import type { LessonOpening } from '../session/ports.ts';
import type { Findings } from '../words/en/findings.ts';

/** Where a learner goes on, from what the journal says and which lessons exist now. No files, no world. */

export const renamedLessons = (catalog: Catalog): ReadonlyMap<string, string> =>
  new Map(catalog.lessons.flatMap((lesson) => lesson.formerly.map((former) => [former, lesson.id] as const)));

export const isLessonFinished = (lesson: Lesson, finished: ReadonlySet<string>): boolean =>
  lesson.tasks.every((task) => finished.has(`${lesson.id}/${task.id}`));

/** A course that was asked for by name. */
export function mustHaveCourse(catalog: Catalog, course: string): void {
  if (catalog.courses.includes(course)) return;
  const others = catalog.courses.filter((name) => name !== firstCourse);
  throw faultOf('course.unknown', course, others.join(', '));
}

/**
 * The lesson that the learner was in, the one after it when that is finished, or the first. With a course, the lesson of
 * that course to go on with.
 */
export function lessonToResume(catalog: Catalog, summary: Summary, course?: string): Lesson | undefined {
  const lessons = catalog.lessonsOf(course ?? firstCourse);
  if (course !== undefined && courseOf(lastLesson(catalog, summary) ?? { file: '' }) !== course) {
    return lessons.find((lesson) => !isLessonFinished(lesson, summary.finished)) ?? lessons[0];
  }
  const last = lastLesson(catalog, summary);
  if (!last) return lessons.find((lesson) => !isLessonFinished(lesson, summary.finished)) ?? lessons[0];
  if (!isLessonFinished(last, summary.finished)) return last;
  return catalog.following(last.id) ?? last;
}

const lastLesson = (catalog: Catalog, { last }: Summary) => last && catalog.find(last.lesson);

/** Whether the learner wants this lesson from its start again and has not begun. */
export const isToDoAgain = (lesson: Lesson, { last }: Summary): boolean =>
  last?.lesson === lesson.id && last.task === undefined;

export function openingOf(
  catalog: Catalog,
  lesson: Lesson,
  summary: Summary,
  kinds: readonly CheckKind[],
  words: Findings,
  task?: string,
): LessonOpening {
  const taskIndex = taskToOpen(lesson, summary, task);
  const open = lesson.tasks[taskIndex];
  const known = open && summary.tasks.get(`${lesson.id}/${open.id}`);
  const following = catalog.following(lesson.id)?.id;
  return {
    lesson,
    taskIndex,
    finished: summary.finished,
    hints: known?.hints ?? 0,
    done: known?.done ?? [],
    answers: known?.answers ?? {},
    titles: titlesOf(lesson, kinds, words),
    ...(following && { following }),
  };
}

/** A lesson that nobody began opens at its introduction; one that was begun, at its first open task. */
function taskToOpen(lesson: Lesson, summary: Summary, task: string | undefined): number {
  if (task !== undefined) return lesson.tasks.findIndex(({ id }) => id === task);
  const isBegun = lesson.tasks.some(({ id }) => {
    const key = `${lesson.id}/${id}`;
    return summary.tasks.has(key) || summary.finished.has(key);
  });
  if (!isBegun) return -1;
  const last = summary.last?.lesson === lesson.id ? summary.last.task : undefined;
  const isOpen = (id: string) => !summary.finished.has(`${lesson.id}/${id}`);
  const where = lesson.tasks.findIndex(({ id }) => id === last && isOpen(id));
  return where >= 0 ? where : lesson.tasks.findIndex(({ id }) => isOpen(id));
}

export function titlesOf(lesson: Lesson, kinds: readonly CheckKind[], words: Findings): Record<string, string> {
  const titles: Record<string, string> = {};
  for (const task of lesson.tasks) {
    for (const condition of task.check?.conditions ?? []) {
      const kind = kinds.find((candidate) => candidate.kind === condition.kind);
      if (kind) titles[`${task.id}/${condition.id}`] = kind.describe(condition.spec, words);
    }
  }
  return titles;
}
