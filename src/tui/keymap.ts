import type { Words } from '../words/en.ts';

/**
 * Every key of the program: where it counts and what it does, in one table; what it is called is in the catalogue.
 * The key line, the help screen and the table of the README are drawn from both. Knows no terminal and no session.
 */

/** Where keys are pressed: each place has its own set. */
export type Place =
  | 'lesson'
  | 'confirm'
  | 'editor'
  | 'map'
  | 'traffic'
  | 'explain'
  | 'glossary'
  | 'search'
  | 'found'
  | 'reading'
  | 'review'
  | 'fields'
  | 'way-back'
  | 'share'
  | 'changes'
  | 'help'
  | 'background'
  | 'quit';

export type KeyAction =
  | 'proceed'
  | 'verify'
  | 'hint'
  | 'edit'
  | 'own-command'
  | 'shell'
  | 'map'
  | 'traffic'
  | 'glossary'
  | 'search'
  | 'everywhere'
  | 'fields'
  | 'next-match'
  | 'previous-match'
  | 'end-search'
  | 'copy'
  | 'undo'
  | 'redo'
  | 'replay'
  | 'changes'
  | 'hand'
  | 'share'
  | 'with-state'
  | 'catch-up'
  | 'earlier'
  | 'later'
  | 'freeze'
  | 'identities'
  | 'review'
  | 'next-question'
  | 'skip'
  | 'explain'
  | 'next-call'
  | 'background'
  | 'page'
  | 'previous-task'
  | 'next-task'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'top'
  | 'bottom'
  | 'focus'
  | 'zoom'
  | 'help'
  | 'quit'
  | 'interrupt'
  | 'suspend'
  | 'redraw'
  | 'yes'
  | 'no'
  | 'open'
  | 'close'
  | 'submit'
  | 'complete'
  | 'search-older'
  | 'stop'
  | 'restart'
  | 'newline'
  | 'older'
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

export interface KeyBinding {
  action: KeyAction;
  /** Names of keys; the first is shown. Letters stand for themselves. */
  keys: readonly string[];
  places: readonly Place[];
  /** Its words in the catalogue: `words.keys.bindings[name]`. */
  name: keyof Words['keys']['bindings'];
}

const everywhere: readonly Place[] = [
  'lesson',
  'confirm',
  'editor',
  'map',
  'traffic',
  'explain',
  'way-back',
  'share',
  'changes',
  'glossary',
  'search',
  'found',
  'reading',
  'review',
  'fields',
  'help',
  'background',
  'quit',
];
const scrolling: readonly Place[] = [
  'lesson',
  'confirm',
  'map',
  'explain',
  'way-back',
  'share',
  'changes',
  'glossary',
  'found',
  'reading',
  'review',
  'fields',
  'help',
];

