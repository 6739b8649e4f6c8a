import type { Mutant } from './mutant.ts';
import type { Fate } from './play-mutant.ts';
import { explanationOf } from './survivors.ts';

export interface Played {
  mutant: Mutant;
  fate: Fate;
}

/** The kill table by file, then every survivor with its explanation. */
export function tableOf(played: readonly Played[]): string[] {
  const files = [...new Set(played.map(({ mutant }) => mutant.file))];
  const rows = files.map((file) =>
    rowOf(
      file,
      played.filter(({ mutant }) => mutant.file === file),
    ),
  );
  const header = [
    'file',
    'mutants',
    'by command',
    'by condition',
    'reason names it',
    'explained',
    'unexplained',
    'killed',
  ];
  return [
    ...alignedRows([header, ...rows, rowOf('all', played)]),
    '',
    ...played.flatMap(({ mutant, fate }) => (fate.type === 'survived' ? [survivorLine(mutant)] : [])),
    ...played.flatMap(({ mutant, fate }) => (fate.type === 'killed' && !fate.names ? [unnamedLine(mutant, fate)] : [])),
  ];
}

export const isUnexplained = ({ mutant, fate }: Played): boolean =>
  fate.type === 'survived' && explanationOf(mutant) === undefined;

function rowOf(label: string, played: readonly Played[]): string[] {
  const count = (accept: (one: Played) => boolean) => played.filter(accept).length;
  const killedBy = (by: string) => count(({ fate }) => fate.type === 'killed' && fate.by === by);
  const [byCommand, byCondition] = [killedBy('command'), killedBy('condition')];
  const named = count(({ fate }) => fate.type === 'killed' && fate.names);
  const unexplained = count(isUnexplained);
  const explained = played.length - byCommand - byCondition - unexplained;
  // What is explained changes nothing that a lesson is about, so there is nothing to kill.
  const mortal = played.length - explained;
  const rate = mortal === 0 ? 'all' : `${((100 * (byCommand + byCondition)) / mortal).toFixed(1)} %`;
  return [label, ...[played.length, byCommand, byCondition, named, explained, unexplained].map(String), rate];
}

function alignedRows(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

function survivorLine(mutant: Mutant): string {
  const why = explanationOf(mutant);
  return `${why === undefined ? 'SURVIVED' : 'harmless'}  ${mutant.file}  ${mutant.name}${why === undefined ? '' : `  (${why})`}`;
}

const unnamedLine = (mutant: Mutant, fate: Extract<Fate, { type: 'killed' }>) =>
  `unnamed   ${mutant.file}  ${mutant.name}  (${fate.task}, ${fate.by} ${fate.where}: ${fate.reason.replaceAll(/\s+/g, ' ').slice(0, 160)})`;
