import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, faultOf } from '../../fault.ts';
import { isJsonObject } from '../../kube/json-value.ts';
import { ensurePrivateFolder, readIfThere, syncFolder, writeAtomically } from '../../platform/files.ts';
import { decodeFile, encodeRecord } from '../store/record.ts';
import type { SandboxPaths } from './sandbox-folder.ts';
import type { SnapshotFiles } from './snapshot-file.ts';
import { captureFiles, readSnapshot } from './snapshots.ts';

/**
 * Puts a snapshot's files in the place of the sandbox's own. From the moment that the intent is on disk the sandbox is
 * the snapshot: whoever is killed after it, the next start finishes the work; before it nothing was touched. Call while
 * no cluster runs; knows no process.
 */
interface Intent {
  snapshot: string;
  /** Resource versions only go up on a real server: by store folder, what was given out already. */
  revisions: Record<string, number>;
}

/** The point of no return. Throws a Fault, and changes nothing, when the snapshot cannot be read. */
export function intendRestore(paths: SandboxPaths, id: string): void {
  readSnapshot(paths.folder, id);
  const intent: Intent = { snapshot: id, revisions: revisionsIn(captureFiles(paths.folder)) };
  writeAtomically(paths.restoring, `${JSON.stringify({ version: 1, ...intent })}\n`);
}

/** Does what was intended, if anything was; as often as it takes. Answers whether there was something to do. */
export function finishRestore(paths: SandboxPaths): boolean {
  const intent = readIntent(readIfThere(paths.restoring));
  if (!intent) return false;
  // All of it is read and checked before anything is taken away.
  const { files } = mustRead(paths, intent.snapshot);
  for (const path of captureFiles(paths.folder).keys()) rmSync(join(paths.folder, path), { force: true });
  rmSync(paths.state, { recursive: true, force: true });
  for (const [path, content] of raised(files, intent.revisions)) writeFile(join(paths.folder, path), content);
  forgetRestore(paths);
  return true;
}

function mustRead(paths: SandboxPaths, id: string): { files: SnapshotFiles } {
  try {
    return readSnapshot(paths.folder, id);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw faultOf('restore.unfinished', error.what).because(error);
  }
}

/** A reset takes the place of whatever was under way. */
export function forgetRestore(paths: SandboxPaths): void {
  rmSync(paths.restoring, { force: true });
  syncFolder(paths.folder);
}

function readIntent(text: string | undefined): Intent | undefined {
  if (text === undefined) return undefined;
  // Written by rename, so it is whole.
  const intent: unknown = JSON.parse(text);
  if (!isJsonObject(intent) || typeof intent['snapshot'] !== 'string' || !isJsonObject(intent['revisions'])) {
    return undefined;
  }
  const revisions = Object.entries(intent['revisions']).map(([path, revision]) => [path, Number(revision)] as const);
  return { snapshot: intent['snapshot'], revisions: Object.fromEntries(revisions) };
}

const journalName = /^(.*\/store)\/journal\.jsonl$/;
const snapshotName = /^(.*\/store)\/snapshot\.jsonl$/;

/** The highest revision of each store among the files. */
function revisionsIn(files: SnapshotFiles): Record<string, number> {
  const revisions: Record<string, number> = {};
  for (const [path, content] of files) {
    const folder = (journalName.exec(path) ?? snapshotName.exec(path))?.[1];
    if (folder === undefined) continue;
    const highest = decodeFile(content).records.reduce((most, { revision }) => Math.max(most, revision), 0);
    revisions[folder] = Math.max(revisions[folder] ?? 0, highest);
  }
  return revisions;
}

/**
 * Objects come back with the versions they had, but the count goes on from the highest that any client has seen: no
 * version ever means two things, and watches that reach back before the restore are told to list again (410).
 */
function* raised(files: SnapshotFiles, floors: Record<string, number>): Iterable<[string, Buffer]> {
  const own = revisionsIn(files);
  for (const [path, content] of files) {
    const folder = journalName.exec(path)?.[1];
    if (folder === undefined) {
      yield [path, content];
      continue;
    }
    const revision = Math.max(own[folder] ?? 0, floors[folder] ?? 0) + 1;
    // A process that was killed may have torn the last line; what follows it must begin a line of its own.
    const whole = content.subarray(0, decodeFile(content).goodBytes);
    yield [path, Buffer.concat([whole, Buffer.from(encodeRecord({ v: 1, type: 'reached', revision }))])];
  }
}

function writeFile(path: string, content: Buffer): void {
  ensurePrivateFolder(dirname(path));
  const file = openSync(path, 'w', 0o600);
  try {
    for (let written = 0; written < content.length; ) written += writeSync(file, content, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
}
