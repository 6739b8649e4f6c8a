import type { KeyAction } from './keymap.ts';
import type { Overlay } from './screen-model.ts';
import type { Reaction } from './screen-update.ts';
import { clamp, movedBy } from './scrolling.ts';
import { chosenLine, fieldsShape } from './view/fields-screen.ts';
import type { View } from './view/frame.ts';

/** What keys do in a manifest whose fields are explained: through its lines, to the next manifest. Pure. */
export function inFields(view: View, overlay: Extract<Overlay, { type: 'fields' }>, action: KeyAction): Reaction {
  const { model, size, fields } = view;
  const to = (change: Partial<typeof overlay>): Reaction => ({
    model: { ...model, overlay: { ...overlay, ...change } },
    acts: [],
  });
  const all = fields?.manifests ?? [];
  switch (action) {
    case 'close':
    case 'interrupt':
      return { model: { ...model, overlay: { type: 'none' } }, acts: [] };
    case 'focus':
      return all.length > 1 ? to({ manifest: (overlay.manifest + 1) % all.length, line: undefined, top: 0 }) : to({});
    // The explanation has no end that is known here; drawing stops at its last row.
    case 'page-down':
      return to({ top: overlay.top + Math.max(1, fieldsShape(size).explanation - 1) });
    case 'page-up':
      return to({ top: Math.max(0, overlay.top - Math.max(1, fieldsShape(size).explanation - 1)) });
    default: {
      const last = Math.max(0, (all[overlay.manifest]?.lines.length ?? 1) - 1);
      const line = movedBy(action, clamp(chosenLine(fields, overlay).at, last), 1, last);
      return line === undefined ? to({}) : to({ line, top: 0 });
    }
  }
}
