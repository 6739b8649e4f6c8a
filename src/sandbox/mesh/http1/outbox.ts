import type { Socket } from 'node:net';

/** Up to here copying bytes together is cheaper than handing the kernel (or TLS) several pieces. */
const worthCopying = 16 * 1024;
/** What may wait in memory for a slow reader before its counterpart is asked to pause. */
const highWaterMark = 256 * 1024;

/**
 * What is to be written on one connection. Everything that is said in one turn of the event loop leaves in one write: a
 * head, its body and the end of the body are one system call and one TLS record instead of three.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #onDrain: () => void;
  #pieces: (string | Buffer)[] = [];
  #bytes = 0;
  #isScheduled = false;
  #isDrainAwaited = false;

  constructor(socket: Socket, onDrain: () => void) {
    this.#socket = socket;
    this.#onDrain = onDrain;
    socket.on('drain', () => this.#drained());
  }

  /** Latin-1 text. */
  text(text: string): void {
    this.#pieces.push(text);
    this.#bytes += text.length;
    this.#schedule();
  }

  /** False when enough is waiting; then `onDrain` is called once it has gone. */
  data(data: Buffer): boolean {
    this.#pieces.push(data);
    this.#bytes += data.length;
    this.#schedule();
    if (this.#bytes + this.#socket.writableLength < highWaterMark) return true;
    this.#isDrainAwaited = true;
    return false;
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const [pieces, bytes] = [this.#pieces, this.#bytes];
    this.#pieces = [];
    this.#bytes = 0;
    if (!this.#socket.writable) return;
    const hasRoom = bytes <= worthCopying ? this.#writeTogether(pieces, bytes) : this.#writePieces(pieces);
    if (hasRoom) this.#drained();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    process.nextTick(flushLater, this);
  }

  flushScheduled(): void {
    this.#isScheduled = false;
    this.flush();
  }

  #writeTogether(pieces: (string | Buffer)[], bytes: number): boolean {
    const [only] = pieces;
    if (pieces.length === 1 && only !== undefined)
      return typeof only === 'string' ? this.#socket.write(only, 'latin1') : this.#socket.write(only);
    const joined = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const piece of pieces) {
      if (typeof piece === 'string') at += joined.write(piece, at, 'latin1');
      else at += piece.copy(joined, at);
    }
    return this.#socket.write(joined);
  }

  #writePieces(pieces: (string | Buffer)[]): boolean {
    this.#socket.cork();
    let hasRoom = true;
    for (const piece of pieces)
      hasRoom = typeof piece === 'string' ? this.#socket.write(piece, 'latin1') : this.#socket.write(piece);
    this.#socket.uncork();
    return hasRoom;
  }

  #drained(): void {
    if (!this.#isDrainAwaited) return;
    this.#isDrainAwaited = false;
    this.#onDrain();
  }
}

const flushLater = (outbox: Outbox) => outbox.flushScheduled();
