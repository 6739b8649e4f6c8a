import { Fault } from '../fault.ts';
import type { Clock } from '../platform/clock.ts';
import type { Effect, SessionEvent } from './events.ts';
import { wantsAnotherLook } from './looking.ts';
import { taskKey, taskOf } from './next-step.ts';
import type { DriverPorts, LookRequest } from './ports.ts';
import type { SessionState } from './state.ts';

/**
 * Carries out looks, and asks for new ones: soon after the world changed, and ever more slowly while a task fails
 * (sidecar counters move without any object changing). Knows no rule of a lesson.
 */
const debounceMs = 30;
const firstDelayMs = 300;
const longestDelayMs = 3_000;
/** A look that takes longer is given up; the next one starts afresh. */
const longestLookMs = 60_000;

type Ports = Pick<DriverPorts, 'look' | 'onBug' | 'askWorldNow'> & { clock: Clock };

export class Looks {
  readonly #ports: Ports;
  readonly #dispatch: (event: SessionEvent) => void;
  #current: { verifyId: number; controller: AbortController } | undefined;
  /** First counters seen and the like, for one task. */
  #memory = { task: '', since: 0, values: new Map<string, unknown>() };
  #worldMoved = false;
  readonly #glances = new Set<() => void>();
  #cancelDebounce: (() => void) | undefined;
  #cancelBackOff: (() => void) | undefined;
  #delayMs = firstDelayMs;

  readonly #beside: LookRequest['beside'];

  constructor(ports: Ports, dispatch: (event: SessionEvent) => void, beside: LookRequest['beside']) {
    this.#ports = ports;
    this.#dispatch = dispatch;
    this.#beside = beside;
  }

  /** Whether a look is under way or about to begin. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#cancelDebounce !== undefined;
  }

  worldChanged(): void {
    this.#delayMs = firstDelayMs;
    this.#worldMoved = true;
    for (const glance of this.#glances) glance();
    this.#schedule();
  }

  /** After each step of the session. */
  follow(state: SessionState): void {
    if (this.#current && this.#current.verifyId !== state.verifyId) this.#abandon('a newer look or run');
    const wants = wantsAnotherLook(state);
    if (wants && !this.#current && !this.#cancelBackOff && !this.#cancelDebounce) {
      const delay = this.#delayMs;
      this.#cancelBackOff = this.#ports.clock.after(delay, () => {
        this.#cancelBackOff = undefined;
        this.#delayMs = Math.min(delay * 1.5, longestDelayMs);
        this.#dispatch({ type: 'world-changed', at: this.#ports.clock.now() });
      });
    } else if (!wants && this.#cancelBackOff) {
      this.#cancelBackOff();
      this.#cancelBackOff = undefined;
    }
    if (!wants) this.#delayMs = firstDelayMs;
  }

  async look(effect: Extract<Effect, { type: 'verify' }>, state: SessionState): Promise<void> {
    this.#abandon('a newer look');
    const task = taskOf(state);
    if (!task?.check) throw new Error(`there is no check to look at in task ${state.taskIndex}`);
    const { verifyId } = effect;
    const controller = new AbortController();
    const current = { verifyId, controller };
    this.#current = current;
    this.#worldMoved = false;
    if (state.status === 'verifying') this.#ports.askWorldNow?.();
    const cancelLimit = this.#ports.clock.after(longestLookMs, () => controller.abort(new Error('took too long')));
    const answers = Object.entries(state.progress.answers).map(([id, { choice }]) => [id, choice] as const);
    const { startedAt: since } = state.progress;
    const memory = this.#memoryOf(taskKey(state.lesson.id, task.id), since);
    const request = {
      lesson: state.lesson,
      task: task.id,
      check: task.check,
      since,
      memory,
      patient: state.status === 'verifying',
      beside: this.#beside,
      onWorldChange: (listener: () => void) => {
        this.#glances.add(listener);
        return () => this.#glances.delete(listener);
      },
    };
    try {
      await this.#ports.look(
        { ...request, answers: Object.fromEntries(answers), signal: controller.signal },
        (condition, result) => this.#dispatch({ type: 'condition-reported', verifyId, condition, result }),
      );
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(error);
    } finally {
      cancelLimit();
      if (this.#current === current) this.#current = undefined;
    }
    this.#dispatch({ type: 'verify-ended', verifyId, at: this.#ports.clock.now() });
    if (this.#worldMoved) this.#schedule();
  }

  close(): void {
    this.#abandon('the session ends');
    this.#cancelBackOff?.();
    this.#cancelDebounce?.();
    this.#cancelBackOff = undefined;
    this.#cancelDebounce = undefined;
  }

  #memoryOf(task: string, since: number): Map<string, unknown> {
    if (this.#memory.task !== task || this.#memory.since !== since) this.#memory = { task, since, values: new Map() };
    return this.#memory.values;
  }

  #abandon(reason: string): void {
    this.#current?.controller.abort(new Error(reason));
    this.#current = undefined;
  }

  /** A change during a look is answered by one look after it. */
  #schedule(): void {
    if (this.#current || this.#cancelDebounce) return;
    this.#cancelBackOff?.();
    this.#cancelBackOff = undefined;
    this.#cancelDebounce = this.#ports.clock.after(debounceMs, () => {
      this.#cancelDebounce = undefined;
      this.#worldMoved = false;
      this.#dispatch({ type: 'world-changed', at: this.#ports.clock.now() });
    });
  }

  #failed(error: unknown): void {
    if (error instanceof Fault) {
      this.#dispatch({ type: 'world-failed', what: error.what, why: error.why ?? '', tryThis: error.next });
    } else {
      this.#ports.onBug(error);
    }
  }
}
