import { crc32 } from 'node:zlib';
import { isJsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';

/** One line of the journal or the snapshot, as it is on disk. `v` is the version of this format. */
export type StoreRecord =
  | { v: 1; type: 'put'; revision: number; kind: string; object: KubeObject }
  | { v: 1; type: 'remove'; revision: number; kind: string; namespace: string; name: string }
  /** Revisions up to this one were given out, though no object here has it: an older state was put back. */
  | { v: 1; type: 'reached'; revision: number }
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
  /** `torn`: only the last line is not whole, as after a crash. `damaged`: something before it is; its first line, and how many. */
  end: { type: 'whole' } | { type: 'torn' } | { type: 'damaged'; line: number; lines: number };
}

/** Reads every record that is whole. Each stands for itself, so one that is damaged costs no other. */
export function decodeFile(content: Buffer): DecodedFile {
  const records: StoreRecord[] = [];
  const bad: number[] = [];
  let goodBytes = 0;
  for (let at = 0, line = 1; at < content.length; line += 1) {
    const newline = content.indexOf(0x0a, at);
    const record = newline < 0 ? undefined : decodeRecord(content.toString('utf8', at, newline));
    const isLast = newline < 0 || newline === content.length - 1;
    if (record) records.push(record);
    else if (isLast && bad.length === 0) return { records, goodBytes, end: { type: 'torn' } };
    else bad.push(line);
    at = newline < 0 ? content.length : newline + 1;
    if (bad.length === 0) goodBytes = at;
  }
  const [first] = bad;
  const end =
    first === undefined ? { type: 'whole' as const } : { type: 'damaged' as const, line: first, lines: bad.length };
  return { records, goodBytes, end };
}