// The letters a to d and the digits stay free in `lesson` and `review`: they choose answers.
export const keymap: readonly KeyBinding[] = [
  { action: 'proceed', keys: ['enter'], places: ['lesson'], name: 'proceed' },
  { action: 'verify', keys: ['v'], places: ['lesson'], name: 'verify' },
  { action: 'hint', keys: ['h'], places: ['lesson'], name: 'hint' },
  { action: 'edit', keys: ['e'], places: ['lesson', 'confirm'], name: 'edit' },
  { action: 'own-command', keys: [':'], places: ['lesson'], name: 'own-command' },
  { action: 'shell', keys: ['s'], places: ['lesson'], name: 'shell' },
  { action: 'explain', keys: ['x'], places: ['lesson'], name: 'explain' },
  { action: 'skip', keys: ['p'], places: ['lesson'], name: 'skip' },
  { action: 'map', keys: ['m'], places: ['lesson'], name: 'map' },
  { action: 'traffic', keys: ['w'], places: ['lesson'], name: 'traffic' },
  { action: 'glossary', keys: ['i'], places: ['lesson'], name: 'glossary' },
  { action: 'search', keys: ['/'], places: ['lesson', 'found'], name: 'search' },
  { action: 'fields', keys: ['f'], places: ['lesson'], name: 'fields' },
  { action: 'next-match', keys: ['n'], places: ['lesson', 'reading'], name: 'next-match' },
  { action: 'previous-match', keys: ['N'], places: ['lesson', 'reading'], name: 'previous-match' },
  { action: 'end-search', keys: ['escape'], places: ['lesson'], name: 'end-search' },
  { action: 'undo', keys: ['u'], places: ['lesson'], name: 'undo' },
  { action: 'redo', keys: ['U'], places: ['lesson'], name: 'redo' },
  { action: 'replay', keys: ['R'], places: ['lesson'], name: 'replay' },
  { action: 'changes', keys: ['D'], places: ['lesson'], name: 'changes' },
  { action: 'copy', keys: ['y'], places: ['lesson'], name: 'copy' },
  { action: 'review', keys: ['r'], places: ['lesson'], name: 'review' },
  { action: 'hand', keys: ['H'], places: ['lesson'], name: 'hand' },
  { action: 'share', keys: ['E'], places: ['lesson'], name: 'share' },
  { action: 'catch-up', keys: ['C'], places: ['lesson'], name: 'catch-up' },
  { action: 'previous-task', keys: ['['], places: ['lesson'], name: 'previous-task' },
  { action: 'next-task', keys: [']'], places: ['lesson'], name: 'next-task' },
  { action: 'background', keys: ['t'], places: ['lesson'], name: 'background' },
  { action: 'page', keys: ['o'], places: ['lesson'], name: 'page' },
  { action: 'yes', keys: ['enter', 'y'], places: ['confirm'], name: 'yes-confirm' },
  { action: 'no', keys: ['escape', 'n'], places: ['confirm'], name: 'no-confirm' },
  { action: 'yes', keys: ['y', 'enter', 'q'], places: ['quit'], name: 'yes-quit' },
  { action: 'no', keys: ['n', 'escape'], places: ['quit'], name: 'no-quit' },
  { action: 'open', keys: ['enter'], places: ['map'], name: 'open' },
  { action: 'close', keys: ['escape', 'm', 'q'], places: ['map'], name: 'close-map' },
  { action: 'earlier', keys: ['left'], places: ['traffic'], name: 'earlier' },
  { action: 'later', keys: ['right'], places: ['traffic'], name: 'later' },
  { action: 'freeze', keys: ['space'], places: ['traffic'], name: 'freeze' },
  { action: 'identities', keys: ['i'], places: ['traffic'], name: 'identities' },
  { action: 'up', keys: ['up', 'k'], places: ['traffic'], name: 'up' },
  { action: 'down', keys: ['down', 'j'], places: ['traffic'], name: 'down' },
  { action: 'close', keys: ['escape', 'w', 'q'], places: ['traffic'], name: 'close-traffic' },
  { action: 'explain', keys: ['x'], places: ['traffic'], name: 'explain-call' },
  { action: 'next-call', keys: ['tab'], places: ['traffic'], name: 'next-call' },
  { action: 'explain', keys: ['x'], places: ['explain'], name: 'explain-again' },
  { action: 'close', keys: ['escape', 'q'], places: ['explain'], name: 'close-explain' },
  { action: 'yes', keys: ['enter'], places: ['way-back'], name: 'yes-way-back' },
  { action: 'no', keys: ['escape', 'n', 'q', 'u', 'U', 'R'], places: ['way-back'], name: 'no-way-back' },
  { action: 'yes', keys: ['enter'], places: ['share'], name: 'yes-share' },
  { action: 'no', keys: ['escape', 'n', 'q', 'E'], places: ['share'], name: 'no-share' },
  { action: 'with-state', keys: ['s'], places: ['share'], name: 'with-state' },
  { action: 'close', keys: ['escape', 'D', 'u', 'U', 'R', 'q'], places: ['changes'], name: 'close-changes' },
  { action: 'close', keys: ['escape', 'i', 'q'], places: ['glossary'], name: 'close-glossary' },
  { action: 'focus', keys: ['tab'], places: ['fields'], name: 'next-manifest' },
  { action: 'close', keys: ['escape', 'f', 'q'], places: ['fields'], name: 'close-fields' },
  { action: 'submit', keys: ['enter'], places: ['search'], name: 'submit-search' },
  { action: 'everywhere', keys: ['tab'], places: ['search'], name: 'everywhere' },
  { action: 'close', keys: ['escape'], places: ['search'], name: 'close-search' },
  { action: 'open', keys: ['enter'], places: ['found'], name: 'open-found' },
  { action: 'close', keys: ['escape', 'q'], places: ['found', 'reading'], name: 'close-found' },
  { action: 'next-question', keys: ['enter'], places: ['review'], name: 'next-question' },
  { action: 'close', keys: ['escape', 'r', 'q'], places: ['review'], name: 'close-review' },
  { action: 'close', keys: ['escape', '?', 'q'], places: ['help'], name: 'close-help' },
  { action: 'open', keys: ['enter'], places: ['background'], name: 'open-background' },
  { action: 'stop', keys: ['s'], places: ['background'], name: 'stop-background' },
  { action: 'restart', keys: ['r'], places: ['background'], name: 'restart-background' },
  { action: 'up', keys: ['up', 'k'], places: ['background'], name: 'up' },
  { action: 'down', keys: ['down', 'j'], places: ['background'], name: 'down' },
  { action: 'close', keys: ['escape', 't', 'q'], places: ['background'], name: 'close-background' },
  { action: 'up', keys: ['up', 'k'], places: scrolling, name: 'up' },
  { action: 'down', keys: ['down', 'j'], places: scrolling, name: 'down' },
  { action: 'page-up', keys: ['pageup', '-'], places: scrolling, name: 'page-up' },
  { action: 'page-down', keys: ['space', 'pagedown'], places: scrolling, name: 'page-down' },
  { action: 'top', keys: ['g', 'home'], places: scrolling, name: 'top' },
  { action: 'bottom', keys: ['G', 'end'], places: scrolling, name: 'bottom' },
  { action: 'focus', keys: ['tab'], places: ['lesson'], name: 'focus' },
  { action: 'zoom', keys: ['z'], places: ['lesson'], name: 'zoom' },
  { action: 'help', keys: ['?'], places: ['lesson'], name: 'help' },
  { action: 'quit', keys: ['q'], places: ['lesson', 'confirm'], name: 'quit' },
  { action: 'submit', keys: ['enter'], places: ['editor'], name: 'submit' },
  { action: 'complete', keys: ['tab'], places: ['editor'], name: 'complete' },
  { action: 'search-older', keys: ['ctrl-r'], places: ['editor'], name: 'search-older' },
  { action: 'newline', keys: ['alt-enter', 'ctrl-j'], places: ['editor'], name: 'newline' },
  { action: 'close', keys: ['escape'], places: ['editor'], name: 'close-editor' },
  { action: 'older', keys: ['up', 'ctrl-p'], places: ['editor'], name: 'older' },
  { action: 'newer', keys: ['down', 'ctrl-n'], places: ['editor'], name: 'newer' },
  { action: 'left', keys: ['left', 'ctrl-b'], places: ['editor'], name: 'left' },
  { action: 'right', keys: ['right', 'ctrl-f'], places: ['editor'], name: 'right' },
  { action: 'word-left', keys: ['alt-b', 'ctrl-left', 'alt-left'], places: ['editor'], name: 'word-left' },
  { action: 'word-right', keys: ['alt-f', 'ctrl-right', 'alt-right'], places: ['editor'], name: 'word-right' },
  { action: 'line-start', keys: ['home', 'ctrl-a'], places: ['editor'], name: 'line-start' },
  { action: 'line-end', keys: ['end', 'ctrl-e'], places: ['editor'], name: 'line-end' },
  { action: 'delete-left', keys: ['backspace', 'ctrl-h'], places: ['editor'], name: 'delete-left' },
  { action: 'delete-right', keys: ['delete', 'ctrl-d'], places: ['editor'], name: 'delete-right' },
  { action: 'delete-word', keys: ['ctrl-w', 'alt-backspace'], places: ['editor'], name: 'delete-word' },
  { action: 'delete-to-start', keys: ['ctrl-u'], places: ['editor'], name: 'delete-to-start' },
  { action: 'delete-to-end', keys: ['ctrl-k'], places: ['editor'], name: 'delete-to-end' },
  { action: 'interrupt', keys: ['ctrl-c'], places: everywhere, name: 'interrupt' },
  { action: 'suspend', keys: ['ctrl-z'], places: everywhere, name: 'suspend' },
  { action: 'redraw', keys: ['ctrl-l'], places: everywhere, name: 'redraw' },
];

