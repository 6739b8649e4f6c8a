import { type Catalog, courseOf } from '../lesson/catalog.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { seededRandom } from '../platform/random.ts';
import type { JournalEntry } from '../progress/events.ts';
import { surprisesIn } from '../progress/surprises.ts';
import { type RecallQuestion, recallQuestions } from '../session/recall.ts';
import { renamedLessons } from './openings.ts';

/** Which questions a review asks now, from the journal and the lessons that exist. The journal's length is the seed. */

/** Of everything the learner has met so far. */
export function recallAll(catalog: Catalog, entries: readonly JournalEntry[]): RecallQuestion[] {
  const surprises = surprisesIn(entries, renamedLessons(catalog));
  return recallQuestions(surprises, catalog.lessons, seededRandom(entries.length));
}

/** At the end of a lesson, of that lesson; at the end of a course, of the whole course. */
export function recallAfter(lesson: Lesson, catalog: Catalog, entries: readonly JournalEntry[]): RecallQuestion[] {
  const isLast = catalog.following(lesson.id) === undefined;
  const course = catalog.lessonsOf(courseOf(lesson));
  const asked = new Set((isLast ? course : [lesson]).map(({ id }) => id));
  const surprises = surprisesIn(entries, renamedLessons(catalog)).filter((surprise) => asked.has(surprise.lesson));
  // Commands to choose from come from the whole course.
  return recallQuestions(surprises, course, seededRandom(entries.length));
}
