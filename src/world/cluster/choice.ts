import { join } from 'node:path';
import { readIfThere, writeAtomically } from '../../platform/files.ts';
import { isRecord } from '../kube-context.ts';

/** The cluster that a learner chose for the lessons and agreed to, kept in the state folder of this world. */
export interface ClusterChoice {
  context: string;
  /** Where it led when the learner agreed; somewhere else wants another yes. */
  server: string;
  /** Where the control plane of its mesh lives. */
  meshNamespace: string;
  /** The spec of MeshConfig before the first lesson, to be brought back; undefined where there was none to read. */
  meshConfig: unknown;
}

const fileIn = (folder: string): string => join(folder, 'cluster.json');

/** Undefined as long as nothing was chosen, and for a file that cannot be read: then it is asked again. */
export function readClusterChoice(folder: string): ClusterChoice | undefined {
  try {
    const value: unknown = JSON.parse(readIfThere(fileIn(folder)) ?? 'null');
    if (!isRecord(value) || value['version'] !== 1) return undefined;
    const { context, server, meshNamespace, meshConfig } = value;
    if (typeof context !== 'string' || typeof server !== 'string' || typeof meshNamespace !== 'string')
      return undefined;
    return { context, server, meshNamespace, meshConfig };
  } catch {
    return undefined;
  }
}

export function keepClusterChoice(folder: string, choice: ClusterChoice): void {
  writeAtomically(fileIn(folder), `${JSON.stringify({ version: 1, ...choice })}\n`);
}
