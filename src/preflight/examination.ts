import { type Fault, type FaultTexts, inWords } from '../fault.ts';
import type { PreflightWords } from '../words/en/preflight.ts';
import type { WorldKind } from '../world/world.ts';
import type { Finding } from './finding.ts';
import type { Ground } from './ground.ts';

/**
 * What is examined together: `look` asks the ground and touches nothing else, `judge` makes findings of what was seen and
 * touches nothing at all. A new finding is a line in a judgement; a new examination a file and a line in `examine.ts`.
 */
export interface ExaminationSpec<Facts> {
  group: keyof PreflightWords['groups'];
  worlds: readonly WorldKind[];
  /** Rejects only when it is stopped. */
  look(ground: Ground): Facts | Promise<Facts>;
  judge(facts: Facts, words: PreflightWords, about: Setting): Finding[];
}

/** What lines to type depend on. */
export interface Setting extends Pick<Ground, 'os' | 'arch' | 'world'> {
  /** A Fault in the reader's words. */
  told(fault: Fault): Fault;
}

/** An examination whose facts are its own business. */
export interface Examination {
  group: keyof PreflightWords['groups'];
  worlds: readonly WorldKind[];
  examine(ground: Ground, words: PreflightWords, faultTexts: FaultTexts): Promise<Finding[]>;
}

export const everywhere: readonly WorldKind[] = ['sandbox', 'aks', 'cluster'];
export const realClusters: readonly WorldKind[] = ['aks', 'cluster'];

export const examination = <Facts>({ group, worlds, look, judge }: ExaminationSpec<Facts>): Examination => ({
  group,
  worlds,
  async examine(ground, words, faultTexts) {
    const { os, arch, world } = ground;
    return judge(await look(ground), words, { os, arch, world, told: (fault) => inWords(fault, faultTexts) });
  },
});
