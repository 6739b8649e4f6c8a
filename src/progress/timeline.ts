import type { JournalEntry, ProgressRecord } from './events.ts';

/**
 * The journal only grows; undoing a task adds a record that says from where on it counts no longer. Here that is
 * followed: which entries stand now, and what redoing would bring back. Pure.
 */
export interface Timeline {
  /** Oldest first; the records of undoing and redoing among them. */
  standing: readonly JournalEntry[];
  /** What redoing brings back, latest first. */
  redo: readonly Undone[];
}

/** A task that was undone: `to` is the number of the entry to which redoing leads. */
export interface Undone {
  lesson: string;
  task: string;
  to: number;
}

/** Entries of which a later one is a continuation; undoing goes on from an older one, so together they are a tree. */
interface Link {
  entry: JournalEntry;
  previous: Link | undefined;
  redo: readonly Undone[];
}

/** What learners do: after one of these an undone task is not brought back over it. */
const doings: ReadonlySet<ProgressRecord['type']> = new Set([
  'command-ended',
  'command-skipped',
  'answered',
  'task-passed',
  'lesson-passed',
  'reset',
]);

export const isDoing = ({ record }: JournalEntry): boolean => doings.has(record.type);

export function timelineOf(entries: readonly JournalEntry[]): Timeline {
  const links: Link[] = [];
  /** The latest of that number or before it: lines of a later program, and damaged ones, are not among the entries. */
  const linkAt = (number: number) => links.findLast(({ entry }) => entry.number <= number);
  for (const entry of entries) {
    const { record } = entry;
    const last = links.at(-1);
    if (record.type === 'task-undone') {
      const { lesson, task, back } = record;
      const redo = [{ lesson, task, to: last?.entry.number ?? 0 }, ...(last?.redo ?? [])];
      links.push({ entry, previous: linkAt(back), redo });
    } else if (record.type === 'task-redone') {
      const then = linkAt(record.to);
      links.push({ entry, previous: then, redo: then?.redo ?? [] });
    } else links.push({ entry, previous: last, redo: isDoing(entry) ? [] : (last?.redo ?? []) });
  }
  const standing: JournalEntry[] = [];
  for (let link = links.at(-1); link; link = link.previous) standing.push(link.entry);
  return { standing: standing.reverse(), redo: links.at(-1)?.redo ?? [] };
}
