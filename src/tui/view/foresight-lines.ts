import type { CardForesight } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { ForeseenChange, Foresight, ObjectName, Unforeseen } from '../../world/foresight/foresight.ts';
import { bare } from './foreign-text.ts';
import { type Line, span, widthOf, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';

/** What a command would change, in rows for its card. Pure. */

const marks: Readonly<Record<ForeseenChange['type'], { mark: string; role: Role }>> = {
  creates: { mark: '+', role: 'good' },
  changes: { mark: '~', role: 'warn' },
  recreates: { mark: '*', role: 'warn' },
  deletes: { mark: '-', role: 'bad' },
  leaves: { mark: '=', role: 'dim' },
};

export interface ForesightInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
}

export const objectWords = ({ kind, namespace, name }: ObjectName, { foresight }: Words): string =>
  bare(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name || foresight.madeUpName}`);

export const unforeseenWords = ({ reason, of = '' }: Unforeseen, { foresight }: Words): string =>
  bare(foresight.reasons[reason](of));

export function foresightLines(foresight: CardForesight, ink: ForesightInk): Line[] {
  const { words, glyphs, width } = ink;
  switch (foresight.status) {
    case 'waiting':
      return [];
    case 'looking':
      return [[span(`${glyphs.notYet} ${words.foresight.asking}`, 'dim')]];
    case 'unknown':
      return wrap([span(bare(words.foresight.unknown(foresight.why ?? words.foresight.tooLong)), 'info')], width);
    case 'foreseen':
      return foreseenLines(foresight.foresight, ink);
  }
}

function foreseenLines({ changes, unforeseen, refused }: Foresight, ink: ForesightInk): Line[] {
  const { width, glyphs, words } = ink;
  const hanging = (first: Line, rest: Line) => wrap([...first, ...rest], width, [], [span('  ')]);
  const rows = [
    ...changes.filter(({ type }) => type !== 'leaves').flatMap((change) => changeLines(change, ink)),
    ...leftLines(changes, ink),
    ...refused.flatMap(({ command, says }) =>
      hanging([span(`${glyphs.wrong} ${words.foresight.wouldFail} `, 'bad')], [span(bare(`${command}: ${says}`))]),
    ),
    ...unforeseen.flatMap(({ command, why }) =>
      hanging(
        [span(`${glyphs.unknown} ${words.foresight.notForeseen} `, 'info')],
        [span(bare(command), 'code'), span(`: ${unforeseenWords(why, words)}`)],
      ),
    ),
  ];
  if (rows.length === 0) return [[span(words.foresight.nothing, 'good')]];
  return changes.length > 0 ? [[span(words.foresight.says, 'dim')], ...rows] : rows;
}

/** The mark and the verb, in a column as wide as the longest verb. */
function verb(type: ForeseenChange['type'], { foresight }: Words): { first: Line; rest: Line } {
  const { mark, role } = marks[type];
  const verbs = Object.keys(marks).map((one) => widthOf(foresight[one as ForeseenChange['type']]));
  const width = Math.max(...verbs) + 1;
  const word = foresight[type];
  const first = [span(`${mark} ${word}${' '.repeat(width - widthOf(word))}`, role)];
  return { first, rest: [span(' '.repeat(width + 2))] };
}

function changeLines(change: ForeseenChange, { width, words }: ForesightInk): Line[] {
  const { first, rest } = verb(change.type, words);
  const line = [span(objectWords(change.object, words), 'strong'), ...alongWords(change, words)];
  const fields = change.fields.flatMap((field) => fieldLines(field, width, words));
  return [...wrap(line, width, first, rest), ...fields];
}

/** What goes with it: the contents of a namespace, the pods of a template. */
export function alongWords({ takesAlong, replacesPods }: ForeseenChange, { foresight }: Words): Line {
  if (replacesPods) return [span(foresight.replacesPods, 'warn')];
  if (!takesAlong) return [];
  const total = takesAlong.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [span(foresight.isEmpty)];
  const kinds = takesAlong.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  return [span(foresight.takesAlong(total), 'bad'), span(`: ${bare(kinds)}`)];
}

function fieldLines({ path, from, to }: ForeseenChange['fields'][number], width: number, words: Words): Line[] {
  const { none } = words.foresight;
  return wrap(
    [
      span(`${bare(path)}  `, 'dim'),
      span(bare(from ?? none), from === undefined ? 'dim' : 'text'),
      span(' → '),
      span(bare(to ?? none), to === undefined ? 'dim' : 'strong'),
    ],
    width,
    [span(' '.repeat(4))],
    [span(' '.repeat(6))],
  );
}

/** What is as the command wants it already, in one breath. */
function leftLines(changes: readonly ForeseenChange[], { width, words }: ForesightInk): Line[] {
  const left = changes.filter(({ type }) => type === 'leaves');
  if (left.length === 0) return [];
  const { first, rest } = verb('leaves', words);
  const names = left.map(({ object }) => objectWords(object, words)).join(', ');
  return wrap([span(words.foresight.asItIs(names), 'dim')], width, first, rest);
}

/** At most so many rows, the last saying how many more there are and how to see them. */
export function shortened(lines: readonly Line[], most: number, { foresight }: Words): readonly Line[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), [span(foresight.more(lines.length - most + 1), 'dim')]];
}
