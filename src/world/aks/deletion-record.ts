import { join } from 'node:path';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../../platform/files.ts';
import { isRecord } from '../kube-context.ts';

/**
 * Which groups a learner had deleted, kept until nothing of them is left: a cleanup that was killed goes on from here
 * without asking again. Where a deletion stands is a text of the SDK's; it may let others look at it, so the file is private.
 */
export interface DeletionRecord {
  group: string;
  /** Names of the clusters in it: their entries in the kubeconfig are found by these. */
  clusters: readonly string[];
  nodeGroups: readonly string[];
  /** Undefined before Azure took it on. */
  resumeFrom?: string;
}

const fileIn = (folder: string): string => join(folder, 'cleanup.json');

/** None for a file that cannot be read: what is ours is found by its tag then, and asked about again. */
export function readDeletions(folder: string): DeletionRecord[] {
  try {
    const value: unknown = JSON.parse(readIfThere(fileIn(folder)) ?? 'null');
    const kept = isRecord(value) && value['version'] === 1 ? value['deletions'] : undefined;
    return Array.isArray(kept) ? kept.filter(isRecord).flatMap(recordOf) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function recordOf(value: Record<string, unknown>): DeletionRecord[] {
  const { group, clusters, nodeGroups, resumeFrom } = value;
  const names = (list: unknown) => (Array.isArray(list) ? list.filter((name) => typeof name === 'string') : []);
  if (typeof group !== 'string') return [];
  const record = { group, clusters: names(clusters), nodeGroups: names(nodeGroups) };
  return [typeof resumeFrom === 'string' ? { ...record, resumeFrom } : record];
}

/** Takes the place of what was kept of that group. */
export function keepDeletion(folder: string, record: DeletionRecord): void {
  write(folder, [...readDeletions(folder).filter(({ group }) => group !== record.group), record]);
}

export function forgetDeletion(folder: string, name: string): void {
  const deletions = readDeletions(folder);
  if (deletions.some(({ group }) => group === name))
    write(
      folder,
      deletions.filter(({ group }) => group !== name),
    );
}

function write(folder: string, deletions: readonly DeletionRecord[]): void {
  ensurePrivateFolder(folder);
  writeAtomically(fileIn(folder), `${JSON.stringify({ version: 1, deletions })}\n`);
}
