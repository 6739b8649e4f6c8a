import type { CommandBeside } from '../check/check.ts';
import { Fault } from '../fault.ts';
import { watchSleep } from '../platform/awake.ts';
import { BackgroundCommands } from './background.ts';
import type { Effect, Intent, SessionEvent } from './events.ts';
import { withForesight } from './foreseeing.ts';
import { Foresights } from './foresights.ts';
import { Looks } from './looks.ts';
import { type Notice, saying } from './notice.ts';
import { OutputBuffer } from './output.ts';
import type { DriverPorts, LessonOpening, RunningCommand, RunRequest } from './ports.ts';
import { currentTask, type Proposal, type SessionState } from './state.ts';
import { openLesson } from './tasks.ts';
import { transition } from './transition.ts';

/**
 * Does what transition asks for and tells it what happened: the same for the screen, for `meshwalk run` and for tests.
 * Knows no rule of a lesson, no world, no check and no shell; those come through its ports.
 */

/** Thirty times a second is as often as anyone can read. */
const flushMs = 33;
const ownCommandTimeoutMs = 10 * 60_000;

export interface Driver {
  readonly state: SessionState;
  /** How often the world went away by itself. */
  readonly worldAbsences: number;
  /** The world does not answer at the moment: what fails meanwhile says nothing. */
  readonly isWorldAway: boolean;
  /** The screen's (or the robot's) way in. */
  send(intent: Intent): void;
  /** Called after the state changed; changes that come together are told together. */
  subscribe(listener: () => void): () => void;
  open(opening: LessonOpening): Promise<void>;
  /** One sentence for the learner. */
  notice(notice: string | Notice): void;
  /** The learner was elsewhere (in a shell): the world may be another one. */
  refresh(): void;
  /** Resolves when nothing runs, no look is under way and nothing waits to be told. */
  idle(): Promise<void>;
  /** Ends commands, looks and watches; resolves when no process is left, and the way back is kept. */
  close(): Promise<void>;
}

export async function createDriver(ports: DriverPorts, opening: LessonOpening): Promise<Driver> {
  const world = await ports.describeWorld();
  const { notice, background = [], ...lesson } = opening;
  const opened = openLesson({ type: 'lesson-opened', ...lesson, world, at: ports.clock.now() });
  const first = withForesight(opened);
  const driver = new SessionDriver(ports, {
    ...first.state,
    notice: notice === undefined ? undefined : saying(notice),
  });
  driver.start(first.effects);
  for (const { command, script } of background) driver.startBackground(command, script);
  return driver;
}

class SessionDriver implements Driver {
  readonly #ports: DriverPorts;
  readonly #looks: Looks;
  readonly #foresights: Foresights;
  readonly #background: BackgroundCommands;
  readonly #listeners = new Set<() => void>();
  #state: SessionState;
  #queue: SessionEvent[] = [];
  #isStepping = false;
  #run: { runId: number; command: RunningCommand | undefined; ended: Promise<void> } | undefined;
  /** The way back from the task is being kept. */
  #entered: Promise<void> = Promise.resolve();
  #work = 0;
  #waiting: (() => void)[] = [];
  #isTelling = false;
  #stopWatching: (() => void) | undefined;
  #watched: string | undefined;
  #isClosed = false;
  readonly #stopListening: () => void;
  readonly #stopSleepWatch: () => void;

  constructor(ports: DriverPorts, state: SessionState) {
    this.#ports = ports;
    this.#state = state;
    this.#looks = new Looks(
      ports,
      (event) => this.#dispatch(event),
      () => beside(this.#state),
    );
    this.#foresights = new Foresights(ports, (event) => this.#dispatch(event));
    this.#background = new BackgroundCommands(ports, (event) => this.#dispatch(event));
    this.#stopListening = ports.onWorldBack?.(() => this.#worldIsBack()) ?? (() => {});
    this.#stopSleepWatch = watchSleep(ports.clock, () => this.#woke());
  }

  get state(): SessionState {
    return this.#state;
  }

  get isWorldAway(): boolean {
    return this.#ports.isWorldAway?.() ?? false;
  }

  get worldAbsences(): number {
    return this.#ports.worldAbsences?.() ?? 0;
  }

  start(effects: readonly Effect[]): void {
    this.#isStepping = true;
    this.#record(effects);
    this.#perform(effects);
    this.#drain();
  }

