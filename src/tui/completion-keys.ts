import type { Completion } from '../world/completion/complete.ts';
import type { KeyAction } from './keymap.ts';
import type { LineEditor } from './line-editor.ts';
import type { Overlay } from './screen-model.ts';

/** The menu of a completion: what an answer does to the line, and what keys do to the menu. Pure. */
export interface CompletionMenu extends Completion {
  marked: number;
}

type EditorOverlay = Extract<Overlay, { type: 'editor' }>;

/** The part from `from` to the cursor becomes `word`. */
function replaced(editor: LineEditor, from: number, word: string): LineEditor {
  const text = editor.text.slice(0, from) + word + editor.text.slice(editor.cursor);
  return { ...editor, text, cursor: from + word.length };
}

/** What goes on after `/` and `=` goes on at once; else a blank follows. */
const whole = (word: string): string => (/[/=]$/.test(word) ? word : `${word} `);

function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** One candidate goes in; of several, what they have in common, and they become a menu. Undefined when there is none. */
export function completed(overlay: EditorOverlay, { from, candidates }: Completion): EditorOverlay | undefined {
  const [only] = candidates;
  if (only === undefined) return undefined;
  if (candidates.length === 1) return { ...closed(overlay), editor: replaced(overlay.editor, from, whole(only)) };
  const common = commonStart(candidates);
  const typed = overlay.editor.text.slice(from, overlay.editor.cursor);
  const editor = common.length > typed.length ? replaced(overlay.editor, from, common) : overlay.editor;
  return { ...overlay, editor, menu: { from, candidates, marked: 0 } };
}

/** Undefined when the key is not the menu's: then it closes, and the key means what it always does. */
export function inMenu(
  overlay: EditorOverlay,
  menu: CompletionMenu,
  action: KeyAction | undefined,
): EditorOverlay | undefined {
  const { candidates, marked, from } = menu;
  const moved = (by: number): EditorOverlay => ({
    ...overlay,
    menu: { ...menu, marked: (marked + by + candidates.length) % candidates.length },
  });
  switch (action) {
    case 'complete':
    case 'newer':
      return moved(1);
    case 'older':
      return moved(-1);
    case 'submit':
      return { ...closed(overlay), editor: replaced(overlay.editor, from, whole(candidates[marked] ?? '')) };
    case 'close':
      return closed(overlay);
    default:
      return undefined;
  }
}

export function closed({ type, purpose, editor }: EditorOverlay): EditorOverlay {
  return { type, purpose, editor };
}
