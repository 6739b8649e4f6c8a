import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { isJsonObject } from '../../kube/json-value.ts';

/**
 * A snapshot as it lies on disk: one line of JSON that says what is in it, then the files one after the other, compressed.
 * Checksums cover both. Knows neither folders nor what the files mean.
 */
export interface SnapshotHead {
  id: string;
  /** In ms since the epoch. */
  takenAt: number;
  /** Of whoever took it; JSON. */
  note: unknown;
}

/** By path from the sandbox's folder, with `/` between its parts. */
export type SnapshotFiles = ReadonlyMap<string, Buffer>;

const version = 1;
/** Files shrink to a tenth at the cheapest level already. */
const level = 1;

interface FileEntry {
  path: string;
  bytes: number;
}

interface Head extends SnapshotHead {
  version: typeof version;
  files: readonly FileEntry[];
  /** SHA-256 of the compressed files. */
  body: string;
}

/** Compresses beside the event loop: a cluster that is being looked at goes on meanwhile. */
export async function encodeSnapshot(head: SnapshotHead, files: SnapshotFiles): Promise<Buffer> {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const body = await promisify(zstdCompress)(Buffer.concat([...files.values()]), { params });
  const full: Head = {
    version,
    id: head.id,
    takenAt: head.takenAt,
    note: head.note,
    files: [...files].map(([path, { length }]) => ({ path, bytes: length })),
    body: digest(body),
  };
  const json = JSON.stringify(full);
  return Buffer.concat([Buffer.from(`${digest(json)} ${json}\n`), body]);
}

/** Undefined when it is not what was written, whole. */
export function decodeHead(content: Buffer): SnapshotHead | undefined {
  const head = readHead(content);
  return head && { id: head.id, takenAt: head.takenAt, note: head.note };
}

/** Undefined when it is not what was written, whole. */
export function decodeSnapshot(content: Buffer): { head: SnapshotHead; files: SnapshotFiles } | undefined {
  const head = readHead(content);
  if (!head) return undefined;
  const body = content.subarray(content.indexOf(0x0a) + 1);
  if (digest(body) !== head.body) return undefined;
  const whole = zstdDecompressSync(body);
  const files = new Map<string, Buffer>();
  let at = 0;
  for (const { path, bytes } of head.files) {
    files.set(path, whole.subarray(at, at + bytes));
    at += bytes;
  }
  return { head, files };
}

function readHead(content: Buffer): Head | undefined {
  const end = content.indexOf(0x0a);
  const line = content.toString('utf8', 0, Math.max(end, 0));
  const json = line.slice(65);
  if (line[64] !== ' ' || digest(json) !== line.slice(0, 64)) return undefined;
  // The checksum says that we wrote it.
  const head: unknown = JSON.parse(json);
  return isJsonObject(head) && head['version'] === version ? (head as unknown as Head) : undefined;
}

const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
