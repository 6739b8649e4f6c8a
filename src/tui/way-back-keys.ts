import type { BackCard, Way } from './app-port.ts';
import type { KeyAction } from './keymap.ts';
import type { ScreenModel } from './screen-model.ts';
import type { Reaction } from './screen-update.ts';
import { clamp, movedBy } from './scrolling.ts';
import type { View } from './view/frame.ts';
import { scrollLimit } from './view/layout.ts';
import { wayBackText } from './view/way-back-screen.ts';
import { listHeight } from './view/window.ts';

/** Keys on the card of undoing and redoing, and in the list of what a task changed. Pure. */
export interface WayBackView {
  way: Way;
  /** Rows above the window. */
  top: number;
}

/** Where there is something to say yes to; else one only reads. */
export const isAsking = ({ way }: Pick<WayBackView, 'way'>, card: BackCard | undefined): boolean =>
  way !== 'look' && (card?.status === 'ready' || (card?.status === 'drifted' && card.costly.length === 0));

export const lookBack = (model: ScreenModel, way: Way): Reaction => ({
  model: { ...model, overlay: { type: 'way-back', view: { way, top: 0 } } },
  acts: [{ type: 'look-back', way }],
});

/** Undefined for a key that means nothing here. */
export function inWayBack(view: View, action: KeyAction): Reaction | undefined {
  const { model, size } = view;
  const { overlay } = model;
  if (overlay.type !== 'way-back') return undefined;
  const closed: ScreenModel = { ...model, overlay: { type: 'none' } };
  switch (action) {
    case 'yes':
      return { model: closed, acts: [{ type: 'go-back' }] };
    case 'no':
    case 'close':
    case 'interrupt':
      return { model: closed, acts: [] };
    default: {
      const height = listHeight(size);
      const limit = scrollLimit(wayBackText(view, overlay.view).lines.length, height);
      const top = movedBy(action, clamp(overlay.view.top, limit), height, limit);
      if (top === undefined) return undefined;
      return { model: { ...model, overlay: { ...overlay, view: { ...overlay.view, top } } }, acts: [] };
    }
  }
}
