import type { Key } from 'ink';
import type { Input } from './screen-update.ts';

/** What Ink hands over (one read, however many keys) as single keys. Knows the names of keys, not their meaning. */

const flags: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'ctrl-j',
  '\t': 'tab',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
  ' ': 'space',
};

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function keyOf(character: string): Input | undefined {
  const named = controls[character];
  if (named) return { type: 'key', name: named };
  const code = character.codePointAt(0) ?? 0;
  if (code < 27) return { type: 'key', name: `ctrl-${String.fromCharCode(96 + code)}` };
  return code < 32 ? undefined : { type: 'key', name: character };
}

/**
 * A chunk with an Enter that more text follows was pasted by a terminal without bracketed paste:
 * taken as keys it would run things. An Enter at the very end is the learner's own, unless whole words came with it in one
 * read: nobody types those so fast. Behind a `:` they are for the command line, where Enter runs nothing.
 */
function isPaste(text: string): boolean {
  const end = text.search(/[\r\n]/);
  if (end < 0 || text.length <= 2) return false;
  return /[^\r\n]/.test(text.slice(end)) || /^[^:\s]\S+ +\S.*[\r\n]$/s.test(text);
}

function named(key: Key, name: string): Input {
  if (key.ctrl && name !== 'backspace') return { type: 'key', name: `ctrl-${name}` };
  // Ink reports a lone Esc with `meta`; that one is plain.
  return { type: 'key', name: key.meta && name !== 'escape' ? `alt-${name}` : name };
}

export function inputsOf(text: string, key: Key): Input[] {
  if (key.eventType === 'release') return [];
  const flag = flags.find(([name]) => key[name]);
  if (flag && text.length <= 1) return [named(key, flag[1])];
  if (key.ctrl && text.length === 1) return [text === ' ' ? { type: 'key', name: 'space' } : named(key, text)];
  if (key.meta && text.length === 1) return [named(key, text)];
  if (isPaste(text)) return [{ type: 'paste', text }];
  return [...graphemes.segment(text)].flatMap(({ segment }) => {
    // Segments may join \r\n.
    const found = segment === '\r\n' ? keyOf('\r') : keyOf(segment);
    return found ? [found] : [];
  });
}
