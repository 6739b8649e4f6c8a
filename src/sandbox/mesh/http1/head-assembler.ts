import type { Malformed } from './malformed.ts';
import { headersTooLarge } from './malformed.ts';

const [carriageReturn, lineFeed] = [13, 10];
/** Envoy: max_request_headers_kb. */
export const largestHead = 60 * 1024;

/**
 * Collects bytes until the empty line that ends a head (or trailers). Lines end with CRLF, or with LF alone as Envoy's
 * parser allows. A head that comes in one piece, which is nearly every one, is never copied.
 */
export class HeadAssembler {
  #held: Buffer | undefined;
  #length = 0;
  /** Where the line begins whose end has not been seen. */
  #line = 0;
  /** The head with its last line, once `push` has found its end. */
  text = '';

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Who reads a head skips the line ends before it (RFC 9112 2.2) first: here the first empty line is the end.
   * Returns the offset in `chunk` after the head; -1 when all of it was taken and more is needed.
   */
  push(chunk: Buffer, at: number): number | Malformed {
    if (this.#held === undefined || this.#length === 0) {
      const end = this.#endIn(chunk, at, chunk.length);
      if (end >= 0) {
        if (end - at > largestHead) return headersTooLarge;
        this.text = chunk.toString('latin1', at, end);
        return end;
      }
      this.#line -= at;
    }
    return this.#append(chunk, at);
  }

  #append(chunk: Buffer, at: number): number | Malformed {
    const before = this.#length;
    const taken = Math.min(chunk.length - at, largestHead + 4 - before);
    const held = this.#grow(before + taken);
    chunk.copy(held, before, at, at + taken);
    this.#length += taken;
    const end = this.#endIn(held, this.#line, this.#length);
    if (end < 0) return this.#length > largestHead ? headersTooLarge : -1;
    if (end > largestHead) return headersTooLarge;
    this.text = held.toString('latin1', 0, end);
    this.#length = 0;
    this.#line = 0;
    return at + end - before;
  }

  #grow(wanted: number): Buffer {
    if (this.#held !== undefined && this.#held.length >= wanted) return this.#held;
    const grown = Buffer.allocUnsafe(Math.max(1024, wanted * 2));
    this.#held?.copy(grown, 0, 0, this.#length);
    this.#held = grown;
    return grown;
  }

  #endIn(bytes: Buffer, from: number, to: number): number {
    let line = from;
    for (;;) {
      const end = bytes.indexOf(lineFeed, line);
      if (end < 0 || end >= to) break;
      const isEmpty = end === line || (end === line + 1 && bytes[line] === carriageReturn);
      if (isEmpty) {
        this.#line = 0;
        return end + 1;
      }
      line = end + 1;
    }
    this.#line = line;
    return -1;
  }
}
