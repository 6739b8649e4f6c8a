import type { ExplainedCall } from '../check/explain/subject.ts';
import { type TrafficWatch, watchTraffic } from '../check/traffic/history.ts';
import { meshLook } from '../check/traffic/observe.ts';
import { Fault } from '../fault.ts';
import { courseOf, firstCourse } from '../lesson/catalog.ts';
import { FieldDesk } from '../lesson/fields/field-desk.ts';
import type { Term } from '../lesson/glossary.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Library } from '../lesson/library.ts';
import type { RunEnd } from '../platform/run-end.ts';
import { createDriver, type Driver } from '../session/driver.ts';
import type { Intent } from '../session/events.ts';
import { taskOf } from '../session/next-step.ts';
import type { BackgroundScript } from '../session/ports.ts';
import type { RecallQuestion } from '../session/recall.ts';
import type { Recalled } from '../session/review.ts';
import { looksSecret } from '../session/secret-line.ts';
import type {
  BackCard,
  CourseEntry,
  LendTerminal,
  ScreenContent,
  ScreenHost,
  Stopped,
  TerminalProgram,
  Way,
} from '../tui/app-port.ts';
import type { ExplainSubject } from '../tui/view/explain-screen.ts';
import type { Completion } from '../world/completion/complete.ts';
import { BackCards } from './back-cards.ts';
import { openInBrowser } from './browser.ts';
import { type CommandHistory, openHistory } from './command-history.ts';
import { completeLine } from './completing.ts';
import type { Parts } from './compose.ts';
import { courseEntries } from './course-entries.ts';
import { driftNotice } from './drift.ts';
import { explainSubject } from './explaining.ts';
import { fieldPorts, openText } from './field-ports.ts';
import { foreseer } from './foreseeing.ts';
import { startAt } from './lesson-starts.ts';
import { libraryOf } from './library.ts';
import { isLessonFinished, isToDoAgain, lessonToResume } from './openings.ts';
import { recallAfter } from './recalling.ts';
import { buildStartState, isWorldBeyond } from './start-state.ts';
import { askToEmpty, stoppedBy } from './stopping.ts';
import type { Offer } from './traces.ts';
import { damageWords } from './troubles.ts';
import { WayBack } from './way-back.ts';

/** Nobody reads three lines in less. */
const readingMs = 700;

