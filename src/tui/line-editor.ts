/** The command line: text, cursor and history as plain data. Does not know keys, the screen or what a command is. */
export interface LineEditor {
  text: string;
  /** Index into `text`, always at the border of a grapheme. */
  cursor: number;
  history: readonly string[];
  /** Which entry of the history is shown; `history.length` is the learner's own text. */
  entry: number;
  /** The own text while an older entry is shown. */
  draft: string;
}

export function lineEditor(text: string, history: readonly string[]): LineEditor {
  return { text, cursor: text.length, history, entry: history.length, draft: text };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function previous(text: string, index: number): number {
  let last = 0;
  for (const { index: start } of graphemes.segment(text.slice(0, index))) last = start;
  return last;
}

function following(text: string, index: number): number {
  for (const { segment } of graphemes.segment(text.slice(index))) return index + segment.length;
  return index;
}

// Words end at anything but letters, digits and underscore, as in readline.
function wordLeft(text: string, index: number): number {
  const before = text.slice(0, index);
  return before.length - (/[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u.exec(before)?.[0].length ?? 0);
}

function wordRight(text: string, index: number): number {
  return index + (/^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(text.slice(index))?.[0].length ?? 0);
}

const lineStart = (text: string, index: number) => text.lastIndexOf('\n', index - 1) + 1;

function lineEnd(text: string, index: number): number {
  const end = text.indexOf('\n', index);
  return end < 0 ? text.length : end;
}

function remove(editor: LineEditor, from: number, to: number): LineEditor {
  return { ...editor, text: editor.text.slice(0, from) + editor.text.slice(to), cursor: from };
}

/** Puts text in at the cursor; line ends of every kind become `\n`, control characters go. */
export function insert(editor: LineEditor, text: string): LineEditor {
  const clean = text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\t', '  ')
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
  const { text: before, cursor } = editor;
  return { ...editor, text: before.slice(0, cursor) + clean + before.slice(cursor), cursor: cursor + clean.length };
}

function show(editor: LineEditor, entry: number): LineEditor {
  const draft = editor.entry === editor.history.length ? editor.text : editor.draft;
  const text = entry === editor.history.length ? draft : (editor.history[entry] ?? '');
  return { ...editor, text, cursor: text.length, entry, draft };
}

function older(editor: LineEditor): LineEditor {
  const start = lineStart(editor.text, editor.cursor);
  if (start > 0) {
    const above = lineStart(editor.text, start - 1);
    return { ...editor, cursor: Math.min(above + editor.cursor - start, start - 1) };
  }
  return editor.entry > 0 ? show(editor, editor.entry - 1) : editor;
}

function newer(editor: LineEditor): LineEditor {
  const end = lineEnd(editor.text, editor.cursor);
  if (end < editor.text.length) {
    const column = editor.cursor - lineStart(editor.text, editor.cursor);
    return { ...editor, cursor: Math.min(end + 1 + column, lineEnd(editor.text, end + 1)) };
  }
  return editor.entry < editor.history.length ? show(editor, editor.entry + 1) : editor;
}

/** The next older entry that holds what the learner typed. */
function olderWith(editor: LineEditor): LineEditor {
  const wanted = editor.entry === editor.history.length ? editor.text : editor.draft;
  const found = editor.history.findLastIndex((entry, index) => index < editor.entry && entry.includes(wanted));
  return found < 0 ? editor : show(editor, found);
}

export type EditorAction =
  | 'newline'
  | 'older'
  | 'search-older'
  | 'newer'
  | 'left'
  | 'right'
  | 'word-left'
  | 'word-right'
  | 'line-start'
  | 'line-end'
  | 'delete-left'
  | 'delete-right'
  | 'delete-word'
  | 'delete-to-start'
  | 'delete-to-end';

const editorActions: ReadonlySet<string> = new Set<EditorAction>([
  'newline',
  'older',
  'search-older',
  'newer',
  'left',
  'right',
  'word-left',
  'word-right',
  'line-start',
  'line-end',
  'delete-left',
  'delete-right',
  'delete-word',
  'delete-to-start',
  'delete-to-end',
]);

export const isEditorAction = (action: string): action is EditorAction => editorActions.has(action);

export function edit(editor: LineEditor, action: EditorAction): LineEditor {
  const { text, cursor } = editor;
  switch (action) {
    case 'newline':
      return insert(editor, '\n');
    case 'older':
      return older(editor);
    case 'newer':
      return newer(editor);
    case 'search-older':
      return olderWith(editor);
    case 'left':
      return { ...editor, cursor: previous(text, cursor) };
    case 'right':
      return { ...editor, cursor: following(text, cursor) };
    case 'word-left':
      return { ...editor, cursor: wordLeft(text, cursor) };
    case 'word-right':
      return { ...editor, cursor: wordRight(text, cursor) };
    case 'line-start':
      return { ...editor, cursor: lineStart(text, cursor) };
    case 'line-end':
      return { ...editor, cursor: lineEnd(text, cursor) };
    case 'delete-left':
      return remove(editor, previous(text, cursor), cursor);
    case 'delete-right':
      return remove(editor, cursor, following(text, cursor));
    case 'delete-word':
      return remove(editor, wordLeft(text, cursor), cursor);
    case 'delete-to-start':
      return remove(editor, lineStart(text, cursor), cursor);
    case 'delete-to-end':
      return remove(editor, cursor, lineEnd(text, cursor));
  }
}
