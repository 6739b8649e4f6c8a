import { crc32 } from 'node:zlib';
import { isJsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';

/** One line of the journal or the snapshot, as it is on disk. `v` is the version of this format. */
export type StoreRecord =
  | { v: 1; type: 'put'; revision: number; kind: string; object: KubeObject }
  | { v: 1; type: 'remove'; revision: number; kind: string; namespace: string; name: string }
  /** First line of a snapshot: the revision it stands for and how many puts follow. */
  | { v: 1; type: 'snapshot'; revision: number; count: number };

/** `<crc32 in hex> <json>\n`. The checksum covers the JSON text. */
export function encodeRecord(record: StoreRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** A line without its newline; undefined when it is not whole. */
export function decodeRecord(line: string): StoreRecord | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return undefined;
  const record: unknown = JSON.parse(json);
  return isJsonObject(record) && typeof record['revision'] === 'number' ? (record as StoreRecord) : undefined;
}

const checksum = (json: string) => crc32(json).toString(16).padStart(8, '0');

export interface DecodedFile {
  records: StoreRecord[];
  /** Bytes up to the end of the last good record before any damage. */
  goodBytes: number;
  /** `torn`: only the last line is not whole, as after a crash. `damaged`: something before it is. */
  end: { type: 'whole' } | { type: 'torn' } | { type: 'damaged'; line: number };
}

/** Reads records up to the first one that is not whole. */
export function decodeFile(content: Buffer): DecodedFile {
  const records: StoreRecord[] = [];
  let at = 0;
  while (at < content.length) {
    const newline = content.indexOf(0x0a, at);
    const record = newline < 0 ? undefined : decodeRecord(content.toString('utf8', at, newline));
    if (!record) {
      const isLast = newline < 0 || newline === content.length - 1;
      const end = isLast ? { type: 'torn' as const } : { type: 'damaged' as const, line: records.length + 1 };
      return { records, goodBytes: at, end };
    }
    records.push(record);
    at = newline + 1;
  }
  return { records, goodBytes: at, end: { type: 'whole' } };
}
