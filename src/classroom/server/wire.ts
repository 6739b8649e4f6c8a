import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import { type InstructorNews, limits, type Refusal, type ServerMessage } from '../protocol.ts';
import { Bucket } from './bucket.ts';

/**
 * One WebSocket, held to its limits: hello in time, so many messages and bytes a second, one message worked on at a time, and
 * an end to whoever does not read. Knows no message but `refused`.
 */
const messagesAtOnce = 200;
const messagesPerSecond = 50;
const bytesAtOnce = 4 << 20;
const bytesPerSecond = 1 << 18;
const silentMs = 45_000;
const pingMs = 15_000;
/** Beyond this nothing is added, and beyond the second the connection ends: it reads too slowly, or not at all. */
const fullBytes = 1 << 18;
const overfullBytes = 8 << 20;

export interface WireEnd {
  /** One whole text message; the next one waits until it is done. What it rejects with is a bug, and ends the connection. */
  onText(text: string): Promise<void>;
  /** Every quarter of a minute while the connection is there. */
  onPulse(): void;
  onClose(): void;
  onBug(error: unknown): void;
}

export class Wire {
  readonly #webSocket: WebSocket;
  readonly #clock: Clock;
  readonly #end: WireEnd;
  readonly #messages: Bucket;
  readonly #bytes: Bucket;
  #cancelHello: () => void;
  #cancelPulse: (() => void) | undefined;
  #heardAt: number;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(webSocket: WebSocket, clock: Clock, end: WireEnd) {
    this.#webSocket = webSocket;
    this.#clock = clock;
    this.#end = end;
    const now = clock.now();
    this.#heardAt = now;
    this.#messages = new Bucket(messagesAtOnce, messagesPerSecond, now);
    this.#bytes = new Bucket(bytesAtOnce, bytesPerSecond, now);
    this.#cancelHello = clock.after(limits.helloMs, () => webSocket.terminate());
    webSocket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    webSocket.on('pong', () => {
      this.#heardAt = clock.now();
    });
    // Every error is followed by close.
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => this.#close());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** It does not read as fast as it is written to. */
  get isFull(): boolean {
    return this.#webSocket.bufferedAmount > fullBytes;
  }

  /** Who it is was said in time. */
  greeted(): void {
    this.#cancelHello();
    this.#pulse();
  }

  send(message: ServerMessage | InstructorNews): void {
    if (this.#isClosed) return;
    if (this.#webSocket.bufferedAmount > overfullBytes) this.#webSocket.terminate();
    else this.#webSocket.send(JSON.stringify(message));
  }

  /** Says why, and ends it. */
  refuse(reason: Refusal, retryMs?: number): void {
    this.send({ type: 'refused', reason, ...(retryMs !== undefined && { retryMs }) });
    this.end(reason === 'malformed' ? 1007 : 1008);
  }

  /** Waits a moment for the other side to agree. */
  end(code: number): void {
    this.#webSocket.close(code);
    this.#clock.after(1_000, () => this.#webSocket.terminate());
  }

  #hear(data: RawData, isBinary: boolean): void {
    const now = this.#clock.now();
    this.#heardAt = now;
    if (this.#isClosed || this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : undefined;
    if (isBinary || text === undefined) this.refuse('malformed');
    else if (!this.#messages.take(1, now) || !this.#bytes.take(text.length, now)) this.refuse('slow-down');
    else this.#take(text);
  }

  #take(text: string): void {
    // The next message is read when this one is done: who sends faster than we write waits in their own buffers.
    this.#webSocket.pause();
    this.#work = this.#work
      .then(() => (this.#isClosed ? undefined : this.#end.onText(text)))
      .catch((error: unknown) => {
        this.#end.onBug(error);
        this.end(1011);
      })
      .finally(() => this.#webSocket.resume());
  }

  #pulse(): void {
    this.#cancelPulse = this.#clock.after(pingMs, () => {
      if (this.#clock.now() - this.#heardAt > silentMs) {
        this.#webSocket.terminate();
        return;
      }
      this.#webSocket.ping();
      this.#end.onPulse();
      this.#pulse();
    });
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelHello();
    this.#cancelPulse?.();
    this.#end.onClose();
  }
}