  startBackground(command: string, script: string): void {
    this.#background.start(command, script);
  }

  send(intent: Intent): void {
    this.#dispatch({ type: 'intent', intent, at: this.#ports.clock.now() });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async open(opening: LessonOpening): Promise<void> {
    const { notice, background: _, ...lesson } = opening;
    const world = await this.#ports.describeWorld();
    this.#dispatch({ type: 'lesson-opened', ...lesson, world, at: this.#ports.clock.now() });
    if (notice) this.#dispatch({ type: 'noticed', notice: saying(notice) });
  }

  notice(notice: string | Notice): void {
    this.#dispatch({ type: 'noticed', notice: typeof notice === 'string' ? saying(notice) : notice });
    // What is still being made may cost something already.
    if (typeof notice !== 'string') void this.#count(this.#lookAtWorld());
  }

  refresh(): void {
    this.#looks.worldChanged();
    void this.#count(this.#lookAtWorld());
  }

  async idle(): Promise<void> {
    while (!this.#isIdle()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#looks.close();
    this.#foresights.close();
    this.#stopWatching?.();
    this.#stopListening();
    this.#stopSleepWatch();
    this.#run?.command?.kill();
    await Promise.all([this.#run?.ended, this.#entered, this.#foresights.ended(), this.#background.stopAll()]);
  }

  #worldIsBack(): void {
    this.#background.retry();
    this.#looks.worldChanged();
  }

  /** Connections through a network seldom outlive a sleep, and those who hold them notice late or never. */
  #woke(): void {
    if (this.#state.world.kind !== 'sandbox') this.#background.renew();
    this.#looks.worldChanged();
  }

  #isIdle(): boolean {
    return this.#work === 0 && !this.#isStepping && !this.#isTelling && !this.#looks.isBusy;
  }

  #settle(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Events that come while another is worked on wait for their turn. */
  #dispatch(event: SessionEvent): void {
    this.#queue.push(event);
    if (!this.#isStepping) this.#drain();
  }

  #drain(): void {
    this.#isStepping = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } catch (error) {
      this.#ports.onBug(error);
    } finally {
      this.#isStepping = false;
    }
    this.#settle();
  }

  #step(event: SessionEvent): void {
    const { state, effects } = transition(this.#state, event);
    const isNew = state !== this.#state;
    // Saved before said: what counts as done is on disk before anyone can see it.
    this.#record(effects);
    this.#state = state;
    if (this.#isClosed) return;
    this.#perform(effects);
    this.#looks.follow(this.#state);
    this.#foresights.follow(this.#state);
    if (isNew) this.#tell();
  }

  #record(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'record') continue;
      try {
        this.#ports.record(effect.record);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const notice: Notice = { type: 'not-saved', what: error.what, next: error.next };
        this.#queue.push({ type: 'noticed', notice });
      }
    }
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      for (const listener of this.#listeners) listener();
      this.#settle();
    });
  }

  /** Work is counted before it is handed off, so that idle() never looks between two steps. */
  #count<T>(work: Promise<T>): Promise<void> {
    this.#work += 1;
    return work
      .then(
        () => {},
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#work -= 1;
        this.#settle();
      });
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'record':
          if (effect.record.type === 'task-started') this.#entered = this.#count(this.#enter());
          break;
        case 'run-command':
          this.#startRun(effect.runId, effect.proposal);
          break;
        case 'cancel-run':
          if (this.#run?.runId === effect.runId) {
            if (effect.force) this.#run.command?.kill();
            else this.#run.command?.interrupt();
          }
          break;
        case 'start-background':
          void this.#count(this.#startBeside(effect.proposal));
          break;
        case 'restart-background':
          this.#background.start(effect.command, effect.script);
          break;
        case 'stop-background':
          this.#background.stop(effect.command);
          break;
        case 'verify':
          void this.#count(this.#looks.look(effect, this.#state));
          break;
        case 'foresee':
          this.#foresights.ask(effect);
          break;
        case 'watch-world':
          void this.#count(this.#watch());
          break;
        case 'open-lesson':
          void this.#count(this.#ports.openLesson(effect.lesson).then((opening) => this.open(opening)));
          break;
      }
    }
  }

  #startRun(runId: number, proposal: Proposal): void {
    const request = {
      script: proposal.script,
      timeoutMs: proposal.command?.timeoutMs ?? ownCommandTimeoutMs,
      // What learners type behaves as in any shell of theirs.
      firstFailure: proposal.command !== undefined,
    };
    const ended = this.#count(
      proposal.command?.interactive ? this.#runInteractive(runId, request) : this.#runPlain(runId, request),
    );
    if (this.#run?.runId === runId) this.#run.ended = ended;
  }

  /** Nothing is done in a task before the way back from it is kept. */
  async #enter(): Promise<void> {
    const { lesson, background } = this.#state;
    const task = currentTask(this.#state);
    if (!task || !this.#ports.enter) return;
    const running = background.filter(({ status }) => status !== 'ended');
    try {
      await this.#ports.enter({
        lesson: lesson.id,
        task: task.id,
        background: running.map(({ command, script }) => ({ command, script })),
      });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#dispatch({ type: 'noticed', notice: { type: 'no-way-back', what: error.what } });
    }
  }

  /** The learner may have stopped the command, or left, while the way back was being kept. */
  async #mayStart(runId: number): Promise<boolean> {
    await this.#enter();
    const { state } = this;
    if (!this.#isClosed && !(state.status === 'running' && state.run.interrupts > 0)) return true;
    this.#dispatch({ type: 'run-ended', runId, end: { type: 'cancelled' }, at: this.#ports.clock.now() });
    return false;
  }

  async #startBeside(proposal: Proposal): Promise<void> {
    if (this.#ports.enter) await this.#enter();
    if (!this.#isClosed) this.#background.start(nameOf(proposal), proposal.script);
  }

  async #runInteractive(runId: number, request: RunRequest): Promise<void> {
    this.#run = { runId, command: undefined, ended: Promise.resolve() };
    if (this.#ports.enter && !(await this.#mayStart(runId))) return;
    const end = await this.#ports.runner.runInteractive(request);
    this.#dispatch({ type: 'run-ended', runId, end, at: this.#ports.clock.now() });
    await this.#lookAtWorld();
  }

  async #runPlain(runId: number, request: RunRequest): Promise<void> {
    const { clock, runner } = this.#ports;
    this.#run = { runId, command: undefined, ended: Promise.resolve() };
    if (this.#ports.enter && !(await this.#mayStart(runId))) return;
    const output = new OutputBuffer();
    let cancelFlush: (() => void) | undefined;
    const flush = () => {
      cancelFlush = undefined;
      this.#dispatch({ type: 'run-output', runId, ...output.snapshot() });
    };
    const command = runner.run(request, (text) => {
      output.add(text);
      cancelFlush ??= clock.after(flushMs, flush);
    });
    this.#run.command = command;
    this.#dispatch({ type: 'run-started', runId, at: clock.now() });
    const end = await command.ended;
    cancelFlush?.();
    flush();
    this.#dispatch({ type: 'run-ended', runId, end, at: clock.now() });
    await this.#lookAtWorld();
  }

  /** A command may have brought a cluster, or another kubeconfig context. */
  async #lookAtWorld(): Promise<void> {
    if (this.#isClosed) return;
    const world = await this.#ports.describeWorld();
    if (JSON.stringify(world) !== JSON.stringify(this.#state.world)) this.#dispatch({ type: 'world-described', world });
    if (!this.#stopWatching || this.#watched !== world.context) await this.#watch();
  }

  async #watch(): Promise<void> {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    const stop = await this.#ports.watchWorld(() => {
      if (!this.#isClosed) this.#looks.worldChanged();
    });
    if (this.#isClosed) return stop?.();
    this.#stopWatching = stop;
    this.#watched = this.#state.world.context;
  }

  #failed(error: unknown): void {
    if (error instanceof Fault) {
      this.#dispatch({ type: 'world-failed', what: error.what, why: error.why ?? '', tryThis: error.next });
    } else {
      this.#ports.onBug(error);
    }
  }
}

const beside = ({ background }: SessionState): CommandBeside[] =>
  background
    .filter(({ status }) => status !== 'ended')
    .map(({ command, status, lastLines }) => ({ command, isUp: status === 'running' && lastLines.length > 0 }));

const nameOf = (proposal: Proposal): string => proposal.command?.name ?? proposal.script;
