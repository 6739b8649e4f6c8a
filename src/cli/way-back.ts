import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { readIfThere, syncFolder, writeAtomically } from '../platform/files.ts';
import type { ProgressRecord } from '../progress/events.ts';
import { isNewHere, type Point, type Step, stepForth, stepsBack } from '../progress/ways-back.ts';
import type { BackgroundScript, TaskEntry } from '../session/ports.ts';
import { type Changes, changesBetween } from '../world/changes/changes.ts';
import { otherThing, type Thing } from '../world/changes/thing.ts';
import { mustHaveSnapshots, type WorldSnapshots } from '../world/snapshots.ts';
import type { Parts } from './compose.ts';

/**
 * Undoing and redoing tasks: keeps a snapshot of the world when a task begins, and goes back to it with the shell's
 * variables and the progress of then. Either all three are as they were or none of it happened, whoever is killed on the
 * way: from the moment that the intent is on disk, the next start finishes it. Knows no screen.
 */
export interface Offer {
  way: 'undo' | 'redo';
  lesson: string;
  task: string;
  point: Point;
  /** What the task changed: what undoing takes away, and redoing brings again. */
  changes: Changes;
}

/** What a snapshot's note says, as it lies on disk. */
interface Note {
  version: 1;
  kind: Point['kind'];
  after: number;
  lesson: string;
  task: string;
  /** Variables, functions and folder of the learner's shell. */
  shell: string;
  background: readonly BackgroundScript[];
}

interface Intent {
  version: 1;
  snapshot: string;
  /** Number of the record in the journal; a journal that has reached it holds the record. */
  number: number;
  record: ProgressRecord;
}

interface Kept {
  point: Point;
  note: Note;
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
    const points = (await this.#kept(snapshots)).map(({ point }) => point);
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

  /** The task that undoing takes back: the latest that left something, in progress or in the world. */
  async undoable(): Promise<Offer | undefined> {
    const snapshots = mustHaveSnapshots(this.#parts.world);
    const kept = await this.#kept(snapshots);
    const points = kept.map(({ point }) => point);
    const now = await this.#now(snapshots);
    for (const step of stepsBack(this.#parts.journal.entries, points)) {
      // Untouched tasks in between stay: what is undone with the one before is told for both.
      const changes = changesBetween(await this.#then(snapshots, kept, step.before), now);
      if (!step.isDone && changes.list.length === 0) continue;
      return { way: 'undo', lesson: step.lesson, task: step.task, point: step.before, changes };
    }
    return undefined;
  }

  async redoable(): Promise<Offer | undefined> {
    const snapshots = mustHaveSnapshots(this.#parts.world);
    const kept = await this.#kept(snapshots);
    const point = stepForth(
      this.#parts.journal.entries,
      kept.map((one) => one.point),
    );
    if (!point) return undefined;
    const changes = changesBetween(await this.#now(snapshots), await this.#then(snapshots, kept, point));
    return { way: 'redo', lesson: point.lesson, task: point.task, point, changes };
  }

  /** What a task changed; the latest one that changed something, when none is named. Undefined when nothing is kept of it. */
  async changesOf(wanted?: {
    lesson: string;
    task: string;
  }): Promise<(Pick<Step, 'lesson' | 'task'> & { changes: Changes }) | undefined> {
    const snapshots = mustHaveSnapshots(this.#parts.world);
    const kept = await this.#kept(snapshots);
    const steps = stepsBack(
      this.#parts.journal.entries,
      kept.map(({ point }) => point),
    );
    for (const step of steps) {
      if (wanted && (step.lesson !== wanted.lesson || step.task !== wanted.task)) continue;
      const after = step.after ? this.#then(snapshots, kept, step.after) : this.#now(snapshots);
      const changes = changesBetween(await this.#then(snapshots, kept, step.before), await after);
      const { lesson, task } = step;
      if (wanted || changes.list.length > 0) return { lesson, task, changes };
    }
    return undefined;
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
    const note = (await this.#kept(snapshots)).find(({ point }) => point.id === snapshot)?.note;
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

  async #kept(snapshots: WorldSnapshots): Promise<Kept[]> {
    return (await snapshots.list()).flatMap(({ id, note: found }) => {
      const note = readNote(found);
      if (!note) return [];
      const { kind, after, lesson, task } = note;
      return [{ point: { id, kind, after, lesson, task }, note }];
    });
  }

  async #now(snapshots: WorldSnapshots): Promise<Thing[]> {
    return [...(await snapshots.things()), shellThing(this.#parts.shell.kept())];
  }

  async #then(snapshots: WorldSnapshots, kept: readonly Kept[], { id }: Point): Promise<Thing[]> {
    const note = kept.find(({ point }) => point.id === id)?.note;
    return [...(await snapshots.things(id)), shellThing(note?.shell ?? '')];
  }
}

/** Variables and folder only: bodies of functions come from the learner's own start files as often as not. */
function shellThing(kept: string): Thing {
  const lines = kept.split('\n').filter((line) => /^(declare|export|unset|cd|[A-Za-z_]\w*=)/.test(line));
  return otherThing('Shell', 'variables and folder', lines.length === 0 ? '' : `${lines.join('\n')}\n`);
}

/** A note that another program, or another version of this one, wrote is passed over. */
function readNote(found: unknown): Note | undefined {
  if (typeof found !== 'object' || found === null) return undefined;
  const note = found as Partial<Note>;
  const isWhole =
    note.version === 1 &&
    (note.kind === 'begun' || note.kind === 'undone') &&
    [note.lesson, note.task, note.shell].every((text) => typeof text === 'string') &&
    Number.isInteger(note.after) &&
    Array.isArray(note.background);
  return isWhole ? (note as Note) : undefined;
}
