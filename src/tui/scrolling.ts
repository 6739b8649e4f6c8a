import type { KeyAction } from './keymap.ts';
import type { Pane, ScreenModel } from './screen-model.ts';
import type { Scene, View } from './view/frame.ts';
import { type Layout, scrollLimit } from './view/layout.ts';
import { outputRows } from './view/output-pane.ts';

/** How keys move windows over their text. Pure. */

export const clamp = (value: number, limit: number): number => Math.max(0, Math.min(value, limit));

/** The new position, or undefined when the key does not scroll. */
export function movedBy(action: KeyAction, from: number, height: number, limit: number): number | undefined {
  const page = Math.max(1, height - 1);
  switch (action) {
    case 'up':
      return clamp(from - 1, limit);
    case 'down':
      return clamp(from + 1, limit);
    case 'page-up':
      return clamp(from - page, limit);
    case 'page-down':
      return clamp(from + page, limit);
    case 'top':
      return 0;
    case 'bottom':
      return limit;
    default:
      return undefined;
  }
}

/** The output is counted from its end, so its directions are turned around. */
const turned: Partial<Record<KeyAction, KeyAction>> = {
  up: 'down',
  down: 'up',
  'page-up': 'page-down',
  'page-down': 'page-up',
  top: 'bottom',
  bottom: 'top',
};

function rowsIn(layout: Layout, pane: Pane): number {
  switch (pane) {
    case 'lesson':
      return layout.lesson.lines.length;
    case 'check':
      return layout.check?.lines.length ?? 0;
    case 'output':
      return layout.output ? outputRows(layout.output.output, layout.boxes.output.width) : 0;
  }
}

export function scrolled(view: View, scene: Scene, action: KeyAction): ScreenModel | undefined {
  const { model } = view;
  const { layout } = scene;
  const pane: Pane = layout.boxes[model.focus].height > 0 ? model.focus : 'lesson';
  const { height } = layout.boxes[pane];
  const limit = scrollLimit(rowsIn(layout, pane), height);
  const direction = pane === 'output' ? (turned[action] ?? action) : action;
  const to = movedBy(direction, clamp(model.scroll[pane], limit), height, limit);
  return to === undefined ? undefined : { ...model, scroll: { ...model.scroll, [pane]: to } };
}
