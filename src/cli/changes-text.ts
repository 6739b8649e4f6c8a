import { changeTitle } from '../tui/view/change-title.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Words } from '../words/en.ts';
import type { Change, Changes } from '../world/changes/change.ts';
import { leftOutFields } from '../world/changes/thing.ts';

/** What changed, as plain lines for a terminal or a pipe. Knows no colour. */
export interface ChangeWords {
  words: Words;
  told: Findings['told']['changes'];
}

export function changeSentences({ list, alongside }: Changes, { words, told }: ChangeWords): string[] {
  const { types } = words.wayBack;
  const width = Math.max(...Object.values(types).map(({ length }) => length)) + 1;
  const along = alongside.map(({ kind, count }) => `${kind} ${count}`).join(', ');
  return [
    ...list.map((change) => `${types[change.type].padEnd(width)} ${changeTitle(change, words)}`),
    ...(list.length === 0 ? [told.none] : []),
    ...(along === '' ? [] : [told.alongside(along)]),
  ];
}

const marks = { added: '+', removed: '-', same: ' ' };

/** One change with its lines, as `diff` prints them. */
export const changeDiff = (change: Change, { words, told }: ChangeWords): string[] => [
  `${words.wayBack.types[change.type]} ${changeTitle(change, words)}`,
  ...change.lines.map(({ type, text }) => (type === 'at' ? `@@ ${text} @@` : `${marks[type]} ${text}`)),
  ...(change.more > 0 ? [`  ${told.more(change.more)}`] : []),
  '',
];

export const leftOut = ({ told }: ChangeWords): string => told.leftOut(leftOutFields);
