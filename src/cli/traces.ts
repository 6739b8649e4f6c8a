import type { JournalEntry } from '../progress/events.ts';
import { type Point, type Step, stepForth, stepsBack } from '../progress/ways-back.ts';
import type { BackgroundScript } from '../session/ports.ts';
import type { Changes } from '../world/changes/change.ts';
import { changesBetween } from '../world/changes/changes.ts';
import { otherThing, type Thing } from '../world/changes/thing.ts';
import type { WorldSnapshots } from '../world/snapshots.ts';

/** What can be undone and redone, and what each task changed. Only reads; works while meshwalk runs elsewhere. */
export interface Traces {
  entries: readonly JournalEntry[];
  snapshots: WorldSnapshots;
  /** Variables, functions and folder of the learner's shell now. */
  shell: string;
}

export interface Offer {
  way: 'undo' | 'redo';
  lesson: string;
  task: string;
  point: Point;
  /** What the task changed: what undoing takes away, and redoing brings again. */
  changes: Changes;
}

export interface TaskChanges {
  lesson: string;
  task: string;
  changes: Changes;
}

/** What a snapshot's note says, as it lies on disk. */
export interface Note {
  version: 1;
  kind: Point['kind'];
  after: number;
  lesson: string;
  task: string;
  shell: string;
  background: readonly BackgroundScript[];
}

export interface Kept {
  point: Point;
  note: Note;
}

export async function keptPoints(snapshots: WorldSnapshots): Promise<Kept[]> {
  return (await snapshots.list()).flatMap(({ id, note: found }) => {
    const note = readNote(found);
    if (!note) return [];
    const { kind, after, lesson, task } = note;
    return [{ point: { id, kind, after, lesson, task }, note }];
  });
}

export const pointsOf = (kept: readonly Kept[]): Point[] => kept.map(({ point }) => point);

/** The task that undoing takes back: the latest that left something, in progress or in the world. */
export async function findUndo(traces: Traces): Promise<Offer | undefined> {
  const kept = await keptPoints(traces.snapshots);
  const now = await thingsNow(traces);
  for (const { lesson, task, before, isDone } of stepsBack(traces.entries, pointsOf(kept))) {
    const changes = changesBetween(await thingsThen(traces, kept, before), now);
    if (isDone || changes.list.length > 0) return { way: 'undo', lesson, task, point: before, changes };
  }
  return undefined;
}

export async function findRedo(traces: Traces): Promise<Offer | undefined> {
  const kept = await keptPoints(traces.snapshots);
  const point = stepForth(traces.entries, pointsOf(kept));
  if (!point) return undefined;
  const changes = changesBetween(await thingsNow(traces), await thingsThen(traces, kept, point));
  return { way: 'redo', lesson: point.lesson, task: point.task, point, changes };
}

/**
 * What a task changed; the latest one that changed something, when none is named. Undefined when nothing is kept of it, or
 * nothing was changed.
 */
export async function findChanges(
  traces: Traces,
  wanted?: Pick<TaskChanges, 'lesson' | 'task'>,
): Promise<TaskChanges | undefined> {
  const kept = await keptPoints(traces.snapshots);
  const isWanted = ({ lesson, task }: Step) => !wanted || (lesson === wanted.lesson && task === wanted.task);
  for (const step of stepsBack(traces.entries, pointsOf(kept)).filter(isWanted)) {
    const after = step.after ? await thingsThen(traces, kept, step.after) : await thingsNow(traces);
    const changes = changesBetween(await thingsThen(traces, kept, step.before), after);
    if (wanted || changes.list.length > 0) return { lesson: step.lesson, task: step.task, changes };
  }
  return undefined;
}

async function thingsNow({ snapshots, shell }: Traces): Promise<Thing[]> {
  return [...(await snapshots.things()), shellThing(shell)];
}

async function thingsThen({ snapshots }: Traces, kept: readonly Kept[], { id }: Point): Promise<Thing[]> {
  const note = kept.find(({ point }) => point.id === id)?.note;
  return [...(await snapshots.things(id)), shellThing(note?.shell ?? '')];
}

/** Variables and folder only: functions come from the learner's own start files as often as not. */
function shellThing(kept: string): Thing {
  const lines = kept.split('\n').filter((line) => /^(declare|export|unset|cd|[A-Za-z_]\w*=)/.test(line));
  return otherThing('Shell', 'variables and folder', lines.map((line) => `${line}\n`).join(''));
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
