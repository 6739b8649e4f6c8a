import { crc32 } from 'node:zlib';

/** One line of an append-only file: JSON whose last member is a checksum, so that it is plain JSON for everybody else. */
export function checkedLine(value: object): string {
  const text = JSON.stringify(value).slice(0, -1);
  return `${text},"sum":"${checksum(text)}"}`;
}

/** Undefined for a line that is not whole. */
export function readCheckedLine(line: string): unknown {
  const parts = /^(.*),"sum":"([0-9a-f]{8})"\}$/.exec(line);
  if (!parts || checksum(parts[1] ?? '') !== parts[2]) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
