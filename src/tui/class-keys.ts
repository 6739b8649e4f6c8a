import type { KeyAction } from './keymap.ts';
import type { ScreenModel } from './screen-model.ts';
import type { Reaction } from './screen-update.ts';
import { clamp, movedBy } from './scrolling.ts';
import type { View } from './view/frame.ts';
import { scrollLimit } from './view/layout.ts';
import { shareLines, shownShare } from './view/share-screen.ts';
import { listHeight } from './view/window.ts';

/** Keys of who sits in a class, and those on the card of what is shared: what was seen there is what is sent. Pure. */
export function openShare({ model, desk, words }: View): Reaction {
  const evidence = desk?.evidence();
  if (!evidence) return { model: { ...model, refusal: words.classroom.nothingToShare }, acts: [] };
  return { model: { ...model, overlay: { type: 'share', evidence, withState: false, top: 0 } }, acts: [] };
}

/** Undefined for a key that means nothing here. */
export function inShare(view: View, action: KeyAction): Reaction | undefined {
  const { model, size, words } = view;
  const { overlay } = model;
  if (overlay.type !== 'share') return undefined;
  const closed: ScreenModel = { ...model, overlay: { type: 'none' } };
  switch (action) {
    case 'yes':
      // What was not seen yet is not sent.
      if (overlay.withState && view.desk?.packed.status === 'packing') return { model, acts: [] };
      return { model: closed, acts: [{ type: 'share', evidence: overlay.evidence, withState: overlay.withState }] };
    case 'with-state': {
      const withState = !overlay.withState;
      return {
        model: { ...model, overlay: { ...overlay, withState } },
        acts: withState ? [{ type: 'pack-state' }] : [],
      };
    }
    case 'no':
    case 'interrupt':
      return { model: closed, acts: [] };
    default: {
      const height = listHeight(size);
      const limit = scrollLimit(
        shareLines(shownShare(view.desk, overlay), { width: size.columns - 2, words }).length,
        height,
      );
      const top = movedBy(action, clamp(overlay.top, limit), height, limit);
      return top === undefined ? undefined : { model: { ...model, overlay: { ...overlay, top } }, acts: [] };
    }
  }
}
