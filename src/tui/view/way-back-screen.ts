import type { Words } from '../../words/en.ts';
import type { Change, Changes } from '../../world/changes/change.ts';
import type { DiffLine } from '../../world/changes/line-diff.ts';
import { leftOutFields } from '../../world/changes/thing.ts';
import type { BackCard } from '../app-port.ts';
import type { WayBackView } from '../way-back-keys.ts';
import { changeTitle } from './change-title.ts';
import { bare } from './foreign-text.ts';
import type { View } from './frame.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';
import type { Role } from './theme.ts';

/** Title and text of what has the whole screen. */
export function wayBackText(
  { size, words, back }: Pick<View, 'size' | 'words' | 'back'>,
  { way }: WayBackView,
): { title: string; lines: Line[] } {
  const card = back ?? { status: 'nothing', way };
  return { title: words.wayBack.titles[way], lines: wayBackLines(card, { width: size.columns - 2, words }) };
}

/** What undoing, redoing or the last task is about: first a list to take in at a glance, then each change as a diff. Pure. */
export function wayBackLines(card: BackCard, ink: { width: number; words: Words }): Line[] {
  const { words, width } = ink;
  const { wayBack } = words;
  const sentence = (text: string, role: Role = 'text') => wrap([span(bare(text), role)], width);
  switch (card.status) {
    case 'looking':
      return sentence(`${wayBack.looking}…`, 'dim');
    case 'nothing':
      return sentence(wayBack.nothing[card.way]);
    case 'failed':
      return [
        ...sentence(card.what, 'bad'),
        ...sentence(card.why),
        ...card.tryThis.flatMap((line) => sentence(line, 'code')),
      ];
    case 'drifted':
      return [
        ...card.sentences.flatMap((text) => sentence(text, 'warn')),
        emptyLine,
        ...(card.costly.length > 0
          ? [...sentence(wayBack.about.costly), ...card.costly.flatMap((task) => sentence(`  ${task}`, 'strong'))]
          : [...sentence(wayBack.about.replay), ...card.tasks.flatMap((task) => sentence(`  ${task}`, 'strong'))]),
      ];
    case 'ready':
      return [
        ...wrap([span(bare(card.task), 'strong'), span(` ${wayBack.inLesson(bare(card.lesson))}`, 'dim')], width),
        emptyLine,
        ...sentence(wayBack.about[card.way]),
        emptyLine,
        ...listLines(card.changes, ink),
        emptyLine,
        ...card.changes.list.flatMap((change) => diffLines(change, ink)),
        ...sentence(wayBack.leftOut(leftOutFields), 'dim'),
        ...sentence(wayBack.filesStay, 'dim'),
      ];
  }
}

const roles: Readonly<Record<Change['type'], Role>> = {
  created: 'good',
  changed: 'warn',
  replaced: 'warn',
  deleted: 'bad',
};
const signs: Readonly<Record<Change['type'], string>> = { created: '+', changed: '~', replaced: '±', deleted: '-' };

/** A sign, a word and a colour say the same thing. */
function headLine(change: Change, { words, width }: { words: Words; width: number }): Line[] {
  const { type } = change;
  const head = [
    span(`${signs[type]} ${words.wayBack.types[type]} `, roles[type]),
    span(bare(changeTitle(change, words))),
  ];
  return wrap(head, width, emptyLine, [span('    ')]);
}

function listLines({ list, alongside }: Changes, ink: { words: Words; width: number }): Line[] {
  const { wayBack } = ink.words;
  const kinds = alongside.map(({ kind, count }) => `${count} ${bare(kind)}`).join(', ');
  return [
    ...(list.length === 0 ? wrap([span(wayBack.progressOnly)], ink.width) : list.flatMap((one) => headLine(one, ink))),
    ...(kinds === '' ? [] : wrap([span(wayBack.alongside(kinds), 'dim')], ink.width)),
  ];
}

const lineMarks: Readonly<Record<DiffLine['type'], { mark: string; role: Role }>> = {
  added: { mark: '+ ', role: 'good' },
  removed: { mark: '- ', role: 'bad' },
  same: { mark: '  ', role: 'dim' },
  at: { mark: '@ ', role: 'info' },
};

function diffLines(change: Change, ink: { words: Words; width: number }): Line[] {
  const rows = change.lines.flatMap(({ type, text }) => {
    const { mark, role } = lineMarks[type];
    const indent = /^ */.exec(text)?.[0] ?? '';
    return wrap(
      [span(bare(text.slice(indent.length)), role)],
      ink.width,
      [span(mark + indent, role)],
      [span(`${mark}${indent}  `, role)],
    );
  });
  const more = change.more > 0 ? [[span(`  ${ink.words.wayBack.moreLines(change.more)}`, 'dim' as const)]] : [];
  return [...headLine(change, ink), ...rows, ...more, emptyLine];
}