export function actionFor(key: string, place: Place): KeyAction | undefined {
  return keymap.find((binding) => binding.places.includes(place) && binding.keys.includes(key))?.action;
}

export function bindingOf(action: KeyAction, place: Place): KeyBinding | undefined {
  return keymap.find((binding) => binding.action === action && binding.places.includes(place));
}

/** The name on the keyboard: `ctrl-c` is `Ctrl-C`. */
export function keyName(key: string, { named }: Words['keys']): string {
  const nameOf = (plain: string): string | undefined => Object.entries(named).find(([name]) => name === plain)?.[1];
  const [, held, other = ''] = /^(ctrl|alt)-(.+)$/.exec(key) ?? [];
  if (held === undefined) return nameOf(key) ?? key;
  return `${held === 'ctrl' ? named.ctrl : named.alt}-${nameOf(other) ?? other.toUpperCase()}`;
}

/** Headings of help and README, in the order they are shown. */
export const chapters: readonly (Place & keyof Words['keys']['chapters'])[] = [
  'lesson',
  'confirm',
  'editor',
  'map',
  'traffic',
  'search',
  'found',
  'explain',
  'fields',
  'background',
];

/** Bindings of a chapter; what the first chapter says is not said again. */
export function chapterBindings(place: Place): readonly KeyBinding[] {
  return keymap.filter(
    (binding) => binding.places.includes(place) && (place === 'lesson' || !binding.places.includes('lesson')),
  );
}

/** The README's tables of keys. It shows what one meets first; the help in the program has all chapters. */
export function keymapMarkdown({ keys: words }: Words, places: readonly Place[] = ['lesson', 'confirm']): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return chapters
    .filter((place) => places.includes(place))
    .map((place) => {
      const rows = chapterBindings(place).map((binding) => {
        const keys = binding.keys.map((key) => `\`${cell(keyName(key, words))}\``).join(' ');
        return `| ${keys} | ${cell(words.bindings[binding.name].does)} |`;
      });
      return [`| ${words.chapters[place]} | |`, '| --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}
