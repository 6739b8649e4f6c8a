import { failingOf, isPresent, type Standing, standingOf } from '../../figures.ts';
import type { ConditionStatus, LearnerCard, OutlinedLesson } from '../../protocol.ts';
import type { ClassModel } from './class-model.ts';
import { elapsed } from './elapsed.ts';
import type { PageWords } from './page-words.ts';

/** One learner as a row of the grid: who, every lesson, and what is going on now. Pure. */

/** What a lesson is for a learner; every one has a shape and a colour of its own. */
export type CellStatus = 'none' | 'part' | 'passed' | 'working' | 'stuck' | 'away';

export interface CellView {
  lesson: string;
  step: number;
  status: CellStatus;
  /** `2/4`; empty where the shape says it all. */
  count: string;
  /** For whoever does not see shapes and colours. */
  said: string;
  /** The class is held before this lesson. */
  isBeyondHold: boolean;
}

export interface FailingView {
  status: ConditionStatus;
  title: string;
  why: string;
  said: string;
}

export interface RowView {
  id: string;
  name: string;
  standing: Standing['status'];
  cells: readonly CellView[];
  /** The task, and how long: `Send half of the requests to v2`, `stuck for 6 min`. */
  task: string;
  time: string;
  failing: FailingView | undefined;
  /** `2 failed tries · 1 hint`. */
  effort: string;
  /** Place in the line of hands, from 1. */
  hand: number | undefined;
  hasShared: boolean;
}

export function rowOf(card: LearnerCard, model: ClassModel, place: number | undefined, now: number, words: PageWords) {
  const { lessons, state } = model;
  const standing = standingOf(card, state, lessons, now);
  const failing = isPresent(card) ? failingOf(card, lessons) : undefined;
  const held = lessons.find(({ id }) => id === state.hold?.lesson);
  const row: RowView = {
    id: card.id,
    name: card.name,
    standing: standing.status,
    cells: lessons.map((lesson) =>
      cellOf(card, lesson, standing, held !== undefined && lesson.step > held.step, words),
    ),
    task: taskTitle(card, lessons),
    time: standingText(standing, words),
    failing: failing && { ...failing, said: words.conditions[failing.status] },
    effort: effortOf(card, words),
    hand: place,
    hasShared: card.evidence !== undefined,
  };
  return row;
}

export const standingText = (standing: Standing, words: PageWords): string =>
  standing.status === 'not-begun'
    ? words.standings['not-begun']
    : words.standings[standing.status](elapsed(standing.forMs, words));

/** As the author calls it; a task that the class's lessons do not have is named by its id. */
export function taskTitle({ at }: LearnerCard, lessons: readonly OutlinedLesson[]): string {
  if (!at) return '';
  const tasks = lessons.find(({ id }) => id === at.lesson)?.tasks;
  return tasks?.find(({ id }) => id === at.task)?.title ?? at.task;
}

function effortOf({ attempts, hints }: LearnerCard, { grid }: PageWords): string {
  return [attempts > 0 ? grid.tries(attempts) : '', hints > 0 ? grid.hints(hints) : '']
    .filter((part) => part !== '')
    .join(' · ');
}

function cellOf(
  card: LearnerCard,
  { id, step, tasks }: OutlinedLesson,
  standing: Standing,
  isBeyondHold: boolean,
  { grid }: PageWords,
): CellView {
  const all = tasks.length;
  const passed = Math.min(card.passed[id] ?? 0, all);
  const status = cellStatus(card.at?.lesson === id, passed, all, standing.status);
  const hasCount = status !== 'none' && status !== 'passed';
  const said = status === 'none' || status === 'passed' ? grid.cells[status] : grid.cells[status](passed, all);
  return { lesson: id, step, status, count: hasCount ? `${passed}/${all}` : '', said, isBeyondHold };
}

function cellStatus(isHere: boolean, passed: number, all: number, standing: Standing['status']): CellStatus {
  if (all > 0 && passed === all) return 'passed';
  if (!isHere) return passed > 0 ? 'part' : 'none';
  if (standing === 'stuck' || standing === 'away') return standing;
  return 'working';
}
