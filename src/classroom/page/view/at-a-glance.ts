import { fewestForMedian, handsOf, type Standing, standingOf, stuckMargin } from '../../figures.ts';
import type { ClassModel } from './class-model.ts';
import { clockText, elapsed } from './elapsed.ts';
import type { Filter } from './grid.ts';
import type { PageWords } from './page-words.ts';

/** What stands beside the grid and above it: counts, hands, countdown. Pure. */
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