/** Brings the world up, opens lessons and carries keys to the driver; what the screen draws comes from here. */
export class LessonHost implements ScreenHost {
  readonly #parts: Parts;
  readonly #history: CommandHistory;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #content!: ScreenContent;
  #driver: Driver | undefined;
  /** Another lesson is being opened, or asks something first: what this one does meanwhile is not drawn. */
  #isAway = false;
  /** Where the learner was when the last lesson was closed. */
  #left: { lesson: Lesson; task: string | undefined } | undefined;
  #pendingNotice: string | undefined;
  #work: Promise<void> = Promise.resolve();
  #isPrepared = false;
  #library: Library | undefined;
  /** What a review asked when the journal had so many entries. */
  #recalled: { lesson: Lesson; length: number; questions: readonly RecallQuestion[] } | undefined;
  /** The lesson whose start wants an empty sandbox, and when the learner was asked about it. */
  #asked: { lesson: string; at: number } | undefined;
  readonly #wayBack: WayBack;
  readonly #cards: BackCards;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#teller(parts.words.frame.gettingReady)(parts.words.frame.starting);
    this.#wayBack = new WayBack(parts);
    this.#cards = new BackCards(parts, this.#wayBack, this.#closing.signal, () => this.#tell());
    this.#history = openHistory(parts.folders.state);
    this.#pendingNotice = damageWords(parts);
  }

  /** Goes on where the learner was, or starts the course; another course than the first when it is named. */
  begin(course?: string): void {
    if (!this.#wayBack.isUnfinished) this.#beginAt(course);
    else {
      this.#work = this.#work
        .then(() => this.#finishGoingBack())
        .catch((error: unknown) => this.#parts.log.write('finishing to go back', error))
        .then(() => this.#beginAt(course));
    }
  }

  #beginAt(course: string | undefined): void {
    const summary = this.#parts.summary();
    const lesson = lessonToResume(this.#parts.catalog, summary, course);
    const isElsewhere = course !== undefined && summary.last?.lesson !== lesson?.id;
    if (lesson) this.#open(lesson, undefined, isElsewhere || isToDoAgain(lesson, summary));
  }

  content(): ScreenContent {
    return this.#content;
  }

  subscribe(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  send(intent: Intent): void {
    if (intent.type === 'propose' && !intent.edited && !looksSecret(intent.script)) this.#history.add(intent.script);
    this.#driver?.send(intent);
  }

  course(): readonly CourseEntry[] {
    return courseEntries(this.#parts);
  }

  glossary(): readonly Term[] {
    return this.#parts.catalog.glossary;
  }

  fields(onChange: () => void): FieldDesk {
    return new FieldDesk(openText(this.#driver?.state), fieldPorts(this.#parts), onChange);
  }

  library(): Library {
    this.#library ??= libraryOf(this.#parts.catalog, this.#parts.summary);
    return this.#library;
  }

  recall(): readonly RecallQuestion[] {
    const { journal, catalog } = this.#parts;
    const { length } = journal.entries;
    const lesson = this.#driver?.state.lesson;
    if (!lesson) return [];
    if (this.#recalled?.lesson !== lesson || this.#recalled.length !== length) {
      this.#recalled = { lesson, length, questions: recallAfter(lesson, catalog, journal.entries) };
    }
    return this.#recalled.questions;
  }

  recalled(answer: Recalled): void {
    this.#parts.journal.append(answer);
  }

  openLesson(id: string, task?: string): void {
    const lesson = this.#parts.catalog.find(id);
    if (!lesson) return;
    const { clock } = this.#parts;
    const mayEmpty = this.#asked?.lesson === id;
    // The key that led here may have been pressed twice; what cannot be taken back wants to be read first.
    if (mayEmpty && clock.now() - (this.#asked?.at ?? 0) < readingMs) return;
    this.#asked = undefined;
    const open = this.#driver?.state;
    const taskIndex = lesson.tasks.findIndex((one) => one.id === task);
    if (open?.lesson.id === id) this.#driver?.send({ type: 'open-task', taskIndex });
    else this.#open(lesson, task, true, mayEmpty);
  }

  back(): void {
    this.#asked = undefined;
    if (this.#driver) this.#draw(this.#driver);
    else if (this.#left) this.#open(this.#left.lesson, this.#left.task, false);
  }

  shell(): TerminalProgram {
    return this.#parts.shell.interactive(this.#parts.words.host.shellGreeting);
  }

  shellEnded(_end: RunEnd): void {
    this.#driver?.refresh();
  }

  commandHistory(): readonly string[] {
    return this.#history.scripts;
  }

  lookBack(way: Way): void {
    void this.#cards.find(way, this.#driver?.state.lesson.id);
  }

  backCard(): BackCard | undefined {
    return this.#cards.card;
  }

  goBack(): void {
    const offer = this.#cards.take();
    if (!offer) return;
    const open = this.#driver?.state.lesson;
    const lesson = (offer.way === 'replay' ? undefined : this.#parts.catalog.find(offer.lesson)) ?? open;
    if (!lesson) return;
    this.#work = this.#work
      .then(() => (offer.way === 'replay' ? this.#replay(lesson) : this.#goBack(offer, lesson)))
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted) this.#stopped(this.#left?.lesson ?? lesson, error);
      });
  }

  watchTraffic(onChange: () => void): TrafficWatch {
    const { clock, world } = this.#parts;
    return watchTraffic(
      meshLook(() => world.kube(), clock),
      clock,
      onChange,
    );
  }

  explain(subject: ExplainSubject, signal: AbortSignal): Promise<ExplainedCall | undefined> {
    return explainSubject(this.#parts, this.#driver?.state, subject, signal);
  }

  complete(text: string, cursor: number): Promise<Completion> {
    return completeLine(this.#parts, text, cursor);
  }

  openPage(url: string): void {
    openInBrowser(url, () => this.notice(this.#parts.words.host.noBrowser(url)));
  }

  lendTerminal(lend: LendTerminal): void {
    this.#parts.shell.lendTerminal = lend;
  }

  notice(notice: Parameters<Driver['notice']>[0]): void {
    if (this.#driver) this.#driver.notice(notice);
    else if (typeof notice === 'string') this.#pendingNotice = notice;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the program ends'));
    await this.#work;
    await this.#driver?.close();
  }

  /** One lesson is opened at a time; a second wish waits for the first. */
  #open(lesson: Lesson, task: string | undefined, isJump: boolean, mayEmpty = false): void {
    this.#work = this.#work
      .then(() => this.#prepareAndOpen(lesson, task, isJump, mayEmpty))
      .catch((error: unknown) => {
        if (this.#closing.signal.aborted) return;
        this.#stopped(lesson, error);
      });
  }

  async #prepareAndOpen(lesson: Lesson, task: string | undefined, isJump: boolean, mayEmpty: boolean): Promise<void> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    this.#isAway = true;
    const tell = this.#teller(lesson.title);
    if (!this.#isPrepared)
      await this.#parts.world.prepare((step) => tell(this.#parts.words.host.prepare[step]), signal);
    this.#isPrepared = true;
    const { finished } = this.#parts.summary();
    const needs = this.#parts.catalog.needsOf(lesson.id);
    // Who comes by the lessons' own way has their end already; a jump builds it.
    const isMissing = needs.some((needed) => !isLessonFinished(needed, finished));
    const isFinished = isLessonFinished(lesson, finished);
    const ground = isJump && !isFinished ? await this.#groundOf(lesson, mayEmpty, tell) : 'there';
    if (ground === 'asked') return;
    await this.#leave();
    if (isFinished && isJump) {
      const step = courseOf(lesson) === firstCourse ? lesson.step : lesson.id;
      this.#pendingNotice ??= this.#parts.words.host.finished(step);
    } else if (!isFinished && (isJump || isMissing)) {
      const empty = ground === 'to-empty' ? () => this.#empty(tell) : undefined;
      await startAt(this.#parts, lesson, { tell, signal }, empty);
    }
    signal.throwIfAborted();
    await this.#show(lesson, task);
    if (!isJump && !isMissing) void this.#tellDrift(lesson.id);
  }

  async #goBack(offer: Offer, lesson: Lesson): Promise<void> {
    this.#isAway = true;
    const { wayBack: words } = this.#parts.words;
    const title = lesson.tasks.find(({ id }) => id === offer.task)?.title ?? lesson.title;
    this.#teller(title)(offer.way === 'undo' ? words.undoing : words.redoing);
    const running = this.#running();
    await this.#leave();
    const background = await this.#wayBack.go(offer, running);
    this.#pendingNotice ??= offer.way === 'undo' ? words.undone(title) : words.redone(title);
    await this.#show(lesson, lesson.tasks.find(({ id }) => id === offer.task)?.id, background);
  }

  /** Plays again what was lost of finished tasks; the learner goes on where they were. */
  async #replay(lesson: Lesson): Promise<void> {
    this.#isAway = true;
    const { wayBack: words } = this.#parts.words;
    const background = this.#running();
    await this.#leave();
    await buildStartState(this.#parts, lesson, {
      tell: this.#teller(words.titles.replay),
      signal: this.#closing.signal,
    });
    this.#pendingNotice ??= words.replayed;
    await this.#show(lesson, this.#left?.task, background);
  }

  #running(): BackgroundScript[] {
    const running = this.#driver?.state.background.filter(({ status }) => status !== 'ended') ?? [];
    return running.map(({ command, script }) => ({ command, script }));
  }

  async #finishGoingBack(): Promise<void> {
    const tell = this.#teller(this.#parts.words.wayBack.goingBack);
    await this.#parts.world.prepare((step) => tell(this.#parts.words.host.prepare[step]), this.#closing.signal);
    this.#isPrepared = true;
    await this.#wayBack.finish();
  }

  /** Whether the lesson's start can be built on what is there; the learner is asked before the sandbox is emptied for it. */
  async #groundOf(
    lesson: Lesson,
    mayEmpty: boolean,
    tell: (sentence: string) => void,
  ): Promise<'there' | 'to-empty' | 'asked'> {
    const { world, clock } = this.#parts;
    tell(this.#parts.words.host.lookingAtWorld);
    if (!(await isWorldBeyond(this.#parts, lesson, this.#closing.signal))) return 'there';
    if (!world.reset) {
      this.#pendingNotice = this.#parts.words.host.beyond;
      return 'there';
    }
    if (mayEmpty) return 'to-empty';
    this.#asked = { lesson: lesson.id, at: clock.now() };
    this.#set(askToEmpty(lesson, this.#backFrom(lesson).back, this.#parts));
    return 'asked';
  }

  async #empty(tell: (sentence: string) => void): Promise<void> {
    tell(this.#parts.words.host.emptying);
    await this.#parts.world.reset?.();
    this.#parts.shell.forget();
  }

  async #leave(): Promise<void> {
    const { state } = this.#driver ?? {};
    if (state) this.#left = { lesson: state.lesson, task: taskOf(state)?.id };
    await this.#driver?.close();
    this.#driver = undefined;
  }

  #backFrom(from: Lesson): Pick<Stopped, 'back'> {
    const before = this.#driver?.state.lesson ?? this.#left?.lesson;
    return before && before.id !== from.id ? { back: before.title } : {};
  }

  async #show(lesson: Lesson, task: string | undefined, background: readonly BackgroundScript[] = []): Promise<void> {
    const opening = this.#parts.opening(lesson.id, task);
    const notice = this.#pendingNotice;
    this.#pendingNotice = undefined;
    const { world, shell, clock } = this.#parts;
    const { enter } = this.#wayBack;
    const ports = this.#parts.ports({ foresee: foreseer(world, shell, clock), ...(enter && { enter }) });
    const driver = await createDriver(ports, { ...opening, background, ...(notice && { notice }) });
    this.#driver = driver;
    driver.subscribe(() => {
      if (this.#driver === driver && !this.#isAway) this.#draw(driver);
    });
    this.#draw(driver);
  }

  #draw(driver: Driver): void {
    this.#isAway = false;
    this.#set({ phase: 'lesson', session: driver.state });
  }

  async #tellDrift(lesson: string): Promise<void> {
    const drift = await driftNotice(this.#parts, lesson, this.#closing.signal);
    if (drift && this.#driver?.state.lesson.id === lesson) this.#driver.notice(drift);
  }

  #teller(title: string): (sentence: string) => void {
    const done: string[] = [];
    let doing = '';
    return (sentence) => {
      if (sentence === doing) return;
      if (doing) done.push(doing);
      doing = sentence;
      this.#set({ phase: 'preparing', title, done: [...done], doing });
    };
  }

  #stopped(lesson: Lesson, error: unknown): void {
    if (!(error instanceof Fault)) this.#parts.log.write(`opening the lesson ${lesson.id}`, error);
    this.#set(stoppedBy(error, lesson, this.#backFrom(lesson).back, this.#parts));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #set(content: ScreenContent): void {
    this.#content = content;
    this.#tell();
  }
}
