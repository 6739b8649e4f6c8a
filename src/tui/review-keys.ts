import { asksNow, choicesOf, marked, proceeded, type Review } from '../session/review.ts';
import type { KeyAction } from './keymap.ts';
import type { ScreenModel } from './screen-model.ts';
import type { Reaction } from './screen-update.ts';
import { clamp, movedBy } from './scrolling.ts';
import { choiceKeys } from './view/card.ts';
import { reviewOn, type View } from './view/frame.ts';
import { scrollLimit } from './view/layout.ts';
import { listHeight } from './view/window.ts';

/** What keys do in a review: letters mark, Enter answers and goes on, anything that leaves leaves. Pure. */

const none = { type: 'none' as const };

/** The choice that a letter or digit stands for. */
export function choiceBy(key: string, review: Review): string | undefined {
  const asked = asksNow(review);
  const letter = choiceKeys.indexOf(key);
  const index = letter >= 0 ? letter : /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  return asked && choicesOf(asked)[index]?.id;
}

/** Undefined where the action means nothing here. */
export function inReview(view: View, key: string, action: KeyAction | undefined): Reaction | undefined {
  const { model, size } = view;
  const { overlay } = model;
  if (overlay.type !== 'review') return undefined;
  const { review } = overlay;
  const opened = (next: Review, top = 0): ScreenModel => ({ ...model, overlay: { type: 'review', review: next, top } });
  const choice = choiceBy(key, review);
  if (choice !== undefined) return { model: opened(marked(review, choice), overlay.top), acts: [] };
  const closed = { model: { ...model, overlay: none }, acts: [] };
  if (action === 'close' || action === 'interrupt') return closed;
  const { lines } = reviewOn(view, review);
  const height = listHeight(size);
  const limit = scrollLimit(lines.length, height);
  const top = clamp(overlay.top, limit);
  if (action === 'next-question') {
    if (!asksNow(review)) return closed;
    // What is longer than the screen is read to its end before Enter means the answer.
    if (top < limit && review.given === undefined && review.marked === undefined)
      return { model: opened(review, Math.min(limit, top + height - 1)), acts: [] };
    const next = proceeded(review);
    const stays = next.review.index === review.index;
    return {
      model: opened(next.review, stays ? limit + reviewOn(view, next.review).lines.length : 0),
      acts: next.recalled ? [{ type: 'recalled', recalled: next.recalled }] : [],
    };
  }
  const moved = action && movedBy(action, top, height, limit);
  return moved === undefined ? undefined : { model: opened(review, moved), acts: [] };
}
