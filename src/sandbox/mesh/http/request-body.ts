import type { HeaderList, UpstreamStream } from './message.ts';

/** Envoy: per_connection_buffer_limit_bytes. A larger body can't be sent again, so its request isn't tried again. */
const largestKept = 1024 * 1024;

/**
 * The body of one request between the client and whoever is asked: held while nobody is there to take it, and kept for
 * another try where there may be one.
 */
export class RequestBody {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isKept = false;
  #trailers: HeaderList | undefined;

  /** From now on all of it, and what came before. */
  keep(): void {
    this.#isKept = true;
  }

  /** Whether another try would see all of the body. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** What has come so far, once it is all there is or at least `maxBytes`. */
  peek(maxBytes: number): Buffer | undefined {
    if (this.#bytes < maxBytes && this.#trailers === undefined) return undefined;
    return Buffer.concat(this.#pieces).subarray(0, maxBytes);
  }

  /** Hands data on to `stream`, or holds it. False asks for a pause. */
  push(data: Buffer, stream: UpstreamStream | undefined): boolean {
    if (this.#isKept && this.#bytes + data.length > largestKept) this.#release(stream !== undefined);
    if (this.#isKept || stream === undefined) {
      this.#pieces.push(data);
      this.#bytes += data.length;
    }
    return stream?.write(data) ?? false;
  }

  end(trailers: HeaderList, stream: UpstreamStream | undefined): void {
    this.#trailers = trailers;
    stream?.end(trailers);
  }

  /** All that has come so far, to a new stream. */
  sendTo(stream: UpstreamStream): void {
    for (const piece of this.#pieces) stream.write(piece);
    if (!this.#isKept) this.#pieces = [];
    if (this.#trailers) stream.end(this.#trailers);
  }

  #release(isSent: boolean): void {
    this.#isKept = false;
    if (isSent) this.#pieces = [];
  }
}
