import { handsOf, standingOf } from '../../figures.ts';
import type { ClassModel } from './class-model.ts';
import type { PageWords } from './page-words.ts';

/**
 * What a screen reader says by itself: hands that went up and learners who got stuck since it last said something, in two
 * short sentences at most, and not more often than every ten seconds. Everything else waits to be read. Pure.
 */
export const announceEveryMs = 10_000;

export interface Announced {
  at: number;
  hands: ReadonlySet<string>;
  stuck: ReadonlySet<string>;
}

/** What is so when the page is opened is not news. */
export const announcedAtFirst = (model: ClassModel, now: number): Announced => ({
  at: now - announceEveryMs,
  ...standOut(model, now),
});

export function announce(
  before: Announced,
  model: ClassModel,
  now: number,
  words: PageWords,
): { text: string; announced: Announced } | undefined {
  if (now - before.at < announceEveryMs) return undefined;
  const { hands, stuck } = standOut(model, now);
  const text = [
    newsOf(hands, before.hands, model, words.announced.hand, words.announced.hands),
    newsOf(stuck, before.stuck, model, words.announced.stuck, words.announced.stuckMany),
  ].filter((part) => part !== '');
  return { text: text.join(' '), announced: { at: text.length > 0 ? now : before.at, hands, stuck } };
}

function standOut({ cards, state, lessons }: ClassModel, now: number): Pick<Announced, 'hands' | 'stuck'> {
  const all = [...cards.values()];
  const stuck = all.filter((card) => standingOf(card, state, lessons, now).status === 'stuck');
  return { hands: new Set(handsOf(all).map(({ id }) => id)), stuck: new Set(stuck.map(({ id }) => id)) };
}

/** The first by name, the others by number. */
function newsOf(
  now: ReadonlySet<string>,
  before: ReadonlySet<string>,
  { cards }: ClassModel,
  one: (name: string) => string,
  more: (count: number) => string,
): string {
  const [first, ...others] = [...now].filter((id) => !before.has(id));
  if (first === undefined) return '';
  const name = one(cards.get(first)?.name ?? first);
  return others.length > 0 ? `${name} ${more(others.length)}` : name;
}
