import type { CheckKind } from '../check/check.ts';
import type { WorldKind } from '../world/world.ts';
import { glossaryFile, parseGlossary, type Term } from './glossary.ts';
import type { Lesson, LessonProblem } from './lesson.ts';
import { type ParsedLesson, parseLesson } from './parse.ts';
import { differences, isVariant, originalLanguage, originalOf, variantOf } from './variants.ts';

/** How lessons and manifests are read; paths are relative to the folder that holds `lessons/` and `manifests/`. */
export interface CourseFiles {
  /** Files directly inside a folder, names only; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Folders directly inside a folder, names only; empty when there is no such folder. */
  folders(folder: string): Promise<string[]>;
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
}

/** Lessons beyond the first course are in folders of their own below `lessons/`; the first one's name is empty. */
export const firstCourse = '';

/** The course that a lesson belongs to: the folder below `lessons/` that its file is in. */
export const courseOf = ({ file }: Pick<Lesson, 'file'>): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));

const inOrder = (lessons: readonly Lesson[]): Lesson[] =>
  lessons.toSorted((a, b) => courseOf(a).localeCompare(courseOf(b)) || a.step - b.step);

export const isSameStep = (a: Lesson, b: Lesson): boolean => courseOf(a) === courseOf(b) && a.step === b.step;

/** All lessons: the first course by step, then the others, each by step. */
export class Catalog {
  readonly lessons: readonly Lesson[];
  /** To be shown but not to be done in this world; another world has them. */
  readonly elsewhere: readonly Lesson[];
  /** The words of the field. */
  readonly glossary: readonly Term[];
  readonly #titles: ReadonlyMap<string, string>;
  /** By ids of lessons that are another world's way to a step of this one. */
  readonly #instead: ReadonlyMap<string, Lesson>;

  constructor(
    lessons: readonly Lesson[],
    titles: ReadonlyMap<string, string> = new Map(),
    glossary: readonly Term[] = [],
    elsewhere: readonly Lesson[] = [],
    instead: ReadonlyMap<string, Lesson> = new Map(),
  ) {
    this.#instead = instead;
    this.lessons = inOrder(lessons);
    this.elsewhere = inOrder(elsewhere);
    this.#titles = titles;
    this.glossary = glossary;
  }

