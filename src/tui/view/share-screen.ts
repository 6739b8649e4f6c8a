import type { Evidence } from '../../classroom/protocol.ts';
import type { Words } from '../../words/en.ts';
import type { ClassDesk, PackedNow } from '../app-port.ts';
import { bare } from './foreign-text.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';
import { stateFacts } from './state-facts.ts';
import type { Role } from './theme.ts';

/** Everything that would leave this machine, before it does. Pure. */
export interface ShownShare {
  evidence: Evidence;
  /** Absent where it stays here. */
  state?: PackedNow | undefined;
}

export const shownShare = (
  desk: Pick<ClassDesk, 'packed'> | undefined,
  { evidence, withState }: { evidence: Evidence; withState: boolean },
): ShownShare => ({ evidence, ...(withState && { state: desk?.packed }) });

export function shareLines({ evidence, state }: ShownShare, { width, words }: { width: number; words: Words }): Line[] {
  const { share } = words.classroom;
  const sentence = (text: string, role: Role = 'text') => wrap([span(bare(text), role)], width);
  const part = (title: string, lines: readonly string[], role: Role): Line[] =>
    lines.length === 0
      ? []
      : [emptyLine, ...sentence(title, 'strong'), ...lines.flatMap((text) => sentence(`  ${text}`, role))];
  return [
    ...sentence(share.about),
    ...(state
      ? part(share.state, packedLines(state, words), 'text')
      : [emptyLine, ...sentence(share.offerState, 'dim')]),
    ...part(
      share.conditions,
      evidence.conditions.map(({ id, status, text }) => `${id} (${status}): ${text}`),
      'text',
    ),
    ...part(share.command, evidence.command === '' ? [] : [evidence.command], 'code'),
    ...part(share.output, evidence.output, 'dim'),
  ];
}

function packedLines(state: PackedNow, words: Words): string[] {
  const { share } = words.classroom;
  switch (state.status) {
    case 'unasked':
    case 'packing':
      return [share.packing];
    case 'packed':
      return [...stateFacts(state.facts, words), share.size(state.kilobytes)];
    case 'impossible':
      return [state.why];
  }
}
