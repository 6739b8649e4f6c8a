import { fewestForMedian, handsOf, heatOf, isPresent, type Standing, standingOf, stuckMargin } from '../../figures.ts';
import type { ClassModel } from './class-model.ts';
import { clockText, elapsed } from './elapsed.ts';
import type { Filter } from './grid.ts';
import type { PageWords } from './page-words.ts';

/** What stands beside the grid and above it: counts, hands, what holds people up, countdown. Pure. */
export interface CountView {
  key: Standing['status'] | 'all' | 'hands';
  label: string;
  count: number;
  filter: Filter;
}

const standings = ['stuck', 'working', 'passed', 'not-begun', 'away'] as const;

/** Each is also a choice of what the grid shows. */
export function countsOf({ cards, state, lessons }: ClassModel, now: number, words: PageWords): CountView[] {
  const all = [...cards.values()];
  const found = all.map((card) => standingOf(card, state, lessons, now).status);
  const hands = all.filter(({ hand }) => hand !== undefined).length;
  return [
    { key: 'all', label: words.filters.all, count: all.length, filter: { type: 'all' } },
    { key: 'hands', label: words.filters.hands, count: hands, filter: { type: 'hands' } },
    ...standings.map(
      (standing): CountView => ({
        key: standing,
        label: words.filters[standing],
        count: found.filter((status) => status === standing).length,
        filter: { type: 'standing', standing },
      }),
    ),
  ];
}

export interface HandView {
  id: string;
  name: string;
  time: string;
}

export const handViews = ({ cards }: ClassModel, now: number, words: PageWords): HandView[] =>
  handsOf([...cards.values()]).map(({ id, name, hand }) => ({
    id,
    name,
    time: words.hands.since(elapsed(now - (hand ?? now), words)),
  }));

export interface HeatView {
  key: string;
  condition: string;
  title: string;
  where: string;
  held: string;
  stuck: string;
  /** Of those who are present. */
  heldShare: number;
  stuckShare: number;
  filter: Filter;
}

export function heatViews({ cards, state, lessons }: ClassModel, now: number, words: PageWords): HeatView[] {
  const all = [...cards.values()];
  const present = all.filter(isPresent).length;
  return heatOf(all, state, lessons, now).map(({ lesson, task, condition, title, held, stuck }) => {
    const outlined = lessons.find(({ id }) => id === lesson);
    const taskTitle = outlined?.tasks.find(({ id }) => id === task)?.title ?? task;
    return {
      key: `${lesson}/${task}/${condition}`,
      condition,
      title,
      where: words.heat.where(outlined?.step ?? 0, taskTitle),
      held: words.heat.held(held, present),
      stuck: stuck > 0 ? words.heat.stuck(stuck) : '',
      heldShare: held / Math.max(1, present),
      stuckShare: stuck / Math.max(1, present),
      filter: { type: 'condition', lesson, task, condition },
    };
  });
}

export interface CountdownView {
  label: string;
  left: string;
  isOver: boolean;
}

/** Stays on the page for a while after its end, so that nobody misses it. */
const shownAfterMs = 60_000;

export function countdownOf({ state }: ClassModel, now: number): CountdownView | undefined {
  if (!state.countdown || now > state.countdown.until + shownAfterMs) return undefined;
  const { until, label } = state.countdown;
  return { label, left: clockText(until - now), isOver: now >= until };
}

export const stuckRule = ({ stuckRule: say }: PageWords): string =>
  say(Math.round(stuckMargin.share * 100), Math.round(stuckMargin.leastMs / 60_000), fewestForMedian);
