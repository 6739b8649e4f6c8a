import type { Block, Task } from '../../lesson/lesson.ts';
import { isFinished, needsConfirmation, taskKey } from '../../session/next-step.ts';
import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { CourseEntry } from '../app-port.ts';
import { lessonNumber } from './bars.ts';
import { type CardState, commandCard, isDue, questionCard, twinLines } from './card.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';
import type { TextRows } from './text-rows.ts';
import type { Glyphs } from './theme.ts';
import { nextOf } from './words.ts';

/** The text of a task as one long list of rows, and where in it things stand. Does not know the window on it. */

/** First row and the row after the last. */
export interface Stretch {
  from: number;
  to: number;
}

export interface LessonText {
  lines: readonly Line[];
  /** The card or question that Enter is about. */
  due: Stretch | undefined;
  /** The hint opened last. */
  hint: Stretch | undefined;
  /** Cards and questions by name. */
  places: ReadonlyMap<string, Stretch>;
}

export interface LessonInk {
  width: number;
  /** What is no text to read line by line may be as wide as this. */
  room: number;
  course: readonly CourseEntry[];
  /** Questions of the review that is due. */
  recall: number;
  /** Commands are shown as PowerShell takes them, too. */
  isWindows: boolean;
  glyphs: Glyphs;
  markdown: TextRows;
  words: Words;
}

interface Draft {
  lines: Line[];
  /** What was added last. */
  last?: Stretch;
  places: Map<string, Stretch>;
  due?: Stretch;
  hint?: Stretch;
}

const newDraft = (): Draft => ({ lines: [], places: new Map() });

const textOf = ({ lines, due, hint, places }: Draft): LessonText => ({ lines, due, hint, places });

function add(draft: Draft, lines: readonly Line[]): Stretch {
  if (draft.lines.length > 0 && lines.length > 0) draft.lines.push(emptyLine);
  const from = draft.lines.length;
  draft.lines.push(...lines);
  draft.last = { from, to: draft.lines.length };
  return draft.last;
}

function cardState(session: SessionState, name: string): CardState {
  const { progress } = session;
  if (session.status === 'running' && session.run.command === name) return 'running';
  const next = nextOf(session);
  if (next?.type === 'run' && next.proposal.command?.name === name)
    return needsConfirmation(next.proposal) ? 'asks' : 'next';
  if (session.status === 'confirming' && session.proposal.command?.name === name) return 'asked';
  if (progress.done.includes(name)) return 'done';
  if (session.background.some((running) => running.command === name && running.status !== 'ended')) return 'done';
  return progress.skipped.includes(name) ? 'skipped' : 'later';
}

function addCommand(draft: Draft, session: SessionState, task: Task, name: string, ink: LessonInk): void {
  const command = task.commands.find((candidate) => candidate.name === name);
  if (!command) return;
  if (!command.worlds.includes(session.world.kind)) return;
  const state = cardState(session, name);
  const next = nextOf(session);
  const shown =
    session.status === 'confirming' || session.status === 'running'
      ? session.proposal
      : next?.type === 'run'
        ? next.proposal
        : undefined;
  const isShown = shown?.command?.name === name;
  const proposal = isShown ? shown : { script: command.script, command, edited: false };
  // The card that asks stands below, with all that there is to know.
  const foresight = state === 'next' || state === 'asks' ? session.foresight : undefined;
  const place = add(draft, commandCard({ command, proposal, state, world: session.world.kind, foresight }, ink));
  draft.places.set(name, place);
  if (isDue(state)) draft.due = place;
  // Right below the card, and no part of it: Enter runs what is in the box.
  if (ink.isWindows && command.twin !== undefined) draft.lines.push(...twinLines(command.twin, ink));
}

function addQuestion(
  draft: Draft,
  session: SessionState,
  task: Task,
  id: string,
  marked: string | undefined,
  ink: LessonInk,
) {
  const question = task.questions.find((candidate) => candidate.id === id);
  if (!question) return;
  const next = nextOf(session);
  const due = next?.type === 'answer' && next.question === id;
  const given = session.progress.answers[id];
  const shownBy = session.progress.conditions.find((report) => report.id === question.shownBy);
  const place = add(draft, questionCard({ question, given, marked, due, shownBy }, ink));
  draft.places.set(id, place);
  if (due) draft.due = place;
}

function addBlock(
  draft: Draft,
  session: SessionState,
  task: Task,
  block: Block,
  marked: string | undefined,
  ink: LessonInk,
) {
  switch (block.type) {
    case 'prose':
      add(draft, ink.markdown.lines(block.markdown, ink.width, ink.glyphs, ink.room));
      return;
    case 'command':
      addCommand(draft, session, task, block.command, ink);
      return;
    case 'question':
      addQuestion(draft, session, task, block.question, marked, ink);
      return;
    case 'check':
      return;
  }
}

function addHints(draft: Draft, session: SessionState, task: Task, ink: LessonInk): void {
  const { lesson: words } = ink.words;
  for (const [index, hint] of task.hints.slice(0, session.progress.hints).entries()) {
    const isLast = index === task.hints.length - 1;
    const edge = [span(`${ink.glyphs.quote} `, 'info')];
    const title = hint.title || (isLast ? words.solution : words.hint(index + 1));
    const body = ink.markdown.lines(hint.markdown, ink.width - 2, ink.glyphs, ink.room - 2);
    draft.hint = add(
      draft,
      [[span(title, 'info'), span(`  ${words.ofCount(index + 1, task.hints.length)}`, 'dim')], ...body].map((line) => [
        ...edge,
        ...line,
      ]),
    );
  }
}

