import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { SpdyConnection, type SpdyStream } from '../../../src/sandbox/apiserver/streaming/spdy-connection.ts';
import {
  controlFrame,
  dataFrame,
  type SpdyFrame,
  SpdyFrameReader,
  SpdyHeaderCodec,
} from '../../../src/sandbox/apiserver/streaming/spdy-frames.ts';

/** The opening bytes of a Go client's first header block: zlib, preset dictionary, its checksum as the SPDY draft gives it. */
const dictionaryMark = 'e3c6a7c2';

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};

async function synStream(codec: SpdyHeaderCodec, id: number, headers: Record<string, string>): Promise<Buffer> {
  const block = await codec.compress(headers);
  return controlFrame(1, 0, Buffer.concat([u32(id, 0), Buffer.alloc(2), block]));
}

function connected(onStream: (stream: SpdyStream) => void): { client: Duplex; closed: Promise<void> } {
  const [client, server] = duplexPair();
  const { promise, resolve } = Promise.withResolvers<void>();
  new SpdyConnection(server, new SteppedClock(), { onStream, onClose: resolve });
  return { client, closed: promise };
}

describe('SPDY/3.1', () => {
  it('compresses headers against the dictionary of the draft, one zlib stream per direction', async () => {
    const [writer, reader] = [new SpdyHeaderCodec(), new SpdyHeaderCodec()];
    const first = await writer.compress({ streamtype: 'data', port: '14001' });
    expect(first.subarray(2, 6).toString('hex')).toBe(dictionaryMark);
    expect(await reader.decompress(first)).toEqual(new Map(Object.entries({ streamtype: 'data', port: '14001' })));
    const second = await writer.compress({ streamtype: 'data', port: '14001' });
    expect(second.length).toBeLessThan(first.length);
    expect((await reader.decompress(second)).get('port')).toBe('14001');
    writer.close();
    reader.close();
  });

  it('finds frames in any pieces', () => {
    const bytes = Buffer.concat([dataFrame(1, Buffer.from('hello'), false), dataFrame(3, Buffer.alloc(0), true)]);
    const reader = new SpdyFrameReader();
    const found = [];
    for (const byte of bytes) {
      reader.push(Buffer.from([byte]));
      for (let frame = reader.next(); frame; frame = reader.next()) found.push(frame);
    }
    expect(found).toMatchObject([
      { type: 'data', streamId: 1, fin: false },
      { type: 'data', streamId: 3, fin: true },
    ]);
  });

  it('gives up a stream on which more comes after its end, and still hears its client leave', async () => {
    const { promise: givenUp, resolve } = Promise.withResolvers<void>();
    const { client, closed } = connected((stream) => stream.on('close', resolve));
    const codec = new SpdyHeaderCodec();
    client.resume();
    client.write(await synStream(codec, 1, { streamtype: 'data' }));
    client.write(dataFrame(1, Buffer.from('all'), true));
    client.write(dataFrame(1, Buffer.from('and more'), false));
    await givenUp;
    client.end();
    await closed;
    codec.close();
  });

  it('opens streams, carries both directions, half-closes each alone', async () => {
    const { client } = connected((stream) => {
      let text = '';
      stream.on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => stream.end(`${stream.headers.get('streamtype')}: ${text}`));
    });
    const codec = new SpdyHeaderCodec();
    client.write(await synStream(codec, 1, { Streamtype: 'data' }));
    client.write(dataFrame(1, Buffer.from('ping'), true));
    const reader = new SpdyFrameReader();
    const answers: SpdyFrame[] = [];
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    client.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame; frame = reader.next()) {
        answers.push(frame);
        if (frame.type === 'data' && frame.fin) resolve();
      }
    });
    await finished;
    expect(answers[0]).toMatchObject({ type: 'other', controlType: 2 });
    const data = answers.flatMap((frame) => (frame.type === 'data' ? [frame.data] : []));
    expect(Buffer.concat(data).toString()).toBe('data: ping');
    client.destroy();
    codec.close();
  });

  it('echoes pings', async () => {
    const { client } = connected(() => {});
    client.write(controlFrame(6, 0, u32(7)));
    const [answer] = await once(client, 'data');
    expect(answer).toEqual(controlFrame(6, 0, u32(7)));
    client.destroy();
  });

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that claims 16 MB', Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff])],
    [
      'headers that are no zlib',
      controlFrame(1, 0, Buffer.concat([u32(1, 0), Buffer.alloc(2), Buffer.from('nonsense')])),
    ],
  ])('ends the connection on %s', async (_what, bytes) => {
    const { client, closed } = connected(() => {});
    client.on('error', () => {});
    client.write(bytes);
    await closed;
  });

  it('streams die with their connection', async () => {
    const { promise, resolve } = Promise.withResolvers<SpdyStream>();
    const { client, closed } = connected(resolve);
    const codec = new SpdyHeaderCodec();
    client.write(await synStream(codec, 1, { streamtype: 'data' }));
    const stream = await promise;
    const gone = once(stream, 'close');
    client.end();
    await Promise.all([gone, closed]);
    codec.close();
  });

  it('a stream that nobody reads stops the sender instead of filling memory', async () => {
    const { promise, resolve } = Promise.withResolvers<SpdyStream>();
    const { client } = connected(resolve);
    const codec = new SpdyHeaderCodec();
    client.write(await synStream(codec, 1, { streamtype: 'data' }));
    const stream = await promise;
    const chunk = Buffer.alloc(1 << 16);
    for (let sent = 0; sent < 100; sent += 1) client.write(dataFrame(1, chunk, false));
    for (let turn = 0; turn < 200; turn += 1) await new Promise((done) => setImmediate(done));
    expect(client.writableLength).toBeGreaterThan(3 << 20);
    expect(stream.readableLength).toBeLessThan(3 << 20);
    const drained = once(client, 'drain');
    stream.resume();
    await drained;
    client.destroy();
    codec.close();
  });
});
