import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { CourseEntry } from '../app-port.ts';
import type { Pane, ScreenModel, Size } from '../screen-model.ts';
import { type CheckText, checkText } from './check-pane.ts';
import { type LessonText, lessonText, type Stretch } from './lesson-pane.ts';
import { type OutputText, outputRows, outputText } from './output-pane.ts';
import type { TextRows } from './text-rows.ts';
import type { Theme } from './theme.ts';

/** Where the panes are and how many rows each has. Decides from what they hold and what the moment is about. */
export interface PaneBox {
  /** Columns of text inside. */
  width: number;
  /** Rows of text, without the title rule. 0 hides the pane. */
  height: number;
  /** Only its title is shown; Tab unfolds it. */
  isFolded: boolean;
}

/**
 * `beside`: the lesson left, output and check right. `stacked`: one above the other. `folded`: where rows or columns are
 * few, one pane is open and the others are their titles.
 */
export type Shape = 'beside' | 'stacked' | 'folded';

export interface Layout {
  size: Size;
  shape: Shape;
  /** Columns of the left part when side by side, else of the whole. */
  left: number;
  boxes: Readonly<Record<Pane, PaneBox>>;
  lesson: LessonText;
  output: OutputText | undefined;
  check: CheckText | undefined;
}

export interface LayoutInput {
  session: SessionState;
  model: ScreenModel;
  size: Size;
  /** Rows that bars, panels and the key line take. */
  taken: number;
  theme: Theme;
  markdown: TextRows;
  course: readonly CourseEntry[];
  /** Undefined where nothing shall count the seconds. */
  now: number | undefined;
  words: Words;
  recall: number;
  isWindows: boolean;
  /** Rows at the end of the right part that something else takes. */
  takenBeside: number;
}

export const smallest: Size = { columns: 40, rows: 12 };
/** Below this the panes no longer fit one above the other. */
const roomy: Size = { columns: 60, rows: 20 };
const wideFrom = 116;
/** Longer rows are hard to read. */
export const readingWidth = 92;
const leastLesson = 5;
/** Rows of text of the open pane before titles of others are shown. */
const leastUnfolded = 3;

/** Columns of the lesson, and of the part beside it, where there are two. */
const leftOf = ({ columns }: Size): number => Math.min(readingWidth + 2, Math.floor(columns * 0.54));
export const besideOf = (size: Size): number => size.columns - leftOf(size) - 1;

export const isTooSmall = ({ columns, rows }: Size): boolean => columns < smallest.columns || rows < smallest.rows;

/** Where one pane is open at a time, and the screen opens the one that the moment is about. */
export const isSmall = ({ columns, rows }: Size): boolean =>
  columns < wideFrom && (columns < roomy.columns || rows < roomy.rows);

interface Wish {
  pane: 'output' | 'check';
  /** Rows of text there are. */
  has: number;
  /** Share of the body that the moment grants. */
  share: number;
}

function wishes(session: SessionState, outputRows: number, checkRows: number): Wish[] {
  const output = (share: number): Wish => ({ pane: 'output', has: outputRows, share });
  const check = (share: number): Wish => ({ pane: 'check', has: checkRows, share });
  switch (session.status) {
    case 'running':
      return [output(0.5), check(0.15)];
    case 'failed':
    case 'verifying':
      return [check(0.42), output(0.25)];
    case 'passed':
      return [check(0.35), output(0.3)];
    default:
      return [output(0.3), check(0.25)];
  }
}

/** Gives rows out: titles cost one each, the lesson keeps its least, what is left over goes to whoever has more text. */
function share(body: number, lessonRows: number, wanted: readonly Wish[], withLesson: boolean): Record<Pane, number> {
  const heights: Record<Pane, number> = { lesson: 0, output: 0, check: 0 };
  let left = body;
  if (withLesson) left -= 1 + Math.min(leastLesson, Math.max(lessonRows, 1));
  for (const { pane, has, share: part } of wanted) {
    const fair = Math.max(2, Math.round(body * part) - 1);
    const height = Math.min(has, fair, left - 1);
    if (height < 1) continue;
    heights[pane] = height;
    left -= height + 1;
  }
  if (withLesson) {
    heights.lesson = Math.min(leastLesson, Math.max(lessonRows, 1));
    const more = Math.max(0, Math.min(left, lessonRows - heights.lesson));
    heights.lesson += more;
    left -= more;
  }
  for (const { pane, has } of wanted) {
    if (heights[pane] === 0) continue;
    const more = Math.max(0, Math.min(left, has - heights[pane]));
    heights[pane] += more;
    left -= more;
  }
  const last: Pane = withLesson ? 'lesson' : heights.output > 0 ? 'output' : 'check';
  if (heights[last] > 0 || withLesson) heights[last] += left;
  return heights;
}

