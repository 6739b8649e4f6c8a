import { isDeepStrictEqual } from 'node:util';
import type { Command, Lesson, LessonProblem, Question, Task } from './lesson.ts';

/**
 * A lesson in another language is a file beside it: `01-x.de.md` says `01-x.md` in German. Progress, checks and commands
 * belong to both, so everything but the text must be equal. Knows no file contents but those that were parsed.
 */
const variantName = /^(.+)\.([a-z]{2})\.md$/;

export const originalLanguage = 'en';

/** The language that a file's name says. */
export const languageOfFile = (file: string): string => variantName.exec(file)?.[2] ?? originalLanguage;

export const isVariant = (file: string): boolean => variantName.test(file);

export const variantOf = (file: string, language: string): string =>
  language === originalLanguage ? file : file.replace(/\.md$/, `.${language}.md`);

export const originalOf = (file: string): string => file.replace(variantName, '$1.md');

/** Where the variant says something else than text: one problem for each difference, on its line in the variant. */
export function differences(original: Lesson, variant: Lesson): LessonProblem[] {
  const problems: LessonProblem[] = [];
  const report = (line: number, message: string) => problems.push({ file: variant.file, line, message });
  for (const field of ['id', 'formerly', 'step', 'minutes', 'needs', 'worlds'] as const) {
    if (isDeepStrictEqual(original[field], variant[field])) continue;
    report(1, `Its ${field} must be as in ${original.file}: ${JSON.stringify(original[field])}.`);
  }
  for (const [index, task] of original.tasks.entries()) {
    const other = variant.tasks[index];
    if (!other) {
      report(variant.tasks.at(-1)?.line ?? 1, `It lacks the task "${task.id}" of ${original.file}.`);
    } else if (other.id !== task.id) {
      report(other.line, `Here stands the task "${task.id}" in ${original.file}, not "${other.id}".`);
    } else taskDifferences(task, other, original.file, report);
  }
  for (const extra of variant.tasks.slice(original.tasks.length)) {
    report(extra.line, `${original.file} has no task "${extra.id}" here.`);
  }
  return problems;
}

type Report = (line: number, message: string) => void;

function taskDifferences(task: Task, other: Task, file: string, report: Report): void {
  commandDifferences(task.commands, other.commands, other.line, file, report);
  // Commands of the solution that are shown too were compared already.
  const own = ({ commands, solution }: Task) => solution.filter((command) => !commands.includes(command));
  commandDifferences(own(task), own(other), other.line, file, report);
  questionDifferences(task.questions, other, file, report);
  checkDifferences(task, other, file, report);
  if (task.hints.length !== other.hints.length) {
    report(
      other.line,
      `The task has ${other.hints.length} hints with its solution, and ${task.hints.length} in ${file}.`,
    );
  }
  const order = ({ blocks }: Task) => blocks.filter(({ type }) => type !== 'prose');
  if (problemFree(task, other) && !isDeepStrictEqual(order(task), order(other))) {
    report(other.line, `Commands, questions and the check come in another order than in ${file}.`);
  }
}

/** A different order is worth a word only where all the pieces are there. */
const problemFree = (task: Task, other: Task): boolean =>
  task.commands.length === other.commands.length &&
  task.questions.length === other.questions.length &&
  (task.check === undefined) === (other.check === undefined);

function commandDifferences(
  commands: readonly Command[],
  others: readonly Command[],
  taskLine: number,
  file: string,
  report: Report,
): void {
  for (const [index, command] of commands.entries()) {
    const other = others[index];
    if (!other) report(taskLine, `The task lacks the command "${command.name}" of ${file}.`);
    else {
      const [wanted, found] = [attributesOf(command), attributesOf(other)];
      const differing = [...wanted.keys()].find((key) => !isDeepStrictEqual(wanted.get(key), found.get(key)));
      const value = differing === undefined ? undefined : (JSON.stringify(wanted.get(differing)) ?? 'none');
      if (differing !== undefined) report(other.line, `The ${differing} of a command must be as in ${file}: ${value}.`);
    }
  }
  for (const extra of others.slice(commands.length)) report(extra.line, `${file} has no command "${extra.name}" here.`);
}

/** All but where it stands; a command without a twin has an empty place for it. */
const attributesOf = ({ line: _, twin, ...command }: Command): Map<string, unknown> =>
  new Map(Object.entries({ ...command, twin }));

function questionDifferences(questions: readonly Question[], other: Task, file: string, report: Report): void {
  const shapeOf = ({ id, mode, choices, answer, shownBy }: Question) => ({
    id,
    mode,
    choices: choices.map((choice) => choice.id),
    answer,
    shownBy,
  });
  for (const [index, question] of questions.entries()) {
    const found = other.questions[index];
    if (!found) report(other.line, `The task lacks the question "${question.id}" of ${file}.`);
    else if (!isDeepStrictEqual(shapeOf(question), shapeOf(found))) {
      report(
        other.line,
        `The question "${found.id}" must have the id, choices and answer of "${question.id}" in ${file}.`,
      );
    }
  }
  for (const extra of other.questions.slice(questions.length)) {
    report(other.line, `${file} has no question "${extra.id}" here.`);
  }
}

function checkDifferences({ check }: Task, { check: other, line }: Task, file: string, report: Report): void {
  if (check?.id !== other?.id) {
    report(other?.conditions[0]?.line ?? line, `The check of the task must be as in ${file}: ${check?.id ?? 'none'}.`);
    return;
  }
  for (const [index, condition] of (check?.conditions ?? []).entries()) {
    const found = other?.conditions[index];
    if (!found) report(line, `The check lacks the condition "${condition.id}" of ${file}.`);
    else {
      const { line: _, why: __, ...same } = condition;
      const { line: foundLine, why: ___, ...spec } = found;
      if (!isDeepStrictEqual(same, spec)) {
        report(foundLine, `The condition "${condition.id}" must be as in ${file}; only its why is text.`);
      }
    }
  }
  for (const extra of other?.conditions.slice(check?.conditions.length) ?? []) {
    report(extra.line, `${file} has no condition "${extra.id}" here.`);
  }
}