  /**
   * The lessons of one world. What it lacks is needed by nobody there; of lessons that are another world's way to a step
   * of this one nothing is seen.
   */
  forWorld(world: WorldKind): Catalog {
    const here = this.lessons.filter(({ worlds }) => worlds.includes(world));
    const ids = new Set(here.flatMap(({ id, formerly }) => [id, ...formerly]));
    const lessons = here.map((lesson) => ({ ...lesson, needs: lesson.needs.filter((need) => ids.has(need)) }));
    const elsewhere = this.lessons.filter(
      (lesson) => !here.includes(lesson) && !here.some((other) => isSameStep(lesson, other)),
    );
    const instead = this.lessons.flatMap((lesson) => {
      const own = lessons.find((other) => other.id !== lesson.id && isSameStep(lesson, other));
      return own && !ids.has(lesson.id) ? [[lesson.id, own] as const] : [];
    });
    return new Catalog(lessons, this.#titles, this.glossary, elsewhere, new Map(instead));
  }

  /** Those of elsewhere too, in their places. */
  get all(): Lesson[] {
    return inOrder([...this.lessons, ...this.elsewhere]);
  }

  /** Names of the courses that have lessons, the first one first. */
  get courses(): string[] {
    return [...new Set(this.lessons.map(courseOf))];
  }

  lessonsOf(course: string): Lesson[] {
    return this.lessons.filter((lesson) => courseOf(lesson) === course);
  }

  /** The title of its README.md, or its name. */
  titleOf(course: string): string {
    return this.#titles.get(course) ?? course;
  }

  /** By its id, or by one that it had before. */
  find(id: string): Lesson | undefined {
    return this.lessons.find((lesson) => lesson.id === id) ?? this.lessons.find((l) => l.formerly.includes(id));
  }

  /** Of a lesson that some world has, this world's own: that one, or what is here at its step. */
  inPlaceOf(id: string): Lesson | undefined {
    return this.find(id) ?? this.#instead.get(id);
  }

  /** The lesson after this one in its course, or undefined after the last. */
  following(id: string): Lesson | undefined {
    const index = this.lessons.findIndex((lesson) => lesson.id === id);
    const [lesson, next] = [this.lessons[index], this.lessons[index + 1]];
    return lesson && next && courseOf(lesson) === courseOf(next) ? next : undefined;
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

/** How lessons are read: in which language, where they are written in it, and what is done to their text before. */
export interface Reading {
  language?: string;
  fit?: (source: string) => string;
}

/** Lessons of all worlds; those that are not written in the language come as they are. */
export async function loadCatalog(
  read: CourseFiles,
  kinds: readonly CheckKind[],
  { language = originalLanguage, fit }: Reading = {},
): Promise<LoadedCatalog> {
  const files = fit ? fitted(read, fit) : read;
  const courses = [firstCourse, ...(await files.folders('lessons')).toSorted()];
  const names = (await Promise.all(courses.map((course) => lessonFiles(files, course)))).flat();
  const parsed = await Promise.all(names.map((name) => parseInLanguage(files, name, kinds, language)));
  const lessons = parsed.flatMap(({ lesson }) => (lesson ? [lesson] : []));
  const complete = lessons.length === parsed.length;
  const problems = [...parsed.flatMap((lesson) => lesson.problems), ...relationProblems(lessons, complete)];
  const glossary = parseGlossary((await readIn(files, `lessons/${glossaryFile}`, language)) ?? '');
  return { catalog: new Catalog(lessons, await titlesOf(files, courses, language), glossary), problems };
}

const fitted = (files: CourseFiles, fit: (source: string) => string): CourseFiles => ({
  ...files,
  async read(path) {
    const source = await files.read(path);
    return source === undefined ? undefined : fit(source);
  },
});

const readIn = async (files: CourseFiles, path: string, language: string): Promise<string | undefined> =>
  (await files.read(variantOf(path, language))) ?? files.read(path);

async function parseInLanguage(
  files: CourseFiles,
  name: string,
  kinds: readonly CheckKind[],
  language: string,
): Promise<ParsedLesson> {
  const original = parseLesson((await files.read(`lessons/${name}`)) ?? '', name, kinds);
  const file = variantOf(name, language);
  const source = file === name ? undefined : await files.read(`lessons/${file}`);
  if (source === undefined || !original.lesson) return original;
  const variant = parseLesson(source, file, kinds);
  if (!variant.lesson) return variant;
  const problems = differences(original.lesson, variant.lesson);
  return problems.length > 0 ? { problems } : variant;
}

/** Lessons in other languages, and what is wrong with them. */
export async function variantProblems(
  files: CourseFiles,
  catalog: Catalog,
  kinds: readonly CheckKind[],
): Promise<LessonProblem[]> {
  const names = await Promise.all(
    [firstCourse, ...(await files.folders('lessons'))].map((course) => markdownIn(files, course)),
  );
  const found = names.flat().filter((name) => isVariant(name) && !noLessons.has(originalOf(name).replace(/^.*\//, '')));
  const problems = found.map(async (file): Promise<LessonProblem[]> => {
    const original = catalog.lessons.find((lesson) => lesson.file === originalOf(file));
    const variant = parseLesson((await files.read(`lessons/${file}`)) ?? '', file, kinds);
    if (variant.lesson && original) return differences(original, variant.lesson);
    const isAlone = (await files.read(`lessons/${originalOf(file)}`)) === undefined;
    const alone = { file, line: 1, message: `There is no ${originalOf(file)} that this could be in another language.` };
    return [...variant.problems, ...(isAlone ? [alone] : [])];
  });
  return (await Promise.all(problems)).flat();
}

const noLessons: ReadonlySet<string> = new Set(['README.md', glossaryFile]);

async function markdownIn(files: CourseFiles, course: string): Promise<string[]> {
  const names = (await files.list(course === firstCourse ? 'lessons' : `lessons/${course}`)).toSorted();
  const lessons = names.filter((name) => name.endsWith('.md') && !noLessons.has(name));
  return lessons.map((name) => (course === firstCourse ? name : `${course}/${name}`));
}

async function lessonFiles(files: CourseFiles, course: string): Promise<string[]> {
  return (await markdownIn(files, course)).filter((name) => !isVariant(name));
}

/** From the first heading of a course's README.md. */
async function titlesOf(
  files: CourseFiles,
  courses: readonly string[],
  language: string,
): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  for (const course of courses.filter((name) => name !== firstCourse)) {
    const title = /^# +(.+)$/m.exec((await readIn(files, `lessons/${course}/README.md`, language)) ?? '')?.[1];
    if (title) titles.set(course, title.trim());
  }
  return titles;
}

/**
 * Ids, steps and needs across files. A need must have a smaller step or be a lesson of the first course, which needs no
 * other course, so needs never form a circle.
 */
function relationProblems(lessons: readonly Lesson[], complete: boolean): LessonProblem[] {
  const problems: LessonProblem[] = [];
  const ids = new Map<string, Lesson>();
  for (const lesson of lessons) {
    const report = (message: string) => problems.push({ file: lesson.file, line: 1, message });
    for (const id of [lesson.id, ...lesson.formerly]) {
      const other = ids.get(id);
      if (other && other !== lesson) report(`The id "${id}" belongs to ${other.file}; ids are never used twice.`);
      ids.set(id, other ?? lesson);
    }
    const sameStep = lessons
      .slice(0, lessons.indexOf(lesson))
      .find((other) => isSameStep(other, lesson) && other.worlds.some((world) => lesson.worlds.includes(world)));
    if (sameStep) report(`Step ${lesson.step} is taken by ${sameStep.file}; in each world a lesson has its own.`);
  }
  for (const lesson of lessons) {
    for (const need of lesson.needs) {
      const needed = ids.get(need);
      // A file with mistakes has no id yet; complaining about those who need it would only be noise.
      if (!needed && !complete) continue;
      if (!needed) problems.push({ file: lesson.file, line: 1, message: `It needs "${need}", which is no lesson.` });
      else if (courseOf(needed) !== courseOf(lesson)) {
        if (courseOf(needed) === firstCourse) continue;
        const message = `It needs "${need}", which is in another course; lessons need their own course or the first one.`;
        problems.push({ file: lesson.file, line: 1, message });
      } else if (needed.step >= lesson.step) {
        const order = `step ${needed.step} is not before step ${lesson.step}`;
        problems.push({ file: lesson.file, line: 1, message: `It needs "${need}", but ${order}.` });
      }
    }
  }
  return problems;
}
