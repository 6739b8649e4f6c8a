import { looksSecret } from '../session/secret-line.ts';
import type { Completion } from '../world/completion/complete.ts';
import { closed, completed, inMenu } from './completion-keys.ts';
import { actionFor } from './keymap.ts';
import { edit, insert, isEditorAction } from './line-editor.ts';
import type { Overlay, ScreenModel } from './screen-model.ts';
import type { Input, Reaction } from './screen-update.ts';
import type { View } from './view/frame.ts';

/** What keys do on the command line. Nothing here runs anything: Enter puts the command on a card. Pure. */

type Editor = Extract<Overlay, { type: 'editor' }>;

const keptScripts = 500;
const only = (model: ScreenModel, ...acts: Reaction['acts']): Reaction => ({ model, acts });

/** The ends of lines that come with what was copied are nobody's Enter. */
export const pastedText = (text: string): string => text.replace(/[\r\n]+$/, '');

/** Undefined for keys that mean the same everywhere. */
export function inEditor({ model }: View, overlay: Editor, input: Input): Reaction | undefined {
  const to = (next: Editor): Reaction => only({ ...model, overlay: next });
  if (input.type !== 'key') {
    const text = input.type === 'paste' ? pastedText(input.text) : input.text;
    return to({ ...closed(overlay), editor: insert(overlay.editor, text) });
  }
  const action = actionFor(input.name, 'editor');
  const inIt = overlay.menu && inMenu(overlay, overlay.menu, action);
  if (inIt) return to(inIt);
  if (!action) {
    if (input.name.length > 1 && input.name !== 'space') return only(model);
    return to({ ...closed(overlay), editor: insert(overlay.editor, input.name === 'space' ? ' ' : input.name) });
  }
  if (isEditorAction(action)) return to({ ...closed(overlay), editor: edit(overlay.editor, action) });
  switch (action) {
    case 'complete':
      return only(model, { type: 'complete', text: overlay.editor.text, cursor: overlay.editor.cursor });
    case 'submit':
      return submit(model, overlay);
    case 'interrupt':
    case 'close':
      return only({ ...model, overlay: { type: 'none' } });
    default:
      return undefined;
  }
}

function submit(model: ScreenModel, { editor, purpose }: Editor): Reaction {
  const script = editor.text.trim();
  const left: ScreenModel = { ...model, overlay: { type: 'none' } };
  if (script === '') return only(left);
  const isKept = !looksSecret(editor.text) && model.history.at(-1) !== script;
  const history = isKept ? [...model.history, script].slice(-keptScripts) : model.history;
  // The blank in front says that the line is not to be kept; the host must hear it too.
  const told = looksSecret(editor.text) ? ` ${script}` : script;
  return only(
    { ...left, history, cardTop: 0 },
    { type: 'send', intent: { type: 'propose', script: told, edited: purpose === 'edit' } },
  );
}

/** An answer to Tab; dropped when the line is another one by now. */
export function withCompletion(
  { model, words }: View,
  asked: { text: string; cursor: number },
  completion: Completion,
): ScreenModel {
  const { overlay } = model;
  if (overlay.type !== 'editor' || overlay.editor.text !== asked.text || overlay.editor.cursor !== asked.cursor)
    return model;
  const next = completed(overlay, completion);
  return next ? { ...model, overlay: next } : { ...model, refusal: words.panels.nothingCompletes };
}
