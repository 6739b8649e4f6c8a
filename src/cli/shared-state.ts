import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { faultOf } from '../fault.ts';
import { fileFault } from '../platform/files.ts';
import type { JournalEntry } from '../progress/events.ts';
import { readEntry } from '../progress/record-shape.ts';
import type { PackedWorld, WorldSnapshots } from '../world/snapshots.ts';
import { manifestFiles } from './manifest-files.ts';

/**
 * Where a learner stands, in one small file for somebody who is to help: their sandbox without what opens anything, and
 * their progress. Nothing that was typed or printed is in it. What is read may be a stranger's.
 */
export interface SharedState {
  /** In ms since the epoch. */
  takenAt: number;
  entries: readonly JournalEntry[];
  world: unknown;
}

/** As it goes over the wire or into a file, and what its owner should know of it before. */
export interface PackedState extends Omit<PackedWorld, 'state'> {
  bytes: Buffer;
}

const version = 1;
const magic = 'meshwalk-state';
/** Of what is unpacked; a whole course's sandbox takes a hundredth. */
const mostBytes = 64 * 1024 * 1024;
const mostEntries = 100_000;

export async function packState(
  snapshots: WorldSnapshots,
  entries: readonly JournalEntry[],
  { root, now }: { root: string; now: number },
): Promise<PackedState> {
  const published = await wordsOfManifests(root);
  const { state, ...about } = await snapshots.pack((value) => published.has(value));
  const shared: SharedState = { takenAt: now, entries, world: state };
  const params = { [constants.ZSTD_c_compressionLevel]: 19 };
  const body = await promisify(zstdCompress)(JSON.stringify(shared), { params });
  return { bytes: Buffer.concat([Buffer.from(`${magic} ${version} ${digest(body)}\n`), body]), ...about };
}

/** Throws a Fault for what is not what `packState` made, whole. */
export async function readState(bytes: Buffer): Promise<SharedState> {
  const end = bytes.indexOf(0x0a);
  const [name, written, sum] = bytes.toString('latin1', 0, Math.max(end, 0)).split(' ');
  if (name !== magic) throw faultOf('state.damaged');
  if (written !== String(version)) throw faultOf('state.later');
  const body = bytes.subarray(end + 1);
  if (digest(body) !== sum) throw faultOf('state.damaged');
  const shared = await unpacked(body);
  const { takenAt, entries, world } = shared;
  if (typeof takenAt !== 'number' || !Array.isArray(entries) || entries.length > mostEntries) {
    throw faultOf('state.damaged');
  }
  const known = entries.flatMap((entry: unknown) => {
    const read = readEntry(entry);
    return read?.kind === 'known' ? [read.entry] : [];
  });
  return { takenAt, entries: known, world };
}

async function unpacked(body: Buffer): Promise<Record<string, unknown>> {
  try {
    const text = await promisify(zstdDecompress)(body, { maxOutputLength: mostBytes });
    const shared: unknown = JSON.parse(text.toString('utf8'));
    if (typeof shared === 'object' && shared !== null) return shared as Record<string, unknown>;
  } catch {
    // Told below: a checksum is no proof of who wrote it.
  }
  throw faultOf('state.damaged');
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Every word of the course's manifests: a password among them is the same for everybody. */
async function wordsOfManifests(root: string): Promise<ReadonlySet<string>> {
  const files = await manifestFiles(root);
  return new Set(files.flatMap(({ content }) => content.toString('utf8').split(/[\s"',]+/)));
}

/** Over nothing that is there. */
export function writeNew(file: string, bytes: Buffer): void {
  try {
    const opened = openSync(file, 'wx', 0o600);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(opened, bytes, written);
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    throw fileFault(error, (errno) => faultOf('state.not-written', file, errno));
  }
}
