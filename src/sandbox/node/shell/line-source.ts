import type { ByteSource } from '../processes/byte-stream.ts';

/** A source that takes back what was read too much: whoever reads next, be it a child process, gets it. */
export interface LineSource extends ByteSource {
  /** Rejects with the signal's reason when it aborts; the bytes are then those of the next reader. */
  read(signal?: AbortSignal): Promise<Buffer | undefined>;
  unread(bytes: Buffer): void;
}

export function rereadable(source: ByteSource): LineSource {
  const kept: Buffer[] = [];
  let coming: Promise<Buffer | undefined> | undefined;
  return {
    async read(signal) {
      const again = kept.shift();
      if (again) return again;
      coming ??= source.read();
      const own = coming;
      const bytes = await (signal ? unlessAborted(own, signal) : own);
      // Somebody may have waited for the same bytes and be dead, or read on already.
      if (coming === own) coming = undefined;
      return bytes;
    },
    cancel: () => source.cancel(),
    unread: (bytes) => void kept.unshift(bytes),
  };
}

/** What is waited for, unless the signal aborts before: then its reason. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return Promise.race([aborted, work]).finally(() => signal.removeEventListener('abort', stop));
}

/** A line that never ends is cut here. */
export const longestLine = 1 << 20;

/** With its newline; the rest of the input after the last one without; undefined at the end. */
export async function readLine(source: LineSource, signal?: AbortSignal): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  for (let length = 0; length < longestLine; ) {
    const bytes = await source.read(signal);
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
