import type { Evidence } from '../../classroom/protocol.ts';
import type { Words } from '../../words/en.ts';
import { bare } from './foreign-text.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';
import type { Role } from './theme.ts';

/** Everything that would leave this machine, before it does. Pure. */
export function shareLines(evidence: Evidence, { width, words }: { width: number; words: Words }): Line[] {
  const { share } = words.classroom;
  const sentence = (text: string, role: Role = 'text') => wrap([span(bare(text), role)], width);
  const part = (title: string, lines: readonly string[], role: Role): Line[] =>
    lines.length === 0
      ? []
      : [emptyLine, ...sentence(title, 'strong'), ...lines.flatMap((text) => sentence(`  ${text}`, role))];
  return [
    ...sentence(share.about),
    ...part(
      share.conditions,
      evidence.conditions.map(({ id, status, text }) => `${id} (${status}): ${text}`),
      'text',
    ),
    ...part(share.command, evidence.command === '' ? [] : [evidence.command], 'code'),
    ...part(share.output, evidence.output, 'dim'),
  ];
}
