/**
 * One lesson, from Markdown to plain data, with every mistake of its author on its line.
 * It knows no files, no other lessons and no world: what spans files is lint's.
 */
import { createHash } from 'node:crypto';
import type { CheckKind } from '../check/check.ts';
import { readComment } from './comments.ts';
import { readFrontMatter, splitFrontMatter } from './front-matter.ts';
import type { Lesson, LessonProblem, Task } from './lesson.ts';
import { cutIntoPieces, type Piece } from './pieces.ts';
import { Problems } from './problems.ts';
import { TaskReader } from './task-reader.ts';
import { languageOfFile } from './variants.ts';

export interface ParsedLesson {
  /** Absent when there is a problem. */
  lesson?: Lesson;
  problems: LessonProblem[];
}

/** Never throws for what an author wrote. `file` is the path shown in problems, relative to the lessons folder. */
export function parseLesson(source: string, file: string, kinds: readonly CheckKind[]): ParsedLesson {
  const problems = new Problems(file);
  const text = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const parts = splitFrontMatter(text);
  const matter = readFrontMatter(parts?.yaml, problems);
  const pieces = cutIntoPieces(parts?.body ?? text, parts?.bodyLine ?? 1, problems);
  const firstTask = pieces.findIndex((piece) => piece.type === 'heading' && piece.depth === 2);
  const head = readHead(firstTask < 0 ? pieces : pieces.slice(0, firstTask), parts?.bodyLine ?? 1, problems);
  if (matter && head.title !== undefined && head.title !== matter.title) {
    problems.add(
      head.titleLine,
      `The heading says "${head.title}" and the front matter "${matter.title}"; make them equal.`,
    );
  }
  const tasks = sections(firstTask < 0 ? [] : pieces.slice(firstTask)).flatMap((section) => {
    const task = new TaskReader(kinds, problems).read(section);
    return task ? [task] : [];
  });
  if (firstTask < 0)
    problems.add(1, 'A lesson needs at least one task: a heading of level 2 with <!-- task: first-task --> below.');
  reportDuplicates(tasks, problems);
  problems.list.sort((a, b) => a.line - b.line);
  if (!matter || problems.list.length > 0) return { problems: problems.list };
  const language = languageOfFile(file);
  const hash = createHash('sha256').update(source).digest('hex');
  return {
    lesson: { ...matter, intro: head.intro, tasks, presenter: head.presenter, file, language, hash },
    problems: [],
  };
}

interface Head {
  title: string | undefined;
  titleLine: number;
  intro: string;
  presenter: string[];
}

/** Everything above the first task: one title, prose, notes for the presenter. */
function readHead(pieces: readonly Piece[], firstLine: number, problems: Problems): Head {
  const head: Head = { title: undefined, titleLine: firstLine, intro: '', presenter: [] };
  const prose: string[] = [];
  for (const piece of pieces) {
    if (piece.type === 'heading' && piece.depth === 1 && head.title === undefined) {
      head.title = piece.text;
      head.titleLine = piece.line;
    } else if (piece.type === 'heading' && piece.depth === 1) {
      problems.add(piece.line, 'A lesson has one title; use a heading of level 2 for a task and of level 3 inside it.');
    } else if (piece.type === 'comment') {
      const note = readComment(piece, problems);
      if (note?.word === 'presenter') head.presenter.push(note.text);
      if (note?.word === 'task')
        problems.add(piece.line, 'This comment names a task, but no heading of level 2 stands above it.');
    } else if (piece.type === 'open' || piece.type === 'close') {
      problems.add(piece.line, 'Folded blocks belong to a task; the text before the first task has none.');
    } else if (piece.type === 'fence' && piece.attributes !== '') {
      problems.add(piece.line, 'Commands and checks belong to a task; put this block below a heading of level 2.');
    } else {
      prose.push(piece.raw.trim());
    }
  }
  if (head.title === undefined)
    problems.add(firstLine, 'After the front matter comes the title: "# " and the words of "title".');
  head.intro = prose.join('\n\n');
  return head;
}

/** One list of pieces per heading of level 2, the heading first. */
function sections(pieces: readonly Piece[]): Piece[][] {
  const found: Piece[][] = [];
  for (const piece of pieces) {
    if (piece.type === 'heading' && piece.depth === 2) found.push([piece]);
    else found.at(-1)?.push(piece);
  }
  return found;
}

function reportDuplicates(tasks: readonly Task[], problems: Problems): void {
  const seen = new Map<string, number>();
  const once = (what: string, id: string, line: number) => {
    const first = seen.get(`${what} ${id}`);
    if (first === undefined) seen.set(`${what} ${id}`, line);
    else
      problems.add(line, `The ${what} "${id}" exists already, on line ${first}; each needs its own name in a lesson.`);
  };
  for (const task of tasks) {
    once('task', task.id, task.line);
    if (task.check) once('check', task.check.id, task.check.conditions[0]?.line ?? task.line);
    for (const question of task.questions) once('question', question.id, task.line);
    const commands = new Set([...task.commands, ...task.solution]);
    for (const command of commands) once('command', command.name, command.line);
  }
}
