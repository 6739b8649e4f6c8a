import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, faultOf } from '../../fault.ts';
import { ensurePrivateFolder, errorCode, syncFolder } from '../../platform/files.ts';
import { startTimeOf } from '../../platform/process-identity.ts';
import { type SandboxPaths, sandboxPaths } from './sandbox-folder.ts';
import { decodeHead, decodeSnapshot, encodeSnapshot, type SnapshotFiles, type SnapshotHead } from './snapshot-file.ts';

/**
 * What a sandbox kept of itself to come back to: one file each, appearing whole or not at all, bounded in number and size.
 * Knows no cluster: a snapshot is what lies in the folder at one moment.
 */
export const snapshotLimits = { count: 80, bytes: 64 * 1024 * 1024 };

export interface KeptSnapshot extends SnapshotHead {
  sizeBytes: number;
}

const idPattern = /^[a-z0-9][a-z0-9-]{0,79}$/;
const extension = '.snapshot';

/** What of the folder makes up the sandbox; the rest (wrappers, keys of the process, who runs) is not the learner's. */
const parts = ['state', 'kubeconfig', 'azure'];
/** Rewritten at each start. */
const ofTheProcess: ReadonlySet<string> = new Set(['azure/meshwalk.json']);
/** Beside a file while it is written, and what was damaged: neither is the state of anything. */
const passing = /\.tmp$|\.corrupt/;

/**
 * Every file of the sandbox as it is now. Stores and Azure write before they answer, and nothing of this process runs
 * meanwhile, so all files are of one moment.
 */
export function captureFiles(folder: string): SnapshotFiles {
  const files = new Map<string, Buffer>();
  for (const path of parts.flatMap((part) => filesBelow(folder, part))) {
    if (ofTheProcess.has(path) || passing.test(path)) continue;
    const content = readIfFile(join(folder, path));
    if (content) files.set(path, content);
  }
  return files;
}

function filesBelow(folder: string, path: string): string[] {
  try {
    if (!statSync(join(folder, path)).isDirectory()) return [path];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return readdirSync(join(folder, path)).flatMap((name) => filesBelow(folder, `${path}/${name}`));
}

/** Programs of the learner write here too: a file may be gone between two looks. */
function readIfFile(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes what captureFiles would find now, and keeps it under this id; an older one of the id is replaced. */
export async function takeSnapshot(folder: string, head: SnapshotHead): Promise<void> {
  const { snapshots } = sandboxPaths(folder);
  const path = pathOf(snapshots, head.id);
  const files = captureFiles(folder);
  ensurePrivateFolder(snapshots);
  await writeWhole(path, await encodeSnapshot(head, files));
  prune(snapshots);
}

/** Takes over what another sandbox kept under this id, checked; false where it keeps none. */
export async function adoptSnapshot(folder: string, from: string, id: string): Promise<boolean> {
  const content = readIfFile(pathOf(sandboxPaths(from).snapshots, id));
  if (!content || !decodeSnapshot(content)) return false;
  const { snapshots } = sandboxPaths(folder);
  ensurePrivateFolder(snapshots);
  await writeWhole(pathOf(snapshots, id), content);
  prune(snapshots);
  return true;
}

async function writeWhole(path: string, content: Buffer): Promise<void> {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  syncFolder(join(path, '..'));
}

/** Oldest first. What is damaged is left out: nobody can go back there. */
export function listSnapshots(folder: string): KeptSnapshot[] {
  const { snapshots } = sandboxPaths(folder);
  const found = snapshotNames(snapshots).flatMap((name) => {
    const content = readIfFile(join(snapshots, name));
    const head = content && decodeHead(content);
    return content && head && `${head.id}${extension}` === name ? [{ ...head, sizeBytes: content.length }] : [];
  });
  return found.sort((left, right) => left.takenAt - right.takenAt);
}

/** Its files, checked. A Fault when there is none, or when it is not whole any more. */
export function readSnapshot(folder: string, id: string): { head: SnapshotHead; files: SnapshotFiles } {
  const path = pathOf(sandboxPaths(folder).snapshots, id);
  const content = readIfFile(path);
  const snapshot = content && decodeSnapshot(content);
  if (snapshot) return snapshot;
  throw content ? faultOf('snapshot.damaged', path) : faultOf('snapshot.none', id);
}

export function dropSnapshots(folder: string): void {
  rmSync(sandboxPaths(folder).snapshots, { recursive: true, force: true });
}

/**
 * The oldest go first, of each family by itself: a family is what ids begin with, and one that grows with every task must
 * not push out another that is built once.
 */
function prune(snapshots: string): void {
  const families = Map.groupBy(snapshotNames(snapshots), (name) => name.split('-', 1)[0] ?? name);
  for (const names of families.values()) pruneFamily(snapshots, names);
}

function pruneFamily(snapshots: string, names: readonly string[]): void {
  const kept = names
    .flatMap((name) => {
      const found = statSync(join(snapshots, name), { throwIfNoEntry: false });
      // Another process may have pruned it a moment ago.
      return found ? [{ name, sizeBytes: found.size, writtenAt: found.mtimeMs }] : [];
    })
    .sort((left, right) => right.writtenAt - left.writtenAt);
  let bytes = 0;
  kept.forEach(({ name, sizeBytes }, place) => {
    bytes += sizeBytes;
    const isTooMuch = place >= snapshotLimits.count || (bytes > snapshotLimits.bytes && place > 0);
    if (isTooMuch) rmSync(join(snapshots, name), { force: true });
  });
}

/** What a killed process left half written. Another that lives may just be writing: starts are built aside. */
export function sweepSnapshots({ snapshots }: SandboxPaths): void {
  for (const name of namesIn(snapshots)) {
    const [, writer] = /\.(\d+)\.[0-9a-f]+\.tmp$/.exec(name) ?? [];
    const isLeft = name.endsWith('.tmp') && (writer === undefined || startTimeOf(Number(writer)) === undefined);
    if (isLeft) rmSync(join(snapshots, name), { force: true });
  }
}

const snapshotNames = (snapshots: string): string[] => namesIn(snapshots).filter((name) => name.endsWith(extension));

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function pathOf(snapshots: string, id: string): string {
  if (!idPattern.test(id)) {
    throw new Fault('snapshot.id', {
      what: `"${id}" cannot be the name of a snapshot.`,
      why: 'It becomes a file: small letters, digits and dashes.',
      next: [],
    });
  }
  return join(snapshots, `${id}${extension}`);
}
