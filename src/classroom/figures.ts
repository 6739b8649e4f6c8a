import type { ClassState, ConditionStatus, LearnerCard, OutlinedLesson, TaskPace } from './protocol.ts';

/**
 * What an instructor reads off a class: who is stuck and by which rule, which conditions hold people up, who is next. Pure;
 * the page and the terminal draw the same numbers from it.
 */

/** Stuck is who is at a task longer than the class's median by half of it, and by two minutes at least. */
export const stuckMargin = { share: 0.5, leastMs: 120_000 } as const;

/** Fewer than three say nothing about a class; until then the author's minutes for the lesson stand for it. */
export const fewestForMedian = 3;

export interface StuckLimit {
  ms: number;
  /** What the limit is measured from. */
  from: 'median' | 'estimate';
  typicalMs: number;
}

export function stuckLimit(pace: TaskPace | undefined, lesson: OutlinedLesson | undefined): StuckLimit {
  const isKnown = pace !== undefined && pace.passed >= fewestForMedian;
  const estimate = ((lesson?.minutes ?? 10) * 60_000) / Math.max(1, lesson?.tasks.length ?? 1);
  const typicalMs = isKnown ? pace.medianMs : estimate;
  const ms = typicalMs + Math.max(typicalMs * stuckMargin.share, stuckMargin.leastMs);
  return { ms, from: isKnown ? 'median' : 'estimate', typicalMs };
}

export type Standing =
  | { status: 'away'; forMs: number }
  | { status: 'not-begun' }
  | { status: 'passed'; forMs: number }
  | { status: 'working'; forMs: number }
  | { status: 'stuck'; forMs: number; limit: StuckLimit };

/** Where a learner stands at this moment. Time before joining does not count. */
export function standingOf(
  card: LearnerCard,
  state: ClassState,
  lessons: readonly OutlinedLesson[],
  now: number,
): Standing {
  if (!isPresent(card)) return { status: 'away', forMs: now - card.onlineSince };
  if (!card.at) return { status: 'not-begun' };
  const { lesson, task, since, status } = card.at;
  const forMs = Math.max(0, now - Math.max(since, card.joinedAt));
  if (status === 'passed') return { status: 'passed', forMs };
  const outlined = lessons.find(({ id }) => id === lesson);
  const limit = stuckLimit(state.pace[`${lesson}/${task}`], outlined);
  return forMs > limit.ms ? { status: 'stuck', forMs, limit } : { status: 'working', forMs };
}

/** As marked by hand, else as the connection says. */
export const isPresent = (card: LearnerCard): boolean => card.present ?? card.online;

/** The condition that holds a learner up: the first of the task, in the author's order, that was seen not to hold. */
export function failingOf(
  card: LearnerCard,
  lessons: readonly OutlinedLesson[],
): { id: string; title: string; why: string; status: ConditionStatus } | undefined {
  if (card.at?.status !== 'doing') return undefined;
  const task = lessons.find(({ id }) => id === card.at?.lesson)?.tasks.find(({ id }) => id === card.at?.task);
  for (const condition of task?.conditions ?? []) {
    const seen = card.conditions.find(({ id }) => id === condition.id);
    if (seen && seen.status !== 'passed') return { ...condition, status: seen.status };
  }
  return undefined;
}

export interface HeatCell {
  lesson: string;
  task: string;
  condition: string;
  title: string;
  /** Learners for whom it is the condition that fails now. */
  held: number;
  /** Of them, those who are stuck. */
  stuck: number;
  /** Present learners who are at this task and have not passed it. */
  there: number;
}

/** Conditions that hold somebody up, the worst first. */
export function heatOf(
  cards: readonly LearnerCard[],
  state: ClassState,
  lessons: readonly OutlinedLesson[],
  now: number,
): HeatCell[] {
  const cells = new Map<string, HeatCell>();
  const present = cards.filter(isPresent);
  for (const card of present) {
    const failing = failingOf(card, lessons);
    if (!failing || !card.at) continue;
    const { lesson, task } = card.at;
    const key = `${lesson}/${task}/${failing.id}`;
    const cell = cells.get(key) ?? {
      lesson,
      task,
      condition: failing.id,
      title: failing.title,
      held: 0,
      stuck: 0,
      there: present.filter(({ at }) => at?.lesson === lesson && at.task === task && at.status === 'doing').length,
    };
    cell.held += 1;
    if (standingOf(card, state, lessons, now).status === 'stuck') cell.stuck += 1;
    cells.set(key, cell);
  }
  return [...cells.values()].sort((a, b) => b.stuck - a.stuck || b.held - a.held);
}

/** Raised hands, the longest up first. */
export const handsOf = (cards: readonly LearnerCard[]): LearnerCard[] =>
  cards.filter(({ hand }) => hand !== undefined).sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
