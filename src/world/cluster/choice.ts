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

/** Of a mesh where lessons ran before another cluster was chosen: its settings are still to be brought back. */
type LeftMesh = Pick<ClusterChoice, 'server' | 'meshNamespace' | 'meshConfig'>;

const fileIn = (folder: string): string => join(folder, 'cluster.json');

/** Undefined as long as nothing was chosen, and for a file that cannot be read: then it is asked again. */
export function readClusterChoice(folder: string): ClusterChoice | undefined {
  const { context, ...mesh } = keptIn(folder);
  return typeof context === 'string' && isMesh(mesh) ? { context, ...meshOf(mesh) } : undefined;
}

/** What is known of a mesh's settings before the first lesson there, from the time before another cluster was chosen. */
export const leftMesh = (folder: string, server: string, meshNamespace: string): LeftMesh | undefined =>
  [...left(folder), ...chosen(folder)].find((mesh) => mesh.server === server && mesh.meshNamespace === meshNamespace);

export function keepClusterChoice(folder: string, choice: ClusterChoice): void {
  const others = [...left(folder), ...chosen(folder)].filter(({ server }) => server !== choice.server);
  writeAtomically(fileIn(folder), `${JSON.stringify({ version: 1, ...choice, left: others.map(meshOf) })}\n`);
}

function keptIn(folder: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readIfThere(fileIn(folder)) ?? 'null');
    return isRecord(value) && value['version'] === 1 ? value : {};
  } catch {
    return {};
  }
}

function left(folder: string): LeftMesh[] {
  const { left: list } = keptIn(folder);
  return Array.isArray(list) ? list.filter(isRecord).filter(isMesh) : [];
}

const chosen = (folder: string): LeftMesh[] => [readClusterChoice(folder)].filter((choice) => choice !== undefined);

const isMesh = (value: Record<string, unknown>): value is Record<string, unknown> & LeftMesh =>
  typeof value['server'] === 'string' && typeof value['meshNamespace'] === 'string';

const meshOf = ({ server, meshNamespace, meshConfig }: LeftMesh): LeftMesh => ({ server, meshNamespace, meshConfig });
