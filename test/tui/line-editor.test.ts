import { describe, expect, it } from 'vitest';
import { type EditorAction, edit, insert, type LineEditor, lineEditor } from '../../src/tui/line-editor.ts';

const at = (marked: string, history: readonly string[] = []): LineEditor => {
  const cursor = marked.indexOf('|');
  return { ...lineEditor(marked.replace('|', ''), history), cursor };
};
const shown = ({ text, cursor }: LineEditor) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;
const result = (marked: string, ...actions: EditorAction[]) => shown(actions.reduce(edit, at(marked)));

describe('the command line', () => {
  it('moves by character, word and line', () => {
    expect(result('ab|c', 'left')).toBe('a|bc');
    expect(result('ab|c', 'right', 'right')).toBe('abc|');
    expect(result('get pods -n book|store', 'word-left', 'word-left')).toBe('get pods -|n bookstore');
    expect(result('|get pods', 'word-right', 'word-right')).toBe('get pods|');
    expect(result('one\ntw|o', 'line-start')).toBe('one\n|two');
    expect(result('on|e\ntwo', 'line-end')).toBe('one|\ntwo');
  });

  it('takes a combined character as one', () => {
    expect(result('a👩‍💻|b', 'left')).toBe('a|👩‍💻b');
    expect(result('ae\u0301|', 'delete-left')).toBe('a|');
    expect(result('|語x', 'delete-right')).toBe('|x');
  });

  it('deletes words and the rest of the line, and nothing of the next line', () => {
    expect(result('kubectl get pods|', 'delete-word')).toBe('kubectl get |');
    expect(result('one\ntw|o\nthree', 'delete-to-end')).toBe('one\ntw|\nthree');
    expect(result('one\ntw|o', 'delete-to-start')).toBe('one\n|o');
    expect(result('|one', 'delete-left', 'delete-word')).toBe('|one');
  });

  it('goes through lines first and through the history after that, and comes back to the own text', () => {
    let editor = at('first\nsec|ond', ['old', 'newer']);
    editor = edit(editor, 'older');
    expect(shown(editor)).toBe('fir|st\nsecond');
    editor = edit(edit(editor, 'older'), 'older');
    expect(editor.text).toBe('old');
    editor = edit(edit(edit(editor, 'newer'), 'newer'), 'newer');
    expect(editor.text).toBe('first\nsecond');
  });

  it('pastes several lines as one piece without control characters', () => {
    expect(shown(insert(at('a|z'), 'b\r\nc\u001b[31m\td\u0007\r'))).toBe('ab\nc[31m  d\n|z');
  });
});
