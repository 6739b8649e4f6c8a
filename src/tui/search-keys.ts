import { leastLength } from '../lesson/search.ts';
import type { SessionState } from '../session/state.ts';
import type { KeyAction } from './keymap.ts';
import { actionFor } from './keymap.ts';
import { type EditorAction, edit, insert, isEditorAction, lineEditor } from './line-editor.ts';
import type { Overlay, ScreenModel } from './screen-model.ts';
import type { Input, Reaction } from './screen-update.ts';
import { clamp, movedBy } from './scrolling.ts';
import { placesIn } from './view/found-screen.ts';
import { lessonLimit, listText, sceneOf, type View } from './view/frame.ts';
import { glossaryRow } from './view/glossary-screen.ts';
import { readingOf } from './view/library-screens.ts';
import { placeKey } from './view/reading-screen.ts';
import { listHeight } from './view/window.ts';

/** What keys do while one searches: in the text that is open, in all lessons, in a lesson that is only read. Pure. */

type Overlayed<T extends Overlay['type']> = Extract<Overlay, { type: T }>;

const none: Overlay = { type: 'none' };
const only = (model: ScreenModel): Reaction => ({ model, acts: [] });
const withOverlay = (model: ScreenModel, overlay: Overlay): Reaction => only({ ...model, overlay });

export function openSearch({ model }: View): Reaction {
  const words = model.search?.words ?? '';
  return withOverlay(model, { type: 'search', editor: lineEditor(words, []), found: [] });
}

/** The window on the lesson goes to the match; the match that was shown before stays the current one. */
function atMatch(view: View, session: SessionState, at: number): ScreenModel {
  const { model } = view;
  const { layout, matches } = sceneOf(view, session);
  const row = matches?.rows[at];
  if (row === undefined || !model.search) return model;
  const { height } = layout.boxes.lesson;
  const top = Math.min(model.scroll.lesson, lessonLimit(layout));
  const isSeen = row >= top && row < top + height;
  const lesson = isSeen ? top : clamp(row - Math.floor(height / 3), lessonLimit(layout));
  return { ...model, search: { ...model.search, at }, scroll: { ...model.scroll, lesson } };
}

export function inSearch(view: View, session: SessionState, overlay: Overlayed<'search'>, input: Input): Reaction {
  const { model } = view;
  const action = input.type === 'key' ? actionFor(input.name, 'search') : undefined;
  const { text } = overlay.editor;
  switch (action) {
    case 'close':
    case 'interrupt':
      return only({ ...model, overlay: none, search: undefined });
    case 'submit':
      return (sceneOf(view, session).matches?.rows.length ?? 0) > 0
        ? withOverlay(model, none)
        : inAllLessons(view, text);
    case 'everywhere':
      return inAllLessons(view, text);
    default:
      return typed(view, session, overlay, input);
  }
}

function typed(view: View, session: SessionState, overlay: Overlayed<'search'>, input: Input): Reaction {
  const editor = edited(overlay.editor, input);
  if (!editor) return only(view.model);
  const found = view.library?.search(editor.text) ?? [];
  const search = editor.text.trim() === '' ? undefined : { words: editor.text, at: 0 };
  const model: ScreenModel = { ...view.model, search, overlay: { ...overlay, editor, found } };
  return only(atMatch({ ...view, model }, session, 0));
}

function edited(editor: Overlayed<'search'>['editor'], input: Input) {
  if (input.type !== 'key') return insert(editor, input.text.replaceAll(/\s+/g, ' '));
  const action = actionFor(input.name, 'editor');
  if (action && isEditorAction(action) && !onlyInScripts.has(action)) return edit(editor, action);
  if (input.name === 'space') return insert(editor, ' ');
  return input.name.length > 1 ? undefined : insert(editor, input.name);
}

const onlyInScripts: ReadonlySet<EditorAction> = new Set<EditorAction>(['newline', 'older', 'newer']);

