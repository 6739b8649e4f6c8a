import type { CheckKind } from '../check/check.ts';
import type { Lesson, LessonProblem } from './lesson.ts';
import { parseLesson } from './parse.ts';

/** How lessons and manifests are read; paths are relative to the folder that holds `lessons/` and `manifests/`. */
export interface CourseFiles {
  /** Files directly inside a folder, names only; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
}

/** The lessons of one course, by step. */
export class Catalog {
  readonly lessons: readonly Lesson[];

  constructor(lessons: readonly Lesson[]) {
    this.lessons = lessons.toSorted((a, b) => a.step - b.step);
  }

  /** By its id, or by one that it had before. */
  find(id: string): Lesson | undefined {
    return this.lessons.find((lesson) => lesson.id === id) ?? this.lessons.find((l) => l.formerly.includes(id));
  }

  /** The lesson after this one, or undefined after the last. */
  following(id: string): Lesson | undefined {
    const index = this.lessons.findIndex((lesson) => lesson.id === id);
    return index < 0 ? undefined : this.lessons[index + 1];
  }

  /** What must be finished before this lesson starts, nearest last. */
  needsOf(id: string): Lesson[] {
    const found = new Set<Lesson>();
    const visit = (lesson: Lesson | undefined) => {
      for (const need of lesson?.needs ?? []) {
        const needed = this.find(need);
        if (!needed || found.has(needed)) continue;
        visit(needed);
        found.add(needed);
      }
    };
    visit(this.find(id));
    return [...found];
  }
}

export interface LoadedCatalog {
  /** Lessons without problems. */
  catalog: Catalog;
  problems: LessonProblem[];
}

export async function loadCatalog(files: CourseFiles, kinds: readonly CheckKind[]): Promise<LoadedCatalog> {
  const names = (await files.list('lessons')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const parsed = await Promise.all(
    names.toSorted().map(async (name) => parseLesson((await files.read(`lessons/${name}`)) ?? '', name, kinds)),
  );
  const lessons = parsed.flatMap(({ lesson }) => (lesson ? [lesson] : []));
  const complete = lessons.length === parsed.length;
  const problems = [...parsed.flatMap((lesson) => lesson.problems), ...relationProblems(lessons, complete)];
  return { catalog: new Catalog(lessons), problems };
}

/** Ids, steps and needs across files. A need must have a smaller step, so needs never form a circle. */
function relationProblems(lessons: readonly Lesson[], complete: boolean): LessonProblem[] {
  const problems: LessonProblem[] = [];
  const ids = new Map<string, Lesson>();
  const steps = new Map<number, Lesson>();
  for (const lesson of lessons) {
    const report = (message: string) => problems.push({ file: lesson.file, line: 1, message });
    for (const id of [lesson.id, ...lesson.formerly]) {
      const other = ids.get(id);
      if (other && other !== lesson) report(`The id "${id}" belongs to ${other.file}; ids are never used twice.`);
      ids.set(id, other ?? lesson);
    }
    const sameStep = steps.get(lesson.step);
    if (sameStep) report(`Step ${lesson.step} is taken by ${sameStep.file}; each lesson has its own.`);
    steps.set(lesson.step, lesson);
  }
  for (const lesson of lessons) {
    for (const need of lesson.needs) {
      const needed = ids.get(need);
      // A file with mistakes has no id yet; complaining about those who need it would only be noise.
      if (!needed && !complete) continue;
      if (!needed) problems.push({ file: lesson.file, line: 1, message: `It needs "${need}", which is no lesson.` });
      else if (needed.step >= lesson.step) {
        const order = `step ${needed.step} is not before step ${lesson.step}`;
        problems.push({ file: lesson.file, line: 1, message: `It needs "${need}", but ${order}.` });
      }
    }
  }
  return problems;
}
