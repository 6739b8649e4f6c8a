import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenFolder } from './transcript.ts';

/** A difference from the recording that is as it should be, line by line, or a command that can't be compared at all. */
export interface Difference {
  /** The command; `(2)` after it where the second time in a session is meant. */
  command: string;
  /** Of kubectl; every one when empty. */
  versions: readonly string[];
  why: string;
  /** `-` what was recorded, `+` what ours says; undefined where the command is left out. */
  lines: readonly string[] | undefined;
}

/** test/golden/differences.txt: the file's head says how it is written. */
export const listedDifferences = (): Difference[] =>
  readFileSync(join(goldenFolder, 'differences.txt'), 'utf8')
    .split(/^\$ kubectl /m)
    .slice(1)
    .map((block) => {
      const [command = '', ...rest] = block.trimEnd().split('\n');
      const field = (name: string) => rest.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const left = field('left out');
      return {
        command,
        versions: field('versions')?.split(' ') ?? [],
        why: left ?? field('why') ?? '',
        lines: left === undefined ? rest.filter((line) => /^[-+]/.test(line)) : undefined,
      };
    });

/** The lines in which two texts differ, in their order (a longest common subsequence is what they share). */
export function lineDifference(before: readonly string[], after: readonly string[]): string[] {
  const shared = before.map(() => new Array<number>(after.length + 1).fill(0));
  shared.push(new Array<number>(after.length + 1).fill(0));
  const at = (i: number, j: number) => shared[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = shared[i];
      if (row) row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      i += 1;
      j += 1;
    } else if (i < before.length && (j >= after.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${before[i]}`.trimEnd());
      i += 1;
    } else {
      lines.push(`+${after[j]}`.trimEnd());
      j += 1;
    }
  }
  return lines;
}
