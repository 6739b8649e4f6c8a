import type { Task } from '../../lesson/lesson.ts';
import { isFinished, taskOf } from '../../session/next-step.ts';
import type { Output, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { CourseEntry, ScreenContent } from '../app-port.ts';
import { foreignLine } from '../view/foreign-text.ts';
import { plain } from '../view/spans.ts';
import { nextOf, noticeWords } from '../view/words.ts';
import {
  spokenAnswer,
  spokenBackground,
  spokenCommand,
  spokenCondition,
  spokenEnd,
  spokenLesson,
  spokenQuestion,
  spokenTaskTitle,
  spokenTwin,
} from './spoken-lesson.ts';
import { spokenMarkdown } from './spoken-markdown.ts';
import { promptFor } from './typed-line.ts';

/**
 * The walk told in lines that are only ever added: what was told is never drawn again. Pure: what has been told, and
 * what there is now, give the next lines.
 */
export interface Told {
  /** What the preparing said, the notice, the state of things outside the lesson. */
  said: readonly string[];
  notice: string | undefined;
  lesson: string;
  /** `<lesson>/<task index>` */
  place: string;
  /** Blocks of the task that were told. */
  blocks: number;
  hints: number;
  /** Questions whose explanation was told. */
  explained: ReadonlySet<string>;
  /** The run whose output was told, how many of its lines, and whether its end was. */
  run: { id: number; lines: number; isOver: boolean };
  /** By id of the condition: the status that was told. */
  conditions: Readonly<Record<string, string>>;
  background: Readonly<Record<string, string>>;
  isPassed: boolean;
  /** The learner asked for a look: all that it sees is told, told before or not. */
  isAsked: boolean;
  prompt: string;
}

export const nothingTold: Told = {
  said: [],
  notice: undefined,
  lesson: '',
  place: '',
  blocks: 0,
  hints: 0,
  explained: new Set(),
  run: { id: 0, lines: 0, isOver: true },
  conditions: {},
  background: {},
  isPassed: false,
  isAsked: false,
  prompt: '',
};

/** To be called when the learner asks for a look. */
export const asked = (told: Told): Told => ({ ...told, isAsked: true });

/** Lines of output told at once; of a flood only the end can be listened to. */
const mostLines = 60;

export interface ToldLine {
  text: string;
  /** What a command wrote: shown as it is, and never wrapped. */
  isOutput: boolean;
}

export interface Telling {
  lines: readonly ToldLine[];
  told: Told;
}

export function narrate(
  told: Told,
  content: ScreenContent,
  course: readonly CourseEntry[],
  words: Words,
  /** Questions of the review that is due. */
  recall = 0,
  isWindows = false,
): Telling {
  if (content.phase !== 'lesson') return outside(told, content, words);
  const said = told.lesson === '' ? [] : told.said;
  return new Teller({ ...told, said }, content.session, { course, words, recall, isWindows }).tell();
}

function outside(told: Told, content: Exclude<ScreenContent, { phase: 'lesson' }>, words: Words): Telling {
  const now =
    content.phase === 'preparing'
      ? [content.title, ...content.done, content.doing].map((step) => `${step}.`)
      : [content.what, content.why, ...content.tryThis, words.reader.retryOrQuit].filter(Boolean);
  const fresh = now.filter((step) => !told.said.includes(step));
  return { lines: fresh.map(sentence), told: { ...nothingTold, said: now } };
}

const sentence = (text: string): ToldLine => ({ text, isOutput: false });

interface Surroundings {
  course: readonly CourseEntry[];
  words: Words;
  recall: number;
  /** Commands are told as PowerShell takes them, too. */
  isWindows: boolean;
}

class Teller {
  readonly #session: SessionState;
  readonly #course: readonly CourseEntry[];
  readonly #words: Words;
  readonly #recall: number;
  readonly #isWindows: boolean;
  readonly #lines: ToldLine[] = [];
  #told: Told;

  constructor(told: Told, session: SessionState, { course, words, recall, isWindows }: Surroundings) {
    this.#recall = recall;
    this.#isWindows = isWindows;
    this.#told = told;
    this.#session = session;
    this.#course = course;
    this.#words = words;
  }

  tell(): Telling {
    this.#place();
    this.#output();
    this.#notice();
    this.#background();
    const task = taskOf(this.#session);
    if (task && this.#session.status !== 'blocked') this.#task(task);
    this.#standing();
    this.#prompt();
    return { lines: this.#lines, told: this.#told };
  }

  #say(...lines: readonly string[]): void {
    this.#lines.push(...lines.map(sentence));
  }

  #place(): void {
    const { lesson, taskIndex, runId, lastRun, progress } = this.#session;
    const place = `${lesson.id}/${taskIndex}`;
    if (place === this.#told.place) return;
    // Blank lines let a listener hear, and a reader see, that something new begins.
    if (this.#told.place !== '') this.#say('');
    if (lesson.id !== this.#told.lesson && taskIndex >= 0) this.#say(this.#words.reader.lesson(lesson.title));
    if (taskIndex < 0) this.#say(...spokenLesson(this.#session, this.#course, this.#words));
    const explained = Object.keys(progress.answers).filter((id) => progress.answers[id]?.shown);
    this.#told = {
      ...nothingTold,
      lesson: lesson.id,
      place,
      notice: this.#told.notice,
      background: this.#told.background,
      run: { id: runId, lines: 0, isOver: lastRun?.runId === runId || runId === 0 },
      explained: new Set(explained),
    };
    const task = taskOf(this.#session);
    if (task) this.#say(spokenTaskTitle(this.#session, task, this.#words));
  }

  /** What a command says, line by line; the line it is writing waits until it has an end. */
  #output(): void {
    const { session, run } = { session: this.#session, run: this.#told.run };
    const current = session.status === 'running' ? session.run : session.lastRun;
    if (!current || (current.runId === run.id && run.isOver) || current.runId < run.id) return;
    const from = current.runId === run.id ? run.lines : 0;
    const isOver = session.status !== 'running';
    const { fresh, count } = freshLines(current.output, from, isOver, this.#words);
    this.#lines.push(...fresh.map((text) => ({ text, isOutput: true })));
    if (isOver && session.lastRun) this.#say(spokenEnd(session.lastRun, this.#words));
    this.#told = { ...this.#told, run: { id: current.runId, lines: count, isOver } };
  }

  #notice(): void {
    const { notice: given } = this.#session;
    const notice = given && noticeWords(given, this.#words);
    if (notice !== undefined && notice !== this.#told.notice) this.#say(notice);
    this.#told = { ...this.#told, notice };
  }

  #background(): void {
    for (const running of this.#session.background) {
      if (this.#told.background[running.command] === running.status || running.status === 'starting') continue;
      this.#say(spokenBackground(running, this.#words));
      this.#told = { ...this.#told, background: { ...this.#told.background, [running.command]: running.status } };
    }
  }

  #task(task: Task): void {
    this.#explanations(task);
    this.#hints(task);
    this.#blocks(task);
    this.#conditions(task);
  }

  #explanations(task: Task): void {
    for (const question of task.questions) {
      const given = this.#session.progress.answers[question.id];
      if (!given?.shown || this.#told.explained.has(question.id)) continue;
      this.#say(spokenAnswer(question, given.choice, this.#words));
      this.#told = { ...this.#told, explained: new Set([...this.#told.explained, question.id]) };
    }
  }

  #hints(task: Task): void {
    const { lesson, reader } = this.#words;
    const { hints } = this.#session.progress;
    for (const [index, hint] of task.hints.slice(0, hints).entries()) {
      if (index < this.#told.hints) continue;
      const isLast = index === task.hints.length - 1;
      const title = hint.title || (isLast ? lesson.solution : lesson.hint(index + 1));
      this.#say(reader.hint(title, index + 1, task.hints.length), ...spokenMarkdown(hint.markdown, this.#words));
    }
    this.#told = { ...this.#told, hints: Math.max(this.#told.hints, hints) };
  }

  /** Text up to what Enter is about, and no further: what follows belongs after it. */
  #blocks(task: Task): void {
    if (this.#session.status === 'running' || this.#session.status === 'confirming') return;
    const due = dueBlock(this.#session, task);
    const until = due === undefined ? task.blocks.length : due + 1;
    for (const block of task.blocks.slice(this.#told.blocks, until)) {
      if (block.type === 'prose') this.#say(...spokenMarkdown(block.markdown, this.#words));
      if (block.type === 'command') this.#command(task, block.command);
      if (block.type === 'question') {
        const question = task.questions.find(({ id }) => id === block.question);
        if (question) this.#say(...spokenQuestion(question, this.#words));
      }
    }
    this.#told = { ...this.#told, blocks: Math.max(this.#told.blocks, until) };
  }

  #command(task: Task, name: string): void {
    const command = task.commands.find((candidate) => candidate.name === name);
    if (!command?.worlds.includes(this.#session.world.kind)) return;
    const next = nextOf(this.#session);
    const isNext = next?.type === 'run' && next.proposal.command?.name === name;
    const proposal = isNext ? next.proposal : { script: command.script, command, edited: false };
    this.#say(...spokenCommand(proposal, this.#session, this.#words));
    if (this.#isWindows && command.twin !== undefined) this.#say(...spokenTwin(command.twin, this.#words));
  }

  /** Results are told when they change, once the learner's own part is done. */
  #conditions(task: Task): void {
    const session = this.#session;
    const { status, progress } = session;
    const { isAsked } = this.#told;
    const { reader } = this.#words;
    const next = nextOf(session);
    const isUnderWay = next?.type === 'run' || next?.type === 'answer';
    if (
      !task.check ||
      status === 'verifying' ||
      status === 'running' ||
      status === 'confirming' ||
      (isUnderWay && !isAsked)
    )
      return;
    this.#told = { ...this.#told, isAsked: false };
    const fresh = progress.conditions.filter(
      ({ id, result, stale }) => result && !stale && (isAsked || result.status !== this.#told.conditions[id]),
    );
    if (fresh.length === 0) return;
    const passed = progress.conditions.filter(({ result }) => result?.status === 'passed').length;
    if (Object.keys(this.#told.conditions).length === 0) this.#say(reader.check(task.check.title));
    this.#say(
      ...fresh.flatMap((report) => spokenCondition(report, this.#words)),
      reader.conditionsHold(passed, progress.conditions.length),
    );
    const now = Object.fromEntries(fresh.map(({ id, result }) => [id, result?.status ?? '']));
    this.#told = { ...this.#told, conditions: { ...this.#told.conditions, ...now } };
  }

  /** Passed, blocked, at the end of the lesson. */
  #standing(): void {
    const session = this.#session;
    const { reader } = this.#words;
    const isPassed = session.status === 'passed' || session.status === 'finished' || isFinished(session);
    if (session.status === 'blocked' && !this.#told.said.includes(session.what)) {
      this.#say(session.what, session.why, ...session.tryThis.map(reader.tryThis));
      this.#told = { ...this.#told, said: [session.what] };
    }
    if (session.status === 'passed' && !this.#told.isPassed) this.#say(reader.taskPassed);
    if (session.status === 'finished' && !this.#told.said.includes('finished')) {
      this.#say(reader.lessonDone(session.lesson.title));
      if (this.#recall > 0) this.#say(this.#words.review.ready(this.#recall));
      this.#told = { ...this.#told, said: ['finished'] };
    }
    this.#told = { ...this.#told, isPassed };
  }

  #prompt(): void {
    const prompt = promptFor(this.#session, this.#words);
    if (prompt === this.#told.prompt && this.#lines.length === 0) return;
    // While something goes on the prompt would only be in the way; Ctrl-C is said once.
    if (prompt !== '' && (prompt !== this.#told.prompt || this.#session.status !== 'running')) this.#say(prompt);
    this.#told = { ...this.#told, prompt };
  }
}

function dueBlock(session: SessionState, task: Task): number | undefined {
  const next = nextOf(session);
  if (next?.type !== 'run' && next?.type !== 'answer') return undefined;
  const index = task.blocks.findIndex((block) =>
    next.type === 'run'
      ? block.type === 'command' && block.command === next.proposal.command?.name
      : block.type === 'question' && block.question === next.question,
  );
  return index < 0 ? undefined : index;
}

/** Lines beyond the first `from` of the whole output, which may have lost its beginning. */
function freshLines(
  output: Output,
  from: number,
  isOver: boolean,
  { reader }: Words,
): { fresh: string[]; count: number } {
  const finished = isOver ? output.lines : output.lines.slice(0, -1);
  const count = output.dropped + finished.length;
  const lines = finished.slice(Math.max(0, from - output.dropped)).map(({ text }) => plain(foreignLine(text, 'text')));
  const left = count - from - Math.min(lines.length, mostLines);
  return { fresh: [...(left > 0 ? [reader.linesLeftOut(left)] : []), ...lines.slice(-mostLines)], count };
}
