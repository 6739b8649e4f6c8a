import type { SessionState } from '../session/state.ts';
import type { KeyAction } from './keymap.ts';
import type { ScreenModel } from './screen-model.ts';
import type { Reaction } from './screen-update.ts';
import { movedBy } from './scrolling.ts';
import type { View } from './view/frame.ts';
import { type MapInk, mapRows } from './view/map-screen.ts';

/** Keys on the map of lessons. Pure. */
export const mapInk = ({ size, theme, words }: View): MapInk => ({
  width: size.columns,
  glyphs: theme.glyphs,
  words,
});

/** Undefined for a key that means nothing here. */
export function onMap(view: View, session: SessionState, action: KeyAction): Reaction | undefined {
  const { model } = view;
  if (model.overlay.type !== 'map') return { model, acts: [] };
  const rows = mapRows(view.course, session, mapInk(view));
  const closed: ScreenModel = { ...model, overlay: { type: 'none' } };
  if (action === 'close' || action === 'interrupt') return { model: closed, acts: [] };
  if (action === 'open') {
    const row = rows[model.overlay.row];
    if (!row) return { model, acts: [] };
    const { lesson, task } = row;
    if (lesson.locked) return { model: { ...model, refusal: lesson.locked }, acts: [] };
    if (lesson.id === session.lesson.id)
      return { model: closed, acts: [{ type: 'send', intent: { type: 'open-task', taskIndex: task?.index ?? -1 } }] };
    return { model: closed, acts: [{ type: 'open-lesson', lesson: lesson.id, ...(task ? { task: task.id } : {}) }] };
  }
  const row = movedBy(action, model.overlay.row, view.size.rows - 5, rows.length - 1);
  return row === undefined ? undefined : { model: { ...model, overlay: { type: 'map', row } }, acts: [] };
}
