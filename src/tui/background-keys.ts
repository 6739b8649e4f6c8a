import type { SessionState } from '../session/state.ts';
import type { KeyAction } from './keymap.ts';
import type { ScreenModel } from './screen-model.ts';
import type { Reaction } from './screen-update.ts';
import { clamp } from './scrolling.ts';

/** What keys do in the list of background commands: choose, look at the output, stop, start again. Pure. */

/** Undefined when the key means nothing here. */
export function inBackground(model: ScreenModel, session: SessionState, action: KeyAction): Reaction | undefined {
  const { overlay } = model;
  if (overlay.type !== 'background') return undefined;
  const to = (change: Partial<typeof overlay>): Reaction => ({
    model: { ...model, overlay: { ...overlay, ...change } },
    acts: [],
  });
  const row = clamp(overlay.row, session.background.length - 1);
  const chosen = session.background[row];
  const moved = (by: -1 | 1): Reaction =>
    overlay.isOpen
      ? to({ below: clamp(overlay.below - by, Math.max(0, (chosen?.lastLines.length ?? 0) - 1)) })
      : to({ row: clamp(row + by, session.background.length - 1) });
  switch (action) {
    case 'up':
      return moved(-1);
    case 'down':
      return moved(1);
    case 'open':
      return to({ row, isOpen: !overlay.isOpen, below: 0 });
    case 'stop':
      return chosen && sent(model, { type: 'stop-background', command: chosen.command });
    case 'restart':
      return chosen && sent(model, { type: 'restart-background', command: chosen.command });
    case 'close':
    case 'interrupt':
      return overlay.isOpen
        ? to({ isOpen: false, below: 0 })
        : { model: { ...model, overlay: { type: 'none' } }, acts: [] };
    default:
      return undefined;
  }
}

const sent = (model: ScreenModel, intent: Extract<Reaction['acts'][number], { type: 'send' }>['intent']): Reaction => ({
  model,
  acts: [{ type: 'send', intent }],
});
