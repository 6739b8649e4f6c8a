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

/** Whom a condition holds up now. Everybody counts once, at the condition that fails first in their task. */
export interface HeatCell {
  lesson: string;
  task: string;
  condition: string;
  title: string;
  /** Longer at the task than `stuckLimit`, whatever was seen. */
  stuck: number;
  /** The others, by what was seen last; what could not be told is not there yet. */
  wrong: number;
  notYet: number;
  /** Present learners who are at this task and have not passed it. */
  there: number;
}

export const heldBy = ({ stuck, wrong, notYet }: HeatCell): number => stuck + wrong + notYet;

/** Every condition of the lessons in the author's order, the ones that hold nobody up too. */
export function heatMapOf(
  cards: readonly LearnerCard[],
  state: ClassState,
  lessons: readonly OutlinedLesson[],
  now: number,
): HeatCell[] {
  const there = new Map<string, number>();
  const counts = new Map<string, { stuck: number; wrong: number; notYet: number }>();
  for (const card of cards) {
    if (!isPresent(card) || card.at?.status !== 'doing') continue;
    const place = `${card.at.lesson}/${card.at.task}`;
    there.set(place, (there.get(place) ?? 0) + 1);
    const failing = failingOf(card, lessons);
    if (!failing) continue;
    const key = `${place}/${failing.id}`;
    const count = counts.get(key) ?? { stuck: 0, wrong: 0, notYet: 0 };
    counts.set(key, count);
    if (standingOf(card, state, lessons, now).status === 'stuck') count.stuck += 1;
    else if (failing.status === 'wrong') count.wrong += 1;
    else count.notYet += 1;
  }
  return lessons.flatMap(({ id: lesson, tasks }) =>
    tasks.flatMap(({ id: task, conditions }) =>
      conditions.map(({ id: condition, title }): HeatCell => {
        const place = `${lesson}/${task}`;
        const count = counts.get(`${place}/${condition}`) ?? { stuck: 0, wrong: 0, notYet: 0 };
        return { lesson, task, condition, title, ...count, there: there.get(place) ?? 0 };
      }),
    ),
  );
}

/** Those that hold somebody up, the worst first. */
export const worstOf = (cells: readonly HeatCell[]): HeatCell[] =>
  cells.filter((cell) => heldBy(cell) > 0).sort((a, b) => b.stuck - a.stuck || heldBy(b) - heldBy(a));

/** Raised hands, the longest up first. */
export const handsOf = (cards: readonly LearnerCard[]): LearnerCard[] =>
  cards.filter(({ hand }) => hand !== undefined).sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
