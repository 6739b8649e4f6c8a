import type { Block, Lesson, Question, Task } from '../../lesson/lesson.ts';
import type { Library } from '../../lesson/library.ts';
import type { Words } from '../../words/en.ts';
import { choiceKeys, scriptLines } from './card.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';
import type { TextRows } from './text-rows.ts';
import type { Glyphs } from './theme.ts';

/** A whole lesson to read, as far as a learner may see it: no check, no answer, no hint that was not opened. Pure. */
export interface ReadingInk {
  width: number;
  glyphs: Glyphs;
  markdown: TextRows;
  words: Words;
}

export interface ReadingText {
  lines: readonly Line[];
  /** First row of each block, by `<task>/<index>`; the introduction is `/0`. */
  places: ReadonlyMap<string, number>;
}

export const placeKey = (task: string | undefined, block: number): string => `${task ?? ''}/${block}`;

export function readingText(lesson: Lesson, library: Library, ink: ReadingInk): ReadingText {
  const lines: Line[] = [];
  const places = new Map<string, number>();
  const add = (place: string, rows: readonly Line[]) => {
    if (lines.length > 0) lines.push(emptyLine);
    places.set(place, lines.length);
    lines.push(...rows);
  };
  const width = Math.min(ink.width, 92);
  add(placeKey(undefined, 0), ink.markdown.lines(lesson.intro, width, ink.glyphs, ink.width));
  for (const [index, task] of lesson.tasks.entries()) {
    add(`task ${task.id}`, [[span(ink.words.search.task(index + 1, task.title), 'heading')]]);
    const shown = library.shownHints(lesson.id, task.id);
    for (const [at, rows] of taskBlocks(task, shown, { ...ink, width }).entries()) {
      if (rows.length > 0) add(placeKey(task.id, at), rows);
    }
  }
  return { lines, places };
}

/** Rows of each block of the task, then of each opened hint. */
function taskBlocks(task: Task, shownHints: number, ink: ReadingInk): Line[][] {
  const blocks = task.blocks.map((block) => blockRows(task, block, ink));
  const hints = task.hints.slice(0, shownHints).map(({ title, markdown }, index): Line[] => {
    const edge = [span(`${ink.glyphs.quote} `, 'info')];
    const name = title || ink.words.lesson.hint(index + 1);
    const body = ink.markdown.lines(markdown, ink.width - 2, ink.glyphs);
    return [[span(name, 'info')], ...body].map((line) => [...edge, ...line]);
  });
  return [...blocks, ...hints];
}

function blockRows(task: Task, block: Block, ink: ReadingInk): Line[] {
  switch (block.type) {
    case 'prose':
      return ink.markdown.lines(block.markdown, ink.width, ink.glyphs);
    case 'command': {
      const script = task.commands.find(({ name }) => name === block.command)?.script ?? '';
      return scriptLines(script, ink.width - 2).map((line) => [span('  '), ...line]);
    }
    case 'question':
      return questionRows(
        task.questions.find(({ id }) => id === block.question),
        ink,
      );
    case 'check':
      return [];
  }
}

function questionRows(question: Question | undefined, { width }: ReadingInk): Line[] {
  if (!question) return [];
  return [
    ...wrap([span(question.question, 'strong')], width),
    ...question.choices.flatMap(({ text }, index) =>
      wrap([span(text)], width, [span(`  ${choiceKeys[index] ?? index + 1} `, 'key')], [span('    ')]),
    ),
  ];
}
