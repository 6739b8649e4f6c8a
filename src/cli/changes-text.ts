import { type Change, type Changes, titleOf } from '../world/changes/changes.ts';
import { leftOutFields } from '../world/changes/thing.ts';

/** What changed, as plain lines for a terminal or a pipe. Knows no colour. */
export function changeSentences({ list, alongside }: Changes): string[] {
  const along = alongside.map(({ kind, count }) => `${kind} ${count}`).join(', ');
  return [
    ...list.map((change) => `${change.type.padEnd(9)} ${titleOf(change)}`),
    ...(list.length === 0 ? ['Nothing changed in the world.'] : []),
    ...(along === '' ? [] : [`alongside ${along}`]),
  ];
}

const marks = { added: '+', removed: '-', same: ' ' };

/** One change with its lines, as `diff` prints them. */
export const changeDiff = (change: Change): string[] => [
  `${change.type} ${titleOf(change)}`,
  ...change.lines.map(({ type, text }) => (type === 'at' ? `@@ ${text} @@` : `${marks[type]} ${text}`)),
  ...(change.more > 0 ? [`  (${change.more} more lines)`] : []),
  '',
];

export const leftOut = `Left out: ${leftOutFields}; what controllers made is only counted.`;
