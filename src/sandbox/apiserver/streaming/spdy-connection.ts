import { Duplex } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';
import { heartbeat } from './heartbeat.ts';
import { controlFrame, dataFrame, type SpdyFrame, SpdyFrameReader, SpdyHeaderCodec } from './spdy-frames.ts';

/**
 * One SPDY/3.1 connection from the server's end: the client opens streams, each becomes a Duplex with half-close and
 * back-pressure. Runs over a raw socket or over the messages of a WebSocket; knows nothing of what streams carry.
 */
export interface SpdyConnectionEvents {
  /** Headers are lower case. The stream is already accepted. */
  onStream(stream: SpdyStream): void;
  onClose(): void;
}

/** Enough that one slow stream does not hold the others up at once; over it the whole connection waits. */
const streamBufferBytes = 1 << 20;
const mostOpenStreams = 2000;

export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #connection: SpdyConnection;
  #ended = false;
  #peerEnded = false;

  constructor(connection: SpdyConnection, id: number, headers: ReadonlyMap<string, string>) {
    super({ allowHalfOpen: true, readableHighWaterMark: streamBufferBytes, writableHighWaterMark: 64 << 10 });
    this.id = id;
    this.headers = headers;
    this.#connection = connection;
    // A stream that dies with its connection is no error of ours; users see `close`.
    this.on('error', () => {});
  }

  /** False when the peer must wait until what it sent has been read. */
  receive(data: Buffer, fin: boolean): boolean {
    // SPDY: who has said that no more comes and sends more has lost the stream.
    if (this.#peerEnded) this.destroy();
    if (this.destroyed) return true;
    const hasRoom = data.length === 0 || this.push(data);
    this.#peerEnded = fin;
    if (fin) this.push(null);
    return hasRoom;
  }

  override _read(): void {
    this.#connection.resume(this);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#connection.send(dataFrame(this.id, chunk, false), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ended = true;
    this.#connection.send(dataFrame(this.id, Buffer.alloc(0), true), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.forget(this, !this.#ended);
    done(error);
  }
}

export class SpdyConnection {
  readonly #transport: Duplex;
  readonly #events: SpdyConnectionEvents;
  readonly #reader = new SpdyFrameReader();
  readonly #codec = new SpdyHeaderCodec();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #full = new Set<SpdyStream>();
  readonly #stopBeating: () => void;
  #busy = false;
  #closed = false;

  constructor(transport: Duplex, clock: Clock, events: SpdyConnectionEvents) {
    this.#transport = transport;
    this.#events = events;
    // SPDY/3.1: a server's pings have even numbers.
    this.#stopBeating = heartbeat(clock, () => this.#full.size > 0 && this.#ping(2));
    transport.on('data', (bytes: Buffer) => {
      this.#reader.push(bytes);
      void this.#drain();
    });
    transport.on('error', () => this.close());
    transport.on('end', () => this.close());
    transport.on('close', () => this.close());
  }

  /** Data that arrived together with the upgrade request. */
  receive(head: Buffer): void {
    if (head.length === 0) return;
    this.#reader.push(head);
    void this.#drain();
  }

  /** Calls back when the peer's side has room again. */
  send(frame: Buffer, done: (error?: Error | null) => void = () => {}): void {
    if (this.#closed) {
      done(null);
      return;
    }
    this.#transport.write(frame, (error) => done(error ?? null));
  }

  resume(stream: SpdyStream): void {
    if (this.#full.delete(stream)) this.#flow();
  }

  forget(stream: SpdyStream, abrupt: boolean): void {
    this.#streams.delete(stream.id);
    this.resume(stream);
    if (!abrupt) return;
    const body = Buffer.alloc(8);
    body.writeUInt32BE(stream.id, 0);
    body.writeUInt32BE(5, 4); // CANCEL
    this.send(controlFrame(3, 0, body));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopBeating();
    for (const stream of [...this.#streams.values()]) stream.destroy();
    this.#codec.close();
    this.#transport.destroy();
    this.#events.onClose();
  }

  /** One frame after the other: header blocks are inflated asynchronously and must keep their order. */
  async #drain(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#flow();
    try {
      for (;;) {
        const frame = this.#closed ? undefined : this.#reader.next();
        if (!frame) break;
        await this.#handle(frame);
      }
    } catch {
      // The peer does not speak SPDY/3.1: there is no stream to tell it on.
      this.close();
    } finally {
      this.#busy = false;
      this.#flow();
    }
  }

  /** Reads on only while no frame is being handled and no stream is full: that is the back-pressure SPDY has here. */
  #flow(): void {
    if (this.#closed) return;
    if (this.#busy || this.#full.size > 0) this.#transport.pause();
    else this.#transport.resume();
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case 'syn-stream':
        return this.#open(frame);
      case 'data':
        return this.#deliver(frame.streamId, frame.data, frame.fin);
      case 'reset':
        this.#streams.get(frame.streamId)?.destroy();
        return;
      case 'ping':
        // An even one is the answer to one of ours.
        return frame.id % 2 === 1 ? this.#ping(frame.id) : undefined;
      case 'goaway':
        return;
      case 'other':
        if (frame.headers) await this.#codec.decompress(frame.headers);
    }
  }

  #ping(id: number): void {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(id, 0);
    this.send(controlFrame(6, 0, body));
  }

  async #open(frame: Extract<SpdyFrame, { type: 'syn-stream' }>): Promise<void> {
    const headers = await this.#codec.decompress(frame.headers);
    const reply = await this.#codec.compress({});
    if (this.#closed) return;
    if (this.#streams.size >= mostOpenStreams || this.#streams.has(frame.streamId)) return this.close();
    const id = Buffer.alloc(4);
    id.writeUInt32BE(frame.streamId, 0);
    this.send(controlFrame(2, 0, Buffer.concat([id, reply])));
    const stream = new SpdyStream(this, frame.streamId, headers);
    this.#streams.set(stream.id, stream);
    this.#events.onStream(stream);
    if (frame.fin) stream.receive(Buffer.alloc(0), true);
  }

  #deliver(streamId: number, data: Buffer, fin: boolean): void {
    const stream = this.#streams.get(streamId);
    if (stream && !stream.receive(data, fin)) this.#full.add(stream);
  }
}
