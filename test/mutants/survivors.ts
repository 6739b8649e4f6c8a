import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** Why some mistakes change nothing that a lesson is about; kept as data beside this file. */
interface Explanation {
  /** Regular expressions for the whole file name and the whole name of the mutant. */
  file: string;
  mutant: string;
  why: string;
}

const explanations: readonly Explanation[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'),
);

export const explanationOf = ({ file, name }: Pick<Mutant, 'file' | 'name'>): string | undefined =>
  explanations.find((one) => new RegExp(`^(?:${one.file})$`).test(file) && new RegExp(`^(?:${one.mutant})$`).test(name))
    ?.why;
