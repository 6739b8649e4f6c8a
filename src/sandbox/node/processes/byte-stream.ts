/** Bytes on their way from one process to another, or to a client: with back-pressure, and an end. */
export interface ByteSource {
  /** The next bytes; undefined at the end. */
  read(): Promise<Buffer | undefined>;
  /** Nobody will read on: whoever writes learns it. */
  cancel(): void;
}

export interface ByteSink {
  /** Resolves when there is room for more. Rejects with BrokenPipe when nobody reads any more. */
  write(bytes: Buffer | string): Promise<void>;
}

/** What a write to a pipe without reader gives: SIGPIPE, which ends a process that does not expect it. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** Linux: a pipe holds 64 KiB. */
const pipeBytes = 64 << 10;

export class BytePipe implements ByteSource, ByteSink {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isEnded = false;
  #isCancelled = false;
  #wakeReader: () => void = () => {};
  #wakeWriters: (() => void)[] = [];

  async read(): Promise<Buffer | undefined> {
    while (this.#chunks.length === 0 && !this.#isEnded && !this.#isCancelled) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    if (this.#isCancelled) return undefined;
    const chunk = this.#chunks.shift();
    this.#bytes -= chunk?.length ?? 0;
    this.#roomAgain();
    return chunk;
  }

  /** Gives back what was read too much. */
  unread(bytes: Buffer): void {
    this.#chunks.unshift(bytes);
    this.#bytes += bytes.length;
  }

  async write(bytes: Buffer | string): Promise<void> {
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    while (this.#bytes >= pipeBytes && !this.#isCancelled && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wakeWriters.push(resolve);
      });
    }
    if (this.#isCancelled || this.#isEnded) throw new BrokenPipe();
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wakeReader();
  }

  /** No more bytes come; those on their way still arrive. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader();
    this.#roomAgain();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wakeReader();
    this.#roomAgain();
  }

  #roomAgain(): void {
    const waiting = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of waiting) wake();
  }
}

export const noInput: ByteSource = { read: async () => undefined, cancel: () => {} };

export const nowhere: ByteSink = { write: async () => {} };

/** More than any of our programs works on at once; what reads everything into memory stops here. */
const mostHeldBytes = 16 << 20;

export class TooMuchHeld extends Error {
  override readonly name = 'TooMuchHeld';

  constructor() {
    super('more input than this sandbox holds in memory');
  }
}

/** All that comes until the end, as far as a program of ours may hold it. */
export async function readAll(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    bytes += chunk.length;
    if (bytes > mostHeldBytes) throw new TooMuchHeld();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Counts what a program keeps in memory; each piece costs something beside its bytes. */
export class HeldBytes {
  #bytes = 0;

  keep(piece: Buffer): void {
    this.#bytes += piece.length + pieceBytes;
    if (this.#bytes > mostHeldBytes) throw new TooMuchHeld();
  }

  drop(piece: Buffer): void {
    this.#bytes -= piece.length + pieceBytes;
  }
}

const pieceBytes = 64;

/**
 * Lines with their newline, as the bytes they are; the last one may lack it. A line that never ends comes in pieces of a
 * mebibyte.
 */
export async function* linesOf(source: ByteSource): AsyncGenerator<Buffer> {
  const longest = 1 << 20;
  let pieces: Buffer[] = [];
  let length = 0;
  const whole = (last: Buffer) => {
    const line = pieces.length > 0 ? Buffer.concat([...pieces, last]) : last;
    pieces = [];
    length = 0;
    return line;
  };
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield whole(rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) continue;
    length += rest.length;
    if (length > longest) yield whole(rest);
    else pieces.push(rest);
  }
  if (pieces.length > 0) yield whole(Buffer.alloc(0));
}
