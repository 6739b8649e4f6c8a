import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { spdyDictionary } from './spdy-dictionary.ts';

/** SPDY/3.1 on the wire: frames and compressed header blocks, as Kubernetes streams use them. Keeps no streams. */
export type SpdyFrame =
  | { type: 'syn-stream'; streamId: number; fin: boolean; headers: Buffer }
  | { type: 'data'; streamId: number; fin: boolean; data: Buffer }
  | { type: 'reset'; streamId: number }
  | { type: 'ping'; id: number }
  | { type: 'goaway' }
  /** SYN_REPLY, SETTINGS, HEADERS, WINDOW_UPDATE: nothing here depends on them. The Go peer has no flow control. */
  | { type: 'other'; controlType: number; headers?: Buffer };

/** No peer we know sends a frame over 64 KiB; a length field can claim 16 MiB. */
const longestFrame = 1 << 20;
const longestHeaderBlock = 64 << 10;

/** Cuts a byte stream into frames, whatever pieces it comes in. */
export class SpdyFrameReader {
  #held: Buffer[] = [];
  #heldBytes = 0;

  push(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  /** Undefined until a whole frame is there. Throws RangeError when the peer does not speak SPDY/3. */
  next(): SpdyFrame | undefined {
    if (this.#heldBytes < 8) return undefined;
    const head = this.#peek(8);
    const length = head.readUInt32BE(4) & 0xffffff;
    if (length > longestFrame) throw new RangeError(`a frame of ${length} bytes is too long`);
    if (this.#heldBytes < 8 + length) return undefined;
    const frame = this.#peek(8 + length);
    this.#held = this.#heldBytes === frame.length ? [] : [this.#joined().subarray(frame.length)];
    this.#heldBytes -= frame.length;
    return readFrame(frame);
  }

  #peek(length: number): Buffer {
    const first = this.#held[0];
    return (first && first.length >= length ? first : this.#joined()).subarray(0, length);
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#held);
    this.#held = [joined];
    return joined;
  }
}

function readFrame(frame: Buffer): SpdyFrame {
  const first = frame.readUInt32BE(0);
  const fin = ((frame[4] ?? 0) & 1) === 1;
  const body = frame.subarray(8);
  if (first < 0x80000000) return { type: 'data', streamId: first, fin, data: body };
  if (first >>> 16 !== 0x8003) throw new RangeError('this is not SPDY version 3');
  const word = (at: number) => {
    if (body.length < at + 4) throw new RangeError('a control frame is too short');
    return body.readUInt32BE(at) & 0x7fffffff;
  };
  const controlType = first & 0xffff;
  switch (controlType) {
    case 1:
      return { type: 'syn-stream', streamId: word(0), fin, headers: body.subarray(10) };
    case 3:
      return { type: 'reset', streamId: word(0) };
    case 6:
      return { type: 'ping', id: body.readUInt32BE(0) };
    case 7:
      return { type: 'goaway' };
    case 2:
    case 8:
      // Their header blocks move the shared decompression state on, so they must be read too.
      return { type: 'other', controlType, headers: body.subarray(4) };
    default:
      return { type: 'other', controlType };
  }
}

export function dataFrame(streamId: number, data: Buffer, fin: boolean): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE(((fin ? 1 : 0) << 24) | data.length, 4);
  return Buffer.concat([head, data]);
}

export function controlFrame(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(0x80030000 + type, 0);
  head.writeUInt32BE(flags * 0x1000000 + body.length, 4);
  return Buffer.concat([head, body]);
}

/** u32 count, then u32-length-prefixed names and values. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const entries = Object.entries(headers);
  return Buffer.concat([
    u32(entries.length),
    ...entries.flat().flatMap((text) => [u32(Buffer.byteLength(text)), Buffer.from(text)]),
  ]);
}

function readHeaderBlock(block: Buffer): Map<string, string> {
  let at = 0;
  const u32 = () => {
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = u32();
    if (at + length > block.length) throw new RangeError('a header block ends early');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = u32(); left > 0; left -= 1) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}

/**
 * The two compression states of one end: every header block of a direction continues one zlib stream, so blocks must be
 * given in the order in which they travel, one at a time.
 */
export class SpdyHeaderCodec {
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary, flush: constants.Z_SYNC_FLUSH });
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary, flush: constants.Z_SYNC_FLUSH });

  compress(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    return through(this.#deflate, headerBlock(headers));
  }

  async decompress(block: Buffer): Promise<Map<string, string>> {
    return readHeaderBlock(await through(this.#inflate, block));
  }

  close(): void {
    this.#deflate.close();
    this.#inflate.close();
  }
}

/** What comes out of a zlib stream for one input; an input that would unpack without end is refused. */
function through(zlib: Deflate | Inflate, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      out.push(chunk);
      bytes += chunk.length;
      if (bytes > longestHeaderBlock) zlib.destroy(new RangeError('a header block is too long'));
    };
    const settle = (error?: Error | null) => {
      zlib.off('data', onData);
      zlib.off('error', settle);
      if (error) reject(error);
      else resolve(Buffer.concat(out));
    };
    zlib.on('data', onData);
    zlib.once('error', settle);
    zlib.write(input, () => setImmediate(settle));
  });
}
