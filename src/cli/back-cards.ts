import { Fault, inWords } from '../fault.ts';
import type { BackCard, Way } from '../tui/app-port.ts';
import type { Parts } from './compose.ts';
import { mistake } from './stopping.ts';
import { findChanges, findRedo, findUndo, type Offer } from './traces.ts';
import type { WayBack } from './way-back.ts';

/** What undoing, redoing or the last task is about, found out when it is asked for. Goes nowhere by itself. */
export class BackCards {
  readonly #parts: Pick<Parts, 'catalog' | 'log' | 'findings'>;
  readonly #wayBack: WayBack;
  readonly #onChange: () => void;
  #card: BackCard | undefined;
  #offer: Offer | undefined;

  constructor(parts: Pick<Parts, 'catalog' | 'log' | 'findings'>, wayBack: WayBack, onChange: () => void) {
    this.#parts = parts;
    this.#wayBack = wayBack;
    this.#onChange = onChange;
  }

  get card(): BackCard | undefined {
    return this.#card;
  }

  /** What the card offers, once. */
  take(): Offer | undefined {
    const offer = this.#offer;
    this.#offer = undefined;
    this.#card = undefined;
    return offer;
  }

  async find(way: Way): Promise<void> {
    const looking: BackCard = { status: 'looking', way };
    this.#offer = undefined;
    this.#set(looking);
    const found = await this.#look(way).catch((error: unknown) => ({
      card: this.#failed(way, error),
      offer: undefined,
    }));
    // Another one may have been asked for meanwhile.
    if (this.#card !== looking) return;
    this.#offer = found.offer;
    this.#set(found.card);
  }

  async #look(way: Way): Promise<{ card: BackCard; offer: Offer | undefined }> {
    const { traces } = this.#wayBack;
    const offer = way === 'undo' ? await findUndo(traces) : way === 'redo' ? await findRedo(traces) : undefined;
    const found = way === 'look' ? await findChanges(traces) : offer;
    if (!found) return { card: { status: 'nothing', way }, offer };
    const lesson = this.#parts.catalog.find(found.lesson);
    const task = lesson?.tasks.find(({ id }) => id === found.task);
    const titles = { lesson: lesson?.title ?? found.lesson, task: task?.title ?? found.task };
    return { card: { status: 'ready', way, ...titles, changes: found.changes }, offer };
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
