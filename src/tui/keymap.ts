/**
 * Every key of the program: what it is called, where it counts, what it does, in one table.
 * The key line, the help screen and the table of the README are drawn from it. Knows no terminal and no session.
 */

/** Where keys are pressed: each place has its own set. */
export type Place = 'lesson' | 'confirm' | 'editor' | 'map' | 'traffic' | 'glossary' | 'help' | 'background' | 'quit';

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
  | 'copy'
  | 'earlier'
  | 'later'
  | 'freeze'
  | 'identities'
  | 'skip'
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
  /** One or two words for the key line. */
  label: string;
  /** A sentence part for help and README. */
  words: string;
}

const everywhere: readonly Place[] = [
  'lesson',
  'confirm',
  'editor',
  'map',
  'traffic',
  'glossary',
  'help',
  'background',
  'quit',
];
const scrolling: readonly Place[] = ['lesson', 'confirm', 'map', 'glossary', 'help'];

// The letters a to d and the digits stay free in `lesson`: they choose answers.
export const keymap: readonly KeyBinding[] = [
  {
    action: 'proceed',
    keys: ['enter'],
    places: ['lesson'],
    label: 'go on',
    words: 'run the command shown, verify, or go on',
  },
  { action: 'verify', keys: ['v'], places: ['lesson'], label: 'verify', words: 'look at the check again' },
  {
    action: 'hint',
    keys: ['h'],
    places: ['lesson'],
    label: 'hint',
    words: 'open the next hint; the last one is the solution',
  },
  {
    action: 'edit',
    keys: ['e'],
    places: ['lesson', 'confirm'],
    label: 'edit',
    words: 'edit the command before it runs',
  },
  { action: 'own-command', keys: [':'], places: ['lesson'], label: 'command', words: 'type a command of your own' },
  {
    action: 'shell',
    keys: ['s'],
    places: ['lesson'],
    label: 'shell',
    words: 'open a shell in this world; `exit` comes back',
  },
  { action: 'skip', keys: ['x'], places: ['lesson'], label: 'skip', words: 'leave an optional command out' },
  { action: 'map', keys: ['m'], places: ['lesson'], label: 'map', words: 'show all lessons and tasks, and jump' },
  { action: 'traffic', keys: ['w'], places: ['lesson'], label: 'traffic', words: 'watch the traffic: who calls whom' },
  {
    action: 'glossary',
    keys: ['i'],
    places: ['lesson'],
    label: 'words',
    words: "explain the field's words, those of this text first",
  },
  { action: 'copy', keys: ['y'], places: ['lesson'], label: 'copy', words: 'copy the command to the clipboard' },
  { action: 'previous-task', keys: ['['], places: ['lesson'], label: 'back', words: 'read the task before' },
  { action: 'next-task', keys: [']'], places: ['lesson'], label: 'ahead', words: 'read the task after' },
  {
    action: 'background',
    keys: ['t'],
    places: ['lesson'],
    label: 'background',
    words: 'show what runs in the background, and stop it',
  },
  {
    action: 'page',
    keys: ['o'],
    places: ['lesson'],
    label: 'open page',
    words: 'open the page of this task in your browser',
  },
  { action: 'yes', keys: ['enter', 'y'], places: ['confirm'], label: 'run it', words: 'run the command on the card' },
  {
    action: 'no',
    keys: ['escape', 'n'],
    places: ['confirm'],
    label: 'do not run',
    words: 'leave the card; nothing runs',
  },
  { action: 'yes', keys: ['y', 'enter', 'q'], places: ['quit'], label: 'quit', words: 'stop what runs and quit' },
  { action: 'no', keys: ['n', 'escape'], places: ['quit'], label: 'stay', words: 'stay' },
  { action: 'open', keys: ['enter'], places: ['map'], label: 'open', words: 'open the lesson or task' },
  { action: 'close', keys: ['escape', 'm', 'q'], places: ['map'], label: 'close', words: 'close the map' },
  { action: 'earlier', keys: ['left'], places: ['traffic'], label: 'step back', words: 'one look back in time' },
  { action: 'later', keys: ['right'], places: ['traffic'], label: 'step on', words: 'one look on in time' },
  {
    action: 'freeze',
    keys: ['space'],
    places: ['traffic'],
    label: 'freeze',
    words: 'freeze the picture, and let it go on',
  },
  {
    action: 'identities',
    keys: ['i'],
    places: ['traffic'],
    label: 'identities',
    words: 'show who each one is to the mesh',
  },
  { action: 'up', keys: ['up', 'k'], places: ['traffic'], label: 'up', words: 'scroll up' },
  { action: 'down', keys: ['down', 'j'], places: ['traffic'], label: 'down', words: 'scroll down' },
  { action: 'close', keys: ['escape', 'w', 'q'], places: ['traffic'], label: 'close', words: 'back to the lesson' },
  {
    action: 'close',
    keys: ['escape', 'i', 'q'],
    places: ['glossary'],
    label: 'close',
    words: 'close the list of words',
  },
  { action: 'close', keys: ['escape', '?', 'q'], places: ['help'], label: 'close', words: 'close the help' },
  { action: 'close', keys: ['escape', 't', 'q'], places: ['background'], label: 'close', words: 'close the list' },
  { action: 'up', keys: ['up', 'k'], places: scrolling, label: 'up', words: 'scroll up' },
  { action: 'down', keys: ['down', 'j'], places: scrolling, label: 'down', words: 'scroll down' },
  { action: 'page-up', keys: ['pageup', '-'], places: scrolling, label: 'page up', words: 'scroll a page up' },
  {
    action: 'page-down',
    keys: ['space', 'pagedown'],
    places: scrolling,
    label: 'page down',
    words: 'scroll a page down',
  },
  { action: 'top', keys: ['g', 'home'], places: scrolling, label: 'top', words: 'go to the top' },
  { action: 'bottom', keys: ['G', 'end'], places: scrolling, label: 'bottom', words: 'go to the end' },
  {
    action: 'focus',
    keys: ['tab'],
    places: ['lesson'],
    label: 'pane',
    words: 'choose which pane scrolls: lesson, output, check',
  },
  {
    action: 'zoom',
    keys: ['z'],
    places: ['lesson'],
    label: 'zoom',
    words: 'give the chosen pane the whole screen, and back',
  },
  { action: 'help', keys: ['?'], places: ['lesson'], label: 'help', words: 'show the keys' },
  { action: 'quit', keys: ['q'], places: ['lesson', 'confirm'], label: 'quit', words: 'quit; what you did is saved' },
  {
    action: 'submit',
    keys: ['enter'],
    places: ['editor'],
    label: 'to the card',
    words: 'put the command on the card; nothing runs yet',
  },
  {
    action: 'newline',
    keys: ['alt-enter', 'ctrl-j'],
    places: ['editor'],
    label: 'new line',
    words: 'start a new line',
  },
  { action: 'close', keys: ['escape'], places: ['editor'], label: 'leave', words: 'leave the command line' },
  {
    action: 'older',
    keys: ['up', 'ctrl-p'],
    places: ['editor'],
    label: 'older',
    words: 'a line up, or an older command',
  },
  {
    action: 'newer',
    keys: ['down', 'ctrl-n'],
    places: ['editor'],
    label: 'newer',
    words: 'a line down, or a newer command',
  },
  { action: 'left', keys: ['left', 'ctrl-b'], places: ['editor'], label: 'left', words: 'one character left' },
  { action: 'right', keys: ['right', 'ctrl-f'], places: ['editor'], label: 'right', words: 'one character right' },
  {
    action: 'word-left',
    keys: ['alt-b', 'ctrl-left', 'alt-left'],
    places: ['editor'],
    label: 'word left',
    words: 'one word left',
  },
  {
    action: 'word-right',
    keys: ['alt-f', 'ctrl-right', 'alt-right'],
    places: ['editor'],
    label: 'word right',
    words: 'one word right',
  },
  { action: 'line-start', keys: ['home', 'ctrl-a'], places: ['editor'], label: 'start', words: 'start of the line' },
  { action: 'line-end', keys: ['end', 'ctrl-e'], places: ['editor'], label: 'end', words: 'end of the line' },
  {
    action: 'delete-left',
    keys: ['backspace', 'ctrl-h'],
    places: ['editor'],
    label: 'delete',
    words: 'delete to the left',
  },
  {
    action: 'delete-right',
    keys: ['delete', 'ctrl-d'],
    places: ['editor'],
    label: 'delete right',
    words: 'delete to the right',
  },
  {
    action: 'delete-word',
    keys: ['ctrl-w', 'alt-backspace'],
    places: ['editor'],
    label: 'delete word',
    words: 'delete the word to the left',
  },
  {
    action: 'delete-to-start',
    keys: ['ctrl-u'],
    places: ['editor'],
    label: 'delete to start',
    words: 'delete to the start of the line',
  },
  {
    action: 'delete-to-end',
    keys: ['ctrl-k'],
    places: ['editor'],
    label: 'delete to end',
    words: 'delete to the end of the line',
  },
  {
    action: 'interrupt',
    keys: ['ctrl-c'],
    places: everywhere,
    label: 'interrupt',
    words: 'interrupt what runs; else leave, or ask to quit',
  },
  {
    action: 'suspend',
    keys: ['ctrl-z'],
    places: everywhere,
    label: 'suspend',
    words: 'go to the background of your shell; `fg` comes back',
  },
  { action: 'redraw', keys: ['ctrl-l'], places: everywhere, label: 'redraw', words: 'draw the screen again' },
];

