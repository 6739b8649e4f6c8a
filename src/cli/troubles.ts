import { inWords } from '../fault.ts';
import type { Findings } from '../words/en/findings.ts';
import type { WorldTrouble } from '../world/sandbox-world.ts';
import type { Parts } from './compose.ts';

/** What went wrong on the way and was mended or is to be known, in a sentence for the learner. */

/** Undefined where the journal is whole. */
export const damageWords = ({ journal, findings }: Pick<Parts, 'journal' | 'findings'>): string | undefined =>
  journal.damage && findings.told.troubles.journal(journal.damage.lines, journal.damage.aside);

export function troubleWords(trouble: WorldTrouble, { faultTexts, told }: Findings): string {
  switch (trouble.type) {
    case 'restarted':
      return told.troubles.restarted;
    case 'given-up':
      return inWords(trouble.fault, faultTexts).message;
    case 'noticed':
      return trouble.sentences.join(' ');
  }
}
