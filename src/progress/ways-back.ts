import type { JournalEntry } from './events.ts';
import { isDoing, timelineOf } from './timeline.ts';

/**
 * Which tasks can be undone and redone, from the journal and from the snapshots that are kept. Pure. Whether a task left
 * anything in the world is not known here.
 */
export interface Point {
  /** Id of the snapshot. */
  id: string;
  /** Number of the journal's last entry when it was taken. */
  after: number;
  /** `begun`: before anything was done in the task. `undone`: as it was when the task was undone. */
  kind: 'begun' | 'undone';
  lesson: string;
  task: string;
}

/** What was done from one point on: a task, or what the learner did there. */
export interface Step {
  lesson: string;
  task: string;
  before: Point;
  /** The next point; none for what was done last. */
  after: Point | undefined;
  /** The journal has something that was done. Where it has nothing, the learner may have typed commands all the same. */
  isDone: boolean;
}

/** Latest first. `points` in the order in which they were taken; those on a branch that was undone are passed over. */
export function stepsBack(entries: readonly JournalEntry[], points: readonly Point[]): Step[] {
  const { standing } = timelineOf(entries);
  const stands = new Set([0, ...standing.map(({ number }) => number)]);
  const onTheWay = points.filter(({ kind, after }) => kind === 'begun' && stands.has(after));
  // Who looks at another task and comes back begins it again; together it is one.
  const first = onTheWay.filter((point, place) => !isSameTask(point, onTheWay[place - 1]));
  return first
    .map((before, place) => {
      const after = first[place + 1];
      const between = standing.filter(
        ({ number }) => number > before.after && (after === undefined || number <= after.after),
      );
      return { lesson: before.lesson, task: before.task, before, after, isDone: between.some(isDoing) };
    })
    .reverse();
}

/** What redoing leads to; undefined when nothing was undone, something else was done since, or its snapshot is gone. */
export function stepForth(entries: readonly JournalEntry[], points: readonly Point[]): Point | undefined {
  const [undone] = timelineOf(entries).redo;
  return points.findLast(({ kind, after }) => kind === 'undone' && after === undone?.to);
}

/** Whether the task needs a point of its own before something is done in it. */
export function isNewHere(entries: readonly JournalEntry[], points: readonly Point[], task: Task): boolean {
  const [latest] = stepsBack(entries, points);
  return !isSameTask(task, latest);
}

type Task = Pick<Point, 'lesson' | 'task'>;

const isSameTask = (one: Task, other: Task | undefined): boolean =>
  one.lesson === other?.lesson && one.task === other.task;
