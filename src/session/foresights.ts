import { Fault } from '../fault.ts';
import type { Clock } from '../platform/clock.ts';
import type { Effect, ForesightAnswer, SessionEvent } from './events.ts';
import type { DriverPorts } from './ports.ts';
import type { SessionState } from './state.ts';

/** Asks what the command on the card would change: one question at a time, never in anybody's way. Knows no rule. */

/** Who presses Enter at once has not waited for an answer, and shall not wait for a process either. */
const restMs = 250;
const longestMs = 10_000;

type Ports = Pick<DriverPorts, 'foresee' | 'onBug'> & { clock: Clock };

export class Foresights {
  readonly #ports: Ports;
  readonly #dispatch: (event: SessionEvent) => void;
  #current: { foresightId: number; controller: AbortController } | undefined;
  #asking: Promise<void> = Promise.resolve();
  #cancelRest = () => {};

  constructor(ports: Ports, dispatch: (event: SessionEvent) => void) {
    this.#ports = ports;
    this.#dispatch = dispatch;
  }

  ask({ foresightId, script }: Extract<Effect, { type: 'foresee' }>): void {
    this.#abandon();
    const { clock, foresee } = this.#ports;
    if (!foresee) return;
    const controller = new AbortController();
    this.#current = { foresightId, controller };
    this.#cancelRest = clock.after(restMs, () => {
      this.#asking = this.#ask(foresightId, script, controller, foresee);
    });
  }

  /** After each step of the session: a card that is gone is not asked about any longer. */
  follow(state: SessionState): void {
    if (this.#current && this.#current.foresightId !== state.foresight?.foresightId) this.#abandon();
  }

  close(): void {
    this.#abandon();
  }

  /** Resolves when no question is under way. */
  ended(): Promise<void> {
    return this.#asking;
  }

  async #ask(
    foresightId: number,
    script: string,
    controller: AbortController,
    foresee: NonNullable<DriverPorts['foresee']>,
  ): Promise<void> {
    const answer = (said: ForesightAnswer) => this.#dispatch({ type: 'foreseen', foresightId, answer: said });
    const cancelLimit = this.#ports.clock.after(longestMs, () => {
      answer({ status: 'unknown', why: undefined });
      controller.abort(new Error('it took too long'));
    });
    answer({ status: 'looking' });
    try {
      answer({ status: 'foreseen', foresight: await foresee(script, controller.signal) });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof Fault)) this.#ports.onBug(error);
      answer({ status: 'unknown', why: error instanceof Fault ? error.what : undefined });
    } finally {
      cancelLimit();
      if (this.#current?.controller === controller) this.#current = undefined;
    }
  }

  #abandon(): void {
    this.#cancelRest();
    this.#current?.controller.abort(new Error('another card'));
    this.#current = undefined;
  }
}
