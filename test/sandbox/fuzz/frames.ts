import { integerBetween, type Random } from '../../../src/platform/random.ts';
import { controlFrame, dataFrame, SpdyHeaderCodec } from '../../../src/sandbox/apiserver/streaming/spdy-frames.ts';
import { chance, oneOf } from './values.ts';

/** Random bytes for connections that were upgraded: SPDY/3.1 frames and WebSocket frames, from sound to torn. */

const streamIds = [0, 1, 3, 5, 7, 0x7fffffff];
const streamHeaders: readonly Record<string, string>[] = [
  { streamtype: 'error', port: '8080', requestid: '0' },
  { streamtype: 'data', port: '8080', requestid: '0' },
  { streamtype: 'data', port: '9', requestid: '1' },
  { streamtype: 'error', port: '-1', requestid: '1' },
  { streamtype: 'data', port: '99999999' },
  { streamtype: 'stdin' },
  { streamtype: 'stdout' },
  { streamtype: 'stderr' },
  { streamtype: 'resize' },
  { streamtype: '' },
  {},
  { __proto__x: 'y', ['__proto__']: 'z' },
];

export function randomBytes(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: integerBetween(random, 0, most) }, () => integerBetween(random, 0, 256)));
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** One connection's worth of frames. Header blocks share a compression state, so a torn one spoils what follows. */
export async function spdyFrames(random: Random): Promise<Buffer> {
  const codec = new SpdyHeaderCodec();
  const frames: Buffer[] = [];
  const count = integerBetween(random, 1, 15);
  for (let index = 0; index < count; index += 1) frames.push(await spdyFrame(random, codec));
  codec.close();
  const bytes = Buffer.concat(frames);
  return chance(random, 0.2) ? bytes.subarray(0, integerBetween(random, 0, bytes.length + 1)) : bytes;
}

async function spdyFrame(random: Random, codec: SpdyHeaderCodec): Promise<Buffer> {
  const id = oneOf(random, streamIds);
  switch (integerBetween(random, 0, 10)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const block = chance(random, 0.9) ? await codec.compress(oneOf(random, streamHeaders)) : randomBytes(random, 40);
      return controlFrame(1, integerBetween(random, 0, 3), Buffer.concat([u32(id, 0), Buffer.alloc(2), block]));
    }
    case 4:
    case 5:
      return dataFrame(id, randomBytes(random, 200), chance(random, 0.3));
    case 6:
      return controlFrame(3, 0, u32(id, integerBetween(random, 0, 12)));
    case 7:
      return controlFrame(integerBetween(random, 0, 12), integerBetween(random, 0, 256), randomBytes(random, 30));
    case 8:
      // A head alone that promises more than ever comes.
      return Buffer.concat([u32(chance(random, 0.5) ? 0x80030001 : id), u32(integerBetween(random, 0, 2 ** 24))]);
    default:
      return randomBytes(random, 60);
  }
}

/** A session's streams, all of them or all but one, and then anything on them. */
export async function sessionFrames(random: Random): Promise<Buffer> {
  const codec = new SpdyHeaderCodec();
  const frames: Buffer[] = [];
  for (const [at, streamtype] of ['error', 'stdin', 'stdout', 'stderr', 'resize'].entries()) {
    if (chance(random, 0.05)) continue;
    const block = await codec.compress({ streamtype });
    frames.push(controlFrame(1, 0, Buffer.concat([u32(2 * at + 1, 0), Buffer.alloc(2), block])));
  }
  const count = integerBetween(random, 1, 15);
  for (let index = 0; index < count; index += 1) {
    frames.push(
      chance(random, 0.6)
        ? dataFrame(oneOf(random, [3, 9]), typed(random), chance(random, 0.1))
        : await spdyFrame(random, codec),
    );
  }
  codec.close();
  return Buffer.concat(frames);
}

const keys = [
  '\x1b[A',
  '\x1b[D',
  '\x1b[3~',
  '\x1b[',
  '\x1b[1;1;',
  '\x03',
  '\x04',
  '\x7f',
  '\r',
  '\t',
  'ä',
  '\xff',
  'ab c',
];

/** What a terminal may send: keys, halves of keys, sizes, bytes. */
export function typed(random: Random): Buffer {
  const one = () =>
    chance(random, 0.1)
      ? Buffer.from(`{"Width":${integerBetween(random, 0, 99_999)},"Height":${integerBetween(random, 0, 9)}}`)
      : chance(random, 0.2)
        ? randomBytes(random, 30)
        : Buffer.from(oneOf(random, keys), 'latin1');
  return Buffer.concat(Array.from({ length: integerBetween(random, 0, 20) }, one));
}

/** Client frames are masked; every field may be wrong. */
export function webSocketFrame(random: Random, payload: Buffer): Buffer {
  const opcode = chance(random, 0.7) ? 2 : integerBetween(random, 0, 16);
  const first = (chance(random, 0.9) ? 0x80 : 0) | (chance(random, 0.05) ? 0x40 : 0) | opcode;
  const masked = chance(random, 0.95);
  const key = randomBytes(random, 5).subarray(0, 4);
  const mask = Buffer.concat([key, Buffer.alloc(4 - key.length)]);
  const body = masked ? Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))) : payload;
  const claimed = chance(random, 0.03) ? integerBetween(random, 0, 2 ** 31) : payload.length;
  const length =
    claimed < 126
      ? Buffer.from([claimed])
      : claimed < 65536
        ? u16(126, claimed)
        : Buffer.concat([u16(127), u32(0, claimed)]);
  length[0] = (length[0] ?? 0) | (masked ? 0x80 : 0);
  return Buffer.concat([Buffer.from([first]), length, ...(masked ? [mask] : []), body]);
}

function u16(...values: [number] | [number, number]): Buffer {
  const [code, length] = values;
  if (length === undefined) return Buffer.from([code]);
  return Buffer.from([code, length >>> 8, length & 0xff]);
}

/** Channel messages: a channel number, then bytes. In the base64 form a digit, then text. */
export function sessionMessages(random: Random, isText: boolean): Buffer {
  const message = () => {
    const channel = chance(random, 0.7) ? 0 : oneOf(random, [1, 2, 3, 4, 7, 255]);
    const payload = channel === 255 ? Buffer.from([integerBetween(random, 0, 5)]) : typed(random);
    if (!isText) return Buffer.concat([Buffer.from([channel]), payload]);
    return Buffer.from(`${channel}${chance(random, 0.9) ? payload.toString('base64') : payload.toString('latin1')}`);
  };
  const count = integerBetween(random, 1, 12);
  return Buffer.concat(Array.from({ length: count }, () => webSocketFrame(random, message())));
}

/** Channel messages: a channel number, then bytes. */
export function channelFrames(random: Random): Buffer {
  const count = integerBetween(random, 1, 12);
  return Buffer.concat(
    Array.from({ length: count }, () =>
      webSocketFrame(random, Buffer.concat([Buffer.from([integerBetween(random, 0, 8)]), randomBytes(random, 100)])),
    ),
  );
}