function taskText(session: SessionState, task: Task, marked: string | undefined, ink: LessonInk): LessonText {
  const draft = newDraft();
  for (const block of task.blocks) addBlock(draft, session, task, block, marked, ink);
  // What stands after the last command, a text or an explanation, is read before Enter leaves the task.
  const last = task.blocks.findLast(({ type }) => type !== 'check');
  if (session.status === 'passed' && last?.type !== 'command' && draft.last) draft.due = draft.last;
  addHints(draft, session, task, ink);
  return textOf(draft);
}

/** Tasks of the lesson with their state, as the introduction and the end show them. */
function taskList(session: SessionState, ink: LessonInk): Line[] {
  return session.lesson.tasks.flatMap((task, index) => {
    const done = session.finished.has(taskKey(session.lesson.id, task.id));
    const first = [
      span(`${done ? ink.glyphs.passed : ink.glyphs.waiting} `, done ? 'good' : 'dim'),
      span(`${index + 1}  `, 'dim'),
    ];
    const rest = [span('     ')];
    return wrap(
      [span(task.title, done ? 'dim' : 'text'), ...(done ? [span(`  ${ink.words.lesson.done}`, 'dim')] : [])],
      ink.width,
      first,
      rest,
    );
  });
}

function introText(session: SessionState, ink: LessonInk): LessonText {
  const draft = newDraft();
  const { lesson: words } = ink.words;
  const { lesson } = session;
  if (lesson.language !== ink.words.language) add(draft, wrap([span(words.onlyOriginal, 'dim')], ink.width));
  add(draft, ink.markdown.lines(lesson.intro, ink.width, ink.glyphs, ink.room));
  // Enter begins once the tasks were on the screen.
  draft.due = add(draft, [
    [span(words.tasks(lesson.tasks.length), 'heading'), span(`  ${words.about(lesson.minutes)}`, 'dim')],
    ...taskList(session, ink),
  ]);
  return textOf(draft);
}

/** `Next: Lesson 4 of 8, Deploy the bookstore, about 8 min`. */
function nextLesson(session: SessionState, ink: LessonInk): Line[] {
  const entry = ink.course.find(({ id }) => id === session.following);
  if (!entry) return [];
  const { lesson: words } = ink.words;
  const number = lessonNumber(entry.id, ink.course, ink.words);
  const parts = [number, entry.title, words.about(entry.minutes)].filter(Boolean);
  return wrap([span(`${words.next} `, 'heading'), span(parts.join(', '))], ink.width);
}

/** All of the course that the open lesson belongs to. */
function isAllDone({ finished, lesson }: SessionState, course: readonly CourseEntry[]): boolean {
  const here = course.find(({ id }) => id === lesson.id)?.course;
  const own = course.filter((entry) => entry.course === here);
  return own.every(({ id, tasks, locked }) => locked || tasks.every((task) => finished.has(taskKey(id, task.id))));
}

function finishedText(session: SessionState, ink: LessonInk): LessonText {
  const draft = newDraft();
  const { lesson } = session;
  const { lesson: words } = ink.words;
  add(draft, [[span(`${ink.glyphs.passed} ${words.lessonDone(lesson.title)}`, 'good')]]);
  add(draft, taskList(session, ink));
  if (ink.recall > 0) add(draft, wrap([span(ink.words.lesson.review(ink.recall), 'info')], ink.width));
  add(draft, nextLesson(session, ink));
  add(draft, [
    ...wrap(
      [span(session.following ? words.goesOn : isAllDone(session, ink.course) ? words.wholeCourse : words.othersOpen)],
      ink.width,
    ),
  ]);
  return textOf(draft);
}

function blockedText(session: Extract<SessionState, { status: 'blocked' }>, ink: LessonInk): LessonText {
  const draft = newDraft();
  add(draft, wrap([span(session.what, 'bad')], ink.width));
  add(draft, wrap([span(session.why)], ink.width));
  if (session.tryThis.length > 0) {
    add(draft, [
      [span(ink.words.lesson.tryThis, 'heading')],
      ...session.tryThis.flatMap((line) => wrap([span(line, 'code')], ink.width, [span('  ')])),
    ]);
  }
  return textOf(draft);
}

export function lessonText(session: SessionState, marked: string | undefined, ink: LessonInk): LessonText {
  if (session.status === 'blocked') return blockedText(session, ink);
  if (session.status === 'finished') return finishedText(session, ink);
  const task = session.lesson.tasks[session.taskIndex];
  return task ? taskText(session, task, marked, ink) : introText(session, ink);
}

/** What the pane is called: the task's place and title. */
export function lessonTitle(session: SessionState, { lesson: words }: Words, isShort = false): string {
  const task = session.lesson.tasks[session.taskIndex];
  if (session.status === 'blocked') return words.blocked;
  if (session.status === 'finished') return words.finished;
  if (!task) return words.intro;
  const [number, count] = [session.taskIndex + 1, session.lesson.tasks.length];
  if (isShort) return `${number}/${count} ${task.title}`;
  return `${words.taskTitle(number, count, task.title)}${isFinished(session) ? words.taskDone : ''}`;
}