/** Panes that a small screen shows as their titles, what the moment is about first; the open one keeps its least rows. */
function foldedPanes(open: Pane, wanted: readonly Wish[], body: number): Pane[] {
  const others: Pane[] = wanted.filter(({ pane, has }) => has > 0 && pane !== open).map(({ pane }) => pane);
  const all: Pane[] = open === 'lesson' ? others : ['lesson', ...others];
  return all.slice(0, Math.max(0, body - 1 - leastUnfolded));
}

type Rows = Readonly<Record<Pane, number>>;

interface Heights {
  heights: Rows;
  folded: readonly Pane[];
}

function heightsOf(input: LayoutInput, shape: Shape, rows: Rows): Heights {
  const { session, model, size, taken } = input;
  const body = Math.max(1, size.rows - taken);
  const none = { lesson: 0, output: 0, check: 0 };
  if (model.zoomed && rows[model.focus] > 0) {
    return { heights: { ...none, [model.focus]: body - 1 }, folded: [] };
  }
  const wanted = wishes(session, rows.output, rows.check);
  if (shape === 'folded') {
    const open = rows[model.focus] > 0 ? model.focus : 'lesson';
    const folded = foldedPanes(open, wanted, body);
    return { heights: { ...none, [open]: body - 1 - folded.length }, folded };
  }
  if (shape === 'stacked') return { heights: share(body, rows.lesson, wanted, true), folded: [] };
  const right = wanted
    .map((wish) => ({ ...wish, share: wish.pane === 'check' ? 0.5 : 0.8 }))
    .sort((a, b) => a.pane.localeCompare(b.pane));
  return { heights: { ...share(body - input.takenBeside, 0, right, false), lesson: body - 1 }, folded: [] };
}

export function layoutOf(input: LayoutInput): Layout {
  const { session, model, size, theme, markdown, course, now, words } = input;
  const { glyphs } = theme;
  const output = outputText(session, now, words);
  const hasCheck = checkText(session, { width: 40, glyphs, words }) !== undefined;
  const isWide = size.columns >= wideFrom && !model.zoomed && (output !== undefined || hasCheck);
  const shape: Shape = isWide ? 'beside' : isSmall(size) ? 'folded' : 'stacked';
  const left = isWide ? leftOf(size) : size.columns;
  const right = isWide ? besideOf(size) : size.columns;
  const lessonWidth = Math.min(readingWidth, left - 2);
  const sideWidth = right - 2;
  const { recall, isWindows } = input;
  const lessonInk = { width: lessonWidth, room: left - 2, glyphs, markdown, course, words, recall, isWindows };
  const lesson = lessonText(session, model.choice, lessonInk);
  const check = checkText(session, { width: Math.min(sideWidth, readingWidth + 20), glyphs, words });
  const rows = {
    lesson: lesson.lines.length,
    output: output ? Math.max(1, outputRows(output.output, sideWidth, size.rows)) : 0,
    check: check?.lines.length ?? 0,
  };
  const { heights, folded } = heightsOf(input, shape, rows);
  const box = (pane: Pane, width: number): PaneBox => ({
    width,
    height: heights[pane],
    isFolded: folded.includes(pane),
  });
  return {
    size,
    shape,
    left,
    boxes: {
      lesson: box('lesson', lessonWidth),
      output: box('output', sideWidth),
      check: box('check', sideWidth),
    },
    lesson,
    output,
    check,
  };
}

/** The furthest that a pane can be scrolled. */
export function scrollLimit(rows: number, height: number): number {
  return Math.max(0, rows - height);
}

/** Whether the card that Enter is about was put in the window; of a tall one the end is enough. */
export function isCardSeen(layout: Layout, top: number): boolean {
  const { due } = layout.lesson;
  const { height } = layout.boxes.lesson;
  if (!due || height === 0) return due === undefined;
  return isStretchSeen(due, height, top);
}

export function isStretchSeen(due: Stretch, height: number, top: number): boolean {
  const isEndSeen = due.to <= top + height && due.to > top;
  return isEndSeen && (due.from >= top || due.to - due.from > height);
}

/** The window's next top on the way to a stretch: a page at a time, so that no text is jumped over. */
export function pageTowards(due: Stretch, height: number, top: number): number {
  const isTall = due.to - due.from > height;
  const isPassed = due.to <= top || (!isTall && due.from < top);
  return isPassed ? due.from : Math.min(due.to - height, top + Math.max(1, height - 1));
}
