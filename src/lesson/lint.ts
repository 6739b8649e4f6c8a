import { parseAllDocuments } from 'yaml';
import type { CheckKind } from '../check/check.ts';
import { bashOnly } from './bash-only.ts';
import { type CourseFiles, type LoadedCatalog, loadCatalog, variantProblems } from './catalog.ts';
import type { Command, Lesson, LessonProblem, Task } from './lesson.ts';
import { isRecord } from './yaml-block.ts';

/**
 * Everything an author can get wrong, across lessons and manifests. It reads files through the port it is given and
 * runs no command; whether the text is true only the played lessons can tell.
 */
export async function lintCourse(files: CourseFiles, kinds: readonly CheckKind[]): Promise<LoadedCatalog> {
  const { catalog, problems } = await loadCatalog(files, kinds);
  const found = [...problems, ...(await variantProblems(files, catalog, kinds))];
  const manifests = new Set<string>();
  for (const lesson of catalog.lessons) {
    found.push(...teachingProblems(lesson), ...twinProblems(lesson));
    for (const named of commandsOf(lesson).flatMap(filesNamedIn)) {
      const resolved = await resolveFile(named.path, files);
      if ('problem' in resolved) found.push({ file: lesson.file, line: named.line, message: resolved.problem });
      else for (const path of resolved.paths) manifests.add(path);
    }
  }
  for (const path of [...manifests].toSorted()) found.push(...manifestProblems(path, (await files.read(path)) ?? ''));
  const order = (problem: LessonProblem) => `${problem.file}\0${String(problem.line).padStart(6, '0')}`;
  return { catalog, problems: found.toSorted((a, b) => order(a).localeCompare(order(b))) };
}

const commandsOf = (lesson: Lesson): Command[] =>
  lesson.tasks.flatMap((task) => [...new Set([...task.commands, ...task.solution])]);

/** What makes a lesson teach: two hints before the solution, a prediction, notes for whoever presents it. */
function teachingProblems(lesson: Lesson): LessonProblem[] {
  const problems: LessonProblem[] = [];
  const checked = lesson.tasks.filter((task) => task.check);
  for (const task of checked) {
    const hints = task.hints.length - 1;
    if (hints < 2) {
      const message = `The task "${task.title}" has ${hints} hint before its solution; give at least two, from a nudge to nearly all.`;
      problems.push({ file: lesson.file, line: task.line, message });
    }
    if (task.solution.length === 0 && !isAnswered(task)) {
      const message = `Nothing solves the task "${task.title}": it has no command; put one into its solution.`;
      problems.push({ file: lesson.file, line: task.line, message });
    }
  }
  // A welcome that only asks runs nothing that could be predicted.
  if (checked.every(isAnswered)) return problems;
  if (!lesson.tasks.some((task) => task.questions.some((question) => question.mode === 'predict'))) {
    const message = 'The lesson asks for no prediction; add <details><summary>Predict</summary> before a command.';
    problems.push({ file: lesson.file, line: 1, message });
  }
  if (![lesson, ...lesson.tasks].some((part) => part.presenter.length > 0)) {
    const message =
      'The lesson has no presenter notes; add one, such as <!-- presenter: ask the room first; 2 min -->.';
    problems.push({ file: lesson.file, line: 1, message });
  }
  return problems;
}

/** A lesson is whole for those who type along in PowerShell: what only bash takes is there for PowerShell, too. */
function twinProblems({ tasks, file }: Lesson): LessonProblem[] {
  return tasks.flatMap(({ commands }) =>
    commands.flatMap(({ name, script, twin, line }) => {
      const found = twin === undefined ? bashOnly(script) : undefined;
      if (!found) return [];
      const message = `PowerShell 7 does not take "${name}" as it is written (${found.what}); add a block of powershell {"twin":"${name}"} below it.`;
      return [{ file, line: line + 1 + found.line, message }];
    }),
  );
}

/** A task that only asks is solved by its answer. */
const isAnswered = (task: Task) => task.check?.conditions.every((condition) => condition.kind === 'answer') ?? false;

/** Every `-f path` of a kubectl line, with the line of the lesson it stands on. */
export function filesNamedIn(command: Command): { path: string; line: number }[] {
  return command.script.split('\n').flatMap((text, index) => {
    const named = [
      ...text.matchAll(/(?:^|\s)(?:-f|--filename)(?:=|\s+|(?=[^\s=-]))(?:"([^"]+)"|'([^']+)'|([^\s;|&>]+))/g),
    ];
    if (!/\bkubectl\b.*\b(apply|create|delete|replace|diff)\b/.test(text)) return [];
    return named.flatMap((match) =>
      (match[1] ?? match[2] ?? match[3] ?? '').split(',').map((path) => ({ path, line: command.line + 1 + index })),
    );
  });
}

/** The manifests behind `-f`: a file, or the YAML files of a folder. */
export async function resolveFile(
  path: string,
  files: CourseFiles,
): Promise<{ paths: string[] } | { problem: string }> {
  // `-` is standard input; a path with a variable is only known when it runs.
  if (path === '-' || path.includes('$')) return { paths: [] };
  if (/^https?:/.test(path))
    return { problem: `"${path}" needs the internet; copy it into manifests/ and name it there.` };
  if (path.startsWith('/') || path.split('/').includes('..')) {
    return { problem: `"${path}" leaves the course; name a file in manifests/.` };
  }
  const folder = path.replace(/\/$/, '');
  const inside = (await files.list(folder)).filter((name) => /\.(ya?ml|json)$/.test(name));
  if (inside.length > 0) return { paths: inside.map((name) => `${folder}/${name}`) };
  return (await files.read(path)) === undefined ? { problem: `There is no file "${path}".` } : { paths: [path] };
}

/** Each document must be an object that kubectl could apply; its fields are the API server's to judge. */
function manifestProblems(path: string, text: string): LessonProblem[] {
  const problems: LessonProblem[] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  for (const document of parseAllDocuments(text, { version: '1.1', prettyErrors: false })) {
    if (!('errors' in document)) continue;
    const line = lineAt(document.contents?.range?.[0] ?? document.range?.[0] ?? 0);
    for (const error of document.errors) {
      problems.push({ file: path, line: lineAt(error.pos[0]), message: `This is not YAML: ${error.message}.` });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const object: unknown = document.toJS();
    const metadata = isRecord(object) ? object['metadata'] : undefined;
    const lacks = [
      ...['apiVersion', 'kind'].filter((key) => !isRecord(object) || typeof object[key] !== 'string'),
      ...(isRecord(metadata) && typeof metadata['name'] === 'string' ? [] : ['metadata.name']),
    ];
    if (lacks.length > 0) problems.push({ file: path, line, message: `This object has no ${lacks.join(' and no ')}.` });
  }
  return problems;
}
