import type { Catalog } from '../lesson/catalog.ts';
import { Library } from '../lesson/library.ts';
import type { Summary } from '../progress/summary.ts';
import { taskKey } from '../session/next-step.ts';

/** The lessons to search and to read, with the hints that a learner has opened. */
export const libraryOf = (catalog: Catalog, summary: () => Summary): Library =>
  new Library(catalog.lessons, catalog.glossary, (lesson, task) => {
    return summary().tasks.get(taskKey(lesson, task))?.hints ?? 0;
  });
