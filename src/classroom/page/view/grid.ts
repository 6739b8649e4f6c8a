import { failingOf, handsOf, type Standing, standingOf } from '../../figures.ts';
import type { LearnerCard } from '../../protocol.ts';
import type { ClassModel } from './class-model.ts';
import type { PageWords } from './page-words.ts';
import { type RowView, rowOf } from './rows.ts';

/** Which learners the grid shows, in which order. Pure. */
export type Order = 'attention' | 'name' | 'progress';
export const orders: readonly Order[] = ['attention', 'name', 'progress'];

export type Filter =
  | { type: 'all' }
  | { type: 'hands' }
  | { type: 'standing'; standing: Standing['status'] }
  | { type: 'condition'; lesson: string; task: string; condition: string };

export interface GridChoice {
  order: Order;
  filter: Filter;
  /** Part of a name. */
  find: string;
}

export interface ColumnView {
  lesson: string;
  step: number;
  title: string;
  mark: 'held' | 'lead' | undefined;
}

export interface GridView {
  columns: readonly ColumnView[];
  rows: readonly RowView[];
  all: number;
}

export function gridOf(model: ClassModel, choice: GridChoice, now: number, words: PageWords): GridView {
  const cards = [...model.cards.values()];
  const places = new Map(handsOf(cards).map(({ id }, index) => [id, index + 1]));
  const rows = inOrder(
    cards.filter((card) => isChosen(card, model, choice, now)),
    model,
    choice.order,
    now,
  ).map((card) => rowOf(card, model, places.get(card.id), now, words));
  return { columns: columnsOf(model), rows, all: cards.length };
}

const columnsOf = ({ lessons, state }: ClassModel): ColumnView[] =>
  lessons.map(({ id, step, title }) => ({
    lesson: id,
    step,
    title,
    mark: state.hold?.lesson === id ? 'held' : state.lead?.lesson === id ? 'lead' : undefined,
  }));

function isChosen(card: LearnerCard, model: ClassModel, { filter, find }: GridChoice, now: number): boolean {
  if (!card.name.toLocaleLowerCase().includes(find.trim().toLocaleLowerCase())) return false;
  switch (filter.type) {
    case 'all':
      return true;
    case 'hands':
      return card.hand !== undefined;
    case 'standing':
      return standingOf(card, model.state, model.lessons, now).status === filter.standing;
    case 'condition':
      return (
        card.at?.lesson === filter.lesson &&
        card.at.task === filter.task &&
        failingOf(card, model.lessons)?.id === filter.condition
      );
  }
}

/** The smaller, the sooner an instructor should look. */
const urgency: Readonly<Record<Standing['status'], number>> = {
  stuck: 1,
  working: 2,
  'not-begun': 3,
  passed: 4,
  away: 5,
};

function inOrder(cards: readonly LearnerCard[], model: ClassModel, order: Order, now: number): LearnerCard[] {
  const names = new Intl.Collator(model.language, { numeric: true, sensitivity: 'base' });
  const byName = (a: LearnerCard, b: LearnerCard) => names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
  const ranked = cards.map((card) => ({ card, rank: rankOf(card, model, order, now) }));
  ranked.sort((a, b) => {
    const differing = a.rank.findIndex((value, index) => value !== b.rank[index]);
    return differing < 0 ? byName(a.card, b.card) : (a.rank[differing] ?? 0) - (b.rank[differing] ?? 0);
  });
  return ranked.map(({ card }) => card);
}

function rankOf(card: LearnerCard, { state, lessons }: ClassModel, order: Order, now: number): readonly number[] {
  if (order === 'name') return [];
  if (order === 'progress') {
    const at = lessons.findIndex(({ id }) => id === card.at?.lesson);
    return [-lessons.reduce((sum, { id }) => sum + (card.passed[id] ?? 0), 0), -at];
  }
  if (card.hand !== undefined) return [0, card.hand];
  const standing = standingOf(card, state, lessons, now);
  // Since when, and not how far over: the order of two does not change while time goes by.
  return [urgency[standing.status], standing.status === 'stuck' ? (card.at?.since ?? 0) : 0];
}
