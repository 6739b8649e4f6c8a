import { Fault, inWords } from '../fault.ts';
import type { BackCard, Way } from '../tui/app-port.ts';
import type { Parts } from './compose.ts';
import { findDrift } from './drift.ts';
import { mustAnswer } from './start-state.ts';
import { mistake } from './stopping.ts';
import { findChanges, findRedo, findUndo, type Offer } from './traces.ts';
import type { WayBack } from './way-back.ts';

/** What the card of a drift offers. */
const replay = { way: 'replay' } as const;

/** What undoing, redoing, putting back or the last task is about, found out when it is asked for. Goes nowhere by itself. */
export class BackCards {
  readonly #parts: Parts;
  readonly #wayBack: WayBack;
  readonly #onChange: () => void;
  readonly #closing: AbortSignal;
  #card: BackCard | undefined;
  #offer: Offer | typeof replay | undefined;

  constructor(parts: Parts, wayBack: WayBack, closing: AbortSignal, onChange: () => void) {
    this.#parts = parts;
    this.#wayBack = wayBack;
    this.#closing = closing;
    this.#onChange = onChange;
  }

  get card(): BackCard | undefined {
    return this.#card;
  }

  /** What the card offers, once. */
  take(): Offer | typeof replay | undefined {
    const offer = this.#offer;
    this.#offer = undefined;
    this.#card = undefined;
    return offer;
  }

  /** `lesson` is open, and what it stands on may have been lost. */
  async find(way: Way, lesson: string | undefined): Promise<void> {
    const looking: BackCard = { status: 'looking', way };
    this.#offer = undefined;
    this.#set(looking);
    const found = await this.#look(way, lesson).catch((error: unknown) => ({
      card: this.#failed(way, error),
      offer: undefined,
    }));
    // Another one may have been asked for meanwhile.
    if (this.#card !== looking) return;
    this.#offer = found.offer;
    this.#set(found.card);
  }

  async #look(
    way: Way,
    open: string | undefined,
  ): Promise<{ card: BackCard; offer: Offer | typeof replay | undefined }> {
    if (way === 'replay') return this.#lookForDrift(open);
    const { traces } = this.#wayBack;
    const offer = way === 'undo' ? await findUndo(traces) : way === 'redo' ? await findRedo(traces) : undefined;
    const found = way === 'look' ? await findChanges(traces) : offer;
    if (!found) return { card: { status: 'nothing', way }, offer };
    const lesson = this.#parts.catalog.find(found.lesson);
    const task = lesson?.tasks.find(({ id }) => id === found.task);
    const titles = { lesson: lesson?.title ?? found.lesson, task: task?.title ?? found.task };
    return { card: { status: 'ready', way, ...titles, changes: found.changes }, offer };
  }

  async #lookForDrift(lesson: string | undefined): Promise<{ card: BackCard; offer: typeof replay | undefined }> {
    const way = 'replay';
    await mustAnswer(this.#parts);
    const drift = lesson === undefined ? undefined : await findDrift(this.#parts, lesson, this.#closing);
    // What came of asking may be that nobody answered.
    await mustAnswer(this.#parts);
    if (!drift) return { card: { status: 'nothing', way }, offer: undefined };
    return { card: { status: 'drifted', way, ...drift }, offer: drift.costly.length > 0 ? undefined : replay };
  }

  #failed(way: Way, error: unknown): BackCard {
    const { log, findings } = this.#parts;
    if (!(error instanceof Fault)) log.write('looking for the way back', error);
    const {
      what,
      why = '',
      next,
    } = error instanceof Fault ? inWords(error, findings.faultTexts) : mistake(this.#parts);
    return { status: 'failed', way, what, why, tryThis: next };
  }

  #set(card: BackCard): void {
    this.#card = card;
    this.#onChange();
  }
}
