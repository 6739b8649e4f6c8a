import type { ByteSource } from '../processes/byte-stream.ts';

/** A source that takes back what was read too much: whoever reads next, be it a child process, gets it. */
export interface LineSource extends ByteSource {
  unread(bytes: Buffer): void;
}

export function rereadable(source: ByteSource): LineSource {
  const kept: Buffer[] = [];
  return {
    read: async () => kept.shift() ?? source.read(),
    cancel: () => source.cancel(),
    unread: (bytes) => void kept.unshift(bytes),
  };
}

/** A line that never ends is cut here. */
const longestLine = 1 << 20;

/** With its newline; the rest of the input after the last one without; undefined at the end. */
export async function readLine(source: LineSource): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  for (let length = 0; length < longestLine; ) {
    const bytes = await source.read();
    if (bytes === undefined) break;
    const end = bytes.indexOf(10) + 1;
    if (end === 0) {
      pieces.push(bytes);
      length += bytes.length;
      continue;
    }
    pieces.push(bytes.subarray(0, end));
    if (end < bytes.length) source.unread(bytes.subarray(end));
    break;
  }
  return pieces.length === 0 ? undefined : Buffer.concat(pieces).toString();
}