function inAllLessons(view: View, words: string): Reaction {
  const { model, library } = view;
  const say = (refusal: string) => only({ ...model, refusal });
  if (!library) return say(view.words.search.noLibrary);
  if (words.trim().length < leastLength) return say(view.words.search.tooShort);
  const found = library.search(words);
  if (found.length === 0) return say(view.words.search.nowhere(words.trim()));
  return withOverlay({ ...model, search: undefined }, { type: 'found', words: words.trim(), found, row: 0 });
}

/** `n`, `N` and Esc in the lesson, once something is marked. */
export function amongMatches(view: View, session: SessionState, action: KeyAction): Reaction {
  const { model, words } = view;
  if (!model.search) return only(action === 'end-search' ? model : { ...model, refusal: words.search.nothingMarked });
  if (action === 'end-search') return only({ ...model, search: undefined });
  const count = sceneOf(view, session).matches?.rows.length ?? 0;
  if (count === 0) return only({ ...model, refusal: words.search.notHere(model.search.words) });
  const by = action === 'next-match' ? 1 : -1;
  // Matches are in the lesson; its pane must be there to show them.
  const shown: ScreenModel = { ...model, focus: 'lesson' };
  return only(atMatch({ ...view, model: shown }, session, (model.search.at + by + count) % count));
}

export function inFound(view: View, session: SessionState, overlay: Overlayed<'found'>, action: KeyAction): Reaction {
  const { model } = view;
  if (action === 'close' || action === 'interrupt') return withOverlay(model, none);
  if (action === 'search') return openSearch({ ...view, model: { ...model, search: { words: overlay.words, at: 0 } } });
  if (action === 'open') return openPlace(view, session, overlay);
  const row = movedBy(action, overlay.row, placesIn(listHeight(view.size)), overlay.found.length - 1);
  return row === undefined ? only(model) : withOverlay(model, { ...overlay, row });
}

function openPlace(view: View, session: SessionState, overlay: Overlayed<'found'>): Reaction {
  const { model } = view;
  const place = overlay.found[overlay.row];
  if (!place) return only(model);
  if (place.type === 'term') {
    const top = glossaryRow(listText(view, session, 'glossary').lines, place.heading);
    return withOverlay(model, { type: 'glossary', top });
  }
  const reading: Overlayed<'reading'> = { type: 'reading', lesson: place.lesson, top: 0, at: 0, from: overlay };
  const text = readingOf(view, reading);
  const from = text?.places.get(placeKey(place.task, place.block)) ?? 0;
  const at = Math.max(0, text?.matches.rows.findIndex((row) => row >= from) ?? 0);
  const row = text?.matches.rows[at] ?? from;
  const limit = Math.max(0, (text?.lines.length ?? 0) - listHeight(view.size));
  return withOverlay(model, { ...reading, at, top: clamp(Math.max(from - 1, row - listHeight(view.size) + 3), limit) });
}

export function inReading(view: View, overlay: Overlayed<'reading'>, action: KeyAction): Reaction {
  const { model, size } = view;
  if (action === 'close' || action === 'interrupt') return withOverlay(model, overlay.from);
  const text = readingOf(view, overlay);
  const height = listHeight(size);
  const limit = Math.max(0, (text?.lines.length ?? 0) - height);
  const rows = text?.matches.rows ?? [];
  if ((action === 'next-match' || action === 'previous-match') && rows.length > 0) {
    const at = (overlay.at + (action === 'next-match' ? 1 : -1) + rows.length) % rows.length;
    const row = rows[at] ?? 0;
    const isSeen = row >= overlay.top && row < overlay.top + height;
    return withOverlay(model, {
      ...overlay,
      at,
      top: isSeen ? overlay.top : clamp(row - Math.floor(height / 3), limit),
    });
  }
  const top = movedBy(action, clamp(overlay.top, limit), height, limit);
  return top === undefined ? only(model) : withOverlay(model, { ...overlay, top });
}