export function actionFor(key: string, place: Place): KeyAction | undefined {
  return keymap.find((binding) => binding.places.includes(place) && binding.keys.includes(key))?.action;
}

export function bindingOf(action: KeyAction, place: Place): KeyBinding | undefined {
  return keymap.find((binding) => binding.action === action && binding.places.includes(place));
}

const names: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  tab: 'Tab',
  space: 'Space',
  backspace: 'Backspace',
  delete: 'Delete',
};

/** The name on the keyboard: `ctrl-c` is `Ctrl-C`. */
export function keyName(key: string): string {
  const match = /^(ctrl|alt)-(.+)$/.exec(key);
  if (match)
    return `${match[1] === 'ctrl' ? 'Ctrl' : 'Alt'}-${names[match[2] ?? ''] ?? (match[2] ?? '').toUpperCase()}`;
  return names[key] ?? key;
}

/** Headings of help and README, in the order they are shown. */
export const chapters: readonly { place: Place; title: string }[] = [
  { place: 'lesson', title: 'In a lesson' },
  { place: 'confirm', title: 'On the card of a command' },
  { place: 'editor', title: 'On the command line' },
  { place: 'map', title: 'On the map' },
  { place: 'traffic', title: 'While you watch the traffic' },
];

/** Bindings of a chapter; what the first chapter says is not said again. */
export function chapterBindings(place: Place): readonly KeyBinding[] {
  return keymap.filter(
    (binding) => binding.places.includes(place) && (place === 'lesson' || !binding.places.includes('lesson')),
  );
}

/** The README's tables of keys. It shows what one meets first; the help in the program has all chapters. */
export function keymapMarkdown(places: readonly Place[] = ['lesson', 'confirm']): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return chapters
    .filter(({ place }) => places.includes(place))
    .map(({ place, title }) => {
      const rows = chapterBindings(place).map((binding) => {
        const keys = binding.keys.map((key) => `\`${cell(keyName(key))}\``).join(' ');
        return `| ${keys} | ${cell(binding.words)} |`;
      });
      return [`| ${title} | |`, '| --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}
