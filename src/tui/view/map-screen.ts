import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { CourseEntry } from '../app-port.ts';
import { ruleLine } from './bars.ts';
import { type Line, span, spread, toWidth, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';

/** All lessons with their tasks and how far the learner is. */
export interface MapRow {
  lesson: CourseEntry;
  /** Undefined on the lesson's own row. */
  task: { id: string; index: number } | undefined;
  line: Line;
}

export interface MapInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
}

function lessonRow(entry: CourseEntry, session: SessionState, { width, glyphs, words }: MapInk): Line {
  const done = entry.tasks.filter((task) => session.finished.has(`${entry.id}/${task.id}`)).length;
  const isDone = entry.tasks.length > 0 && done === entry.tasks.length;
  const isHere = entry.id === session.lesson.id;
  const mark = isDone ? glyphs.passed : isHere ? glyphs.current : glyphs.waiting;
  const role: Role = isDone ? 'good' : isHere ? 'accent' : 'dim';
  const state = entry.locked ?? (isDone ? words.courseMap.done : words.courseMap.tasksDone(done, entry.tasks.length));
  return spread(
    [
      span(` ${mark} `, role),
      span(`${entry.number ?? ' '}  `, 'dim'),
      span(entry.title, entry.locked ? 'dim' : 'strong'),
    ],
    [span(`${state}  `, isDone ? 'good' : 'dim'), span(`${words.courseMap.minutes(entry.minutes)} `, 'dim')],
    width,
  );
}

function taskRow(entry: CourseEntry, index: number, session: SessionState, { width, glyphs, words }: MapInk): Line {
  const task = entry.tasks[index];
  if (!task) return [];
  const isDone = session.finished.has(`${entry.id}/${task.id}`);
  const isHere = entry.id === session.lesson.id && index === session.taskIndex;
  const mark = isDone ? glyphs.passed : isHere ? glyphs.current : glyphs.waiting;
  const state = isHere ? words.courseMap.here : isDone ? words.courseMap.done : '';
  return spread(
    [span(`      ${mark} `, isDone ? 'good' : isHere ? 'accent' : 'dim'), span(task.title, isHere ? 'text' : 'dim')],
    [span(`${state} `, isHere ? 'accent' : 'dim')],
    width,
  );
}

/** Tasks are shown under every lesson that was begun, and under the one that is open. */
export function mapRows(course: readonly CourseEntry[], session: SessionState, ink: MapInk): MapRow[] {
  return course.flatMap((lesson): MapRow[] => {
    const isOpen = lesson.id === session.lesson.id;
    const isBegun = lesson.tasks.some((task) => session.finished.has(`${lesson.id}/${task.id}`));
    const isDone = lesson.tasks.every((task) => session.finished.has(`${lesson.id}/${task.id}`));
    const row: MapRow = { lesson, task: undefined, line: lessonRow(lesson, session, ink) };
    if (!isOpen && (!isBegun || isDone)) return [row];
    const tasks = lesson.tasks.map(
      (task, index): MapRow => ({
        lesson,
        task: { id: task.id, index },
        line: taskRow(lesson, index, session, ink),
      }),
    );
    return [row, ...tasks];
  });
}

/** Where another course begins, its title. */
function headingAbove(rows: readonly MapRow[], index: number, width: number): Line[] {
  const course = rows[index]?.lesson.course;
  if (course === undefined || course === rows[index - 1]?.lesson.course) return [];
  return [[], toWidth([span(` ${course}`, 'heading')], width)];
}

const chosenLine = ({ line }: MapRow, width: number, glyphs: Glyphs): Line =>
  toWidth(
    [
      span(glyphs.pointer, 'selected'),
      ...line.map((piece, at) => ({
        ...piece,
        text: at === 0 ? piece.text.slice(1) : piece.text,
        role: 'selected' as const,
      })),
    ],
    width,
    'selected',
  );

export function mapLines(
  rows: readonly MapRow[],
  chosen: number,
  size: { columns: number; rows: number },
  { glyphs, words }: Pick<MapInk, 'glyphs' | 'words'>,
): Line[] {
  const current = rows[chosen];
  const why = current?.lesson.locked ?? words.courseMap.playedForYou;
  const note = wrap([span(why, 'dim')], size.columns - 2).map((line) => toWidth([span(' '), ...line], size.columns));
  const height = Math.max(1, size.rows - 1 - note.length);
  const lines = rows.flatMap((row, index) => [
    ...headingAbove(rows, index, size.columns),
    row === current ? chosenLine(row, size.columns, glyphs) : row.line,
  ]);
  const at =
    rows.slice(0, chosen + 1).flatMap((_, index) => [...headingAbove(rows, index, size.columns), []]).length - 1;
  const from = Math.max(0, Math.min(at - Math.floor(height / 2), lines.length - height));
  const shown = lines.slice(from, from + height);
  const blank = Array.from({ length: height - shown.length }, (): Line => []);
  return [
    ruleLine([span(words.courseMap.title, 'accent')], [], size.columns, glyphs, true),
    ...shown,
    ...blank,
    ...note,
  ];
}
