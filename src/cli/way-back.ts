import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { readIfThere, syncFolder, writeAtomically } from '../platform/files.ts';
import type { ProgressRecord } from '../progress/events.ts';
import { isNewHere } from '../progress/ways-back.ts';
import type { BackgroundScript, TaskEntry } from '../session/ports.ts';
import { mustHaveSnapshots, type WorldSnapshots } from '../world/snapshots.ts';
import type { Parts } from './compose.ts';
import { keptPoints, type Note, type Offer, pointsOf, type Traces } from './traces.ts';

/**
 * Undoing and redoing tasks: keeps a snapshot of the world when a task begins, and goes back to it with the shell's
 * variables and the progress of then. Either all three are as they were or none of it happened, whoever is killed on the
 * way: from the moment that the intent is on disk, the next start finishes it. Knows no screen.
 */
interface Intent {
  version: 1;
  snapshot: string;
  /** Number of the record in the journal; a journal that has reached it holds the record. */
  number: number;
  record: ProgressRecord;
}

export class WayBack {
  readonly #parts: Parts;
  readonly #intentFile: string;
  /** One snapshot at a time, in the order of the moments. */
  #entering: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#intentFile = join(parts.folders.state, 'going-back.json');
  }

  /** For the driver: a way back from this task. Undefined where the world has none. */
  get enter(): ((entry: TaskEntry) => Promise<void>) | undefined {
    const { snapshots } = this.#parts.world;
    if (!snapshots) return undefined;
    return (entry) => {
      const entered = this.#entering.catch(() => {}).then(() => this.#keepWayBack(snapshots, entry));
      this.#entering = entered;
      return entered;
    };
  }

  async #keepWayBack(snapshots: WorldSnapshots, { lesson, task, background }: TaskEntry): Promise<void> {
    const points = pointsOf(await keptPoints(snapshots));
    const { journal, clock } = this.#parts;
    if (!isNewHere(journal.entries, points, { lesson, task })) return;
    await this.#take(snapshots, `begun-${journal.lastNumber}-${clock.now()}`, {
      kind: 'begun',
      lesson,
      task,
      background,
    });
  }

  async #take(
    snapshots: WorldSnapshots,
    id: string,
    about: Pick<Note, 'kind' | 'lesson' | 'task' | 'background'>,
  ): Promise<void> {
    const { journal, shell } = this.#parts;
    const note: Note = { version: 1, ...about, after: journal.lastNumber, shell: shell.kept() };
    await snapshots.take(id, note);
  }

  /** To see what can be undone and redone. A Fault where the world has no way back. */
  get traces(): Traces {
    const { world, journal, shell } = this.#parts;
    return { entries: journal.entries, snapshots: mustHaveSnapshots(world), shell: shell.kept() };
  }

  /** Goes where the offer leads; resolves with what ran in the background there. No command may run meanwhile. */
  async go(offer: Offer, background: readonly BackgroundScript[]): Promise<readonly BackgroundScript[]> {
    const snapshots = mustHaveSnapshots(this.#parts.world);
    await this.#entering.catch(() => {});
    const { journal } = this.#parts;
    const { lesson, task, point } = offer;
    if (offer.way === 'undo') {
      const id = `undone-${journal.lastNumber}-${this.#parts.clock.now()}`;
      await this.#take(snapshots, id, { kind: 'undone', lesson, task, background });
    }
    const record: ProgressRecord =
      offer.way === 'undo'
        ? { type: 'task-undone', lesson, task, back: point.after }
        : { type: 'task-redone', lesson, task, to: point.after };
    const intent: Intent = { version: 1, snapshot: point.id, number: journal.lastNumber + 1, record };
    writeAtomically(this.#intentFile, `${JSON.stringify(intent)}\n`);
    return await this.#carryOut(snapshots, intent);
  }

  /** Whether a killed program was on its way. */
  get isUnfinished(): boolean {
    return this.#readIntent() !== undefined;
  }

  /** Finishes what a killed program had begun; nothing else may have happened since its start. */
  async finish(): Promise<void> {
    const intent = this.#readIntent();
    if (!intent) return;
    try {
      await this.#carryOut(mustHaveSnapshots(this.#parts.world), intent);
    } catch (error) {
      // Without its snapshot it can never be finished, and world and progress are as they were before it.
      if (!(error instanceof Fault) || !error.code.startsWith('snapshot.')) throw error;
      this.#forgetIntent();
    }
  }

  async #carryOut(
    snapshots: WorldSnapshots,
    { snapshot, number, record }: Intent,
  ): Promise<readonly BackgroundScript[]> {
    const { journal, shell } = this.#parts;
    const note = (await keptPoints(snapshots)).find(({ point }) => point.id === snapshot)?.note;
    try {
      await snapshots.restore(snapshot);
    } catch (error) {
      // Refused before anything was touched.
      if (error instanceof Fault && error.code.startsWith('snapshot.')) this.#forgetIntent();
      throw error;
    }
    shell.keep(note?.shell ?? '');
    if (journal.lastNumber < number) journal.append(record);
    this.#forgetIntent();
    return note?.background ?? [];
  }

  #readIntent(): Intent | undefined {
    const text = readIfThere(this.#intentFile);
    // Written by rename, so it is whole; one of a later version is not ours to carry out.
    const intent: Intent | undefined = text === undefined ? undefined : JSON.parse(text);
    return intent?.version === 1 ? intent : undefined;
  }

  #forgetIntent(): void {
    rmSync(this.#intentFile, { force: true });
    syncFolder(this.#parts.folders.state);
  }

  /** There is no way back any more. */
  async forget(): Promise<void> {
    await this.#parts.world.snapshots?.forget();
    this.#forgetIntent();
  }
}
