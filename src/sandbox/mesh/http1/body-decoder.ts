import { type HeaderList, noTrailers } from '../http/message.ts';
import { HeadAssembler } from './head-assembler.ts';
import { parseTrailers } from './head-parser.ts';
import { codecError, isMalformed, type Malformed } from './malformed.ts';

/** Takes the bytes of one body out of a stream of bytes, whatever way its end is told. It keeps no data. */
export interface BodyDecoder {
  /**
   * Reads from `at` and hands data on; returns the offset of the first byte that is not the body's any more. Only when
   * `isDone` has become true can there be such a byte.
   */
  read(chunk: Buffer, at: number, onData: (data: Buffer) => void): number | Malformed;
  readonly isDone: boolean;
  readonly trailers: HeaderList;
}

export class LengthDecoder implements BodyDecoder {
  readonly trailers = noTrailers;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  read(chunk: Buffer, at: number, onData: (data: Buffer) => void): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#left -= end - at;
    if (end > at) onData(slice(chunk, at, end));
    return end;
  }
}

/** Until the connection ends; also what follows an upgrade. */
export class OpenEndedDecoder implements BodyDecoder {
  readonly trailers = noTrailers;
  readonly isDone = false;

  read(chunk: Buffer, at: number, onData: (data: Buffer) => void): number {
    if (at < chunk.length) onData(slice(chunk, at, chunk.length));
    return chunk.length;
  }
}

/** RFC 9112 7.1. Extensions are read over; a size that is not plain hexadecimal ends the message. */
const sizeLine = /^([0-9a-fA-F]{1,13})[ \t]*(?:;[^\r\n]*)?\r\n$/;
const longestSizeLine = 4096;
const [carriageReturn, lineFeed] = [13, 10];

export class ChunkedDecoder implements BodyDecoder {
  trailers: HeaderList = noTrailers;
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  #line = '';
  #left = 0;
  readonly #assembler = new HeadAssembler();

  get isDone(): boolean {
    return this.#state === 'done';
  }

  read(chunk: Buffer, from: number, onData: (data: Buffer) => void): number | Malformed {
    let at: number | Malformed = from;
    while (this.#state !== 'done' && at < chunk.length) {
      at = this.#step(chunk, at, onData);
      if (typeof at !== 'number') return at;
    }
    return at;
  }

  #step(chunk: Buffer, at: number, onData: (data: Buffer) => void): number | Malformed {
    switch (this.#state) {
      case 'size':
        return this.#readSize(chunk, at);
      case 'data': {
        const end = Math.min(chunk.length, at + this.#left);
        this.#left -= end - at;
        if (this.#left === 0) [this.#state, this.#left] = ['data-end', 2];
        onData(slice(chunk, at, end));
        return end;
      }
      case 'data-end':
        if (chunk[at] !== (this.#left === 2 ? carriageReturn : lineFeed)) return codecError;
        if (--this.#left === 0) this.#state = 'size';
        return at + 1;
      case 'trailers':
        return this.#readTrailers(chunk, at);
      case 'done':
        return at;
    }
  }

  #readSize(chunk: Buffer, at: number): number | Malformed {
    const end = chunk.indexOf(lineFeed, at);
    const next = end < 0 ? chunk.length : end + 1;
    if (this.#line.length + next - at > longestSizeLine) return codecError;
    this.#line += chunk.toString('latin1', at, next);
    if (end < 0) return next;
    const match = sizeLine.exec(this.#line);
    if (!match) return codecError;
    this.#line = '';
    this.#left = Number.parseInt(match[1] ?? '', 16);
    this.#state = this.#left === 0 ? 'trailers' : 'data';
    return next;
  }

  #readTrailers(chunk: Buffer, at: number): number | Malformed {
    const end = this.#assembler.push(chunk, at);
    if (typeof end !== 'number') return end;
    if (end < 0) return chunk.length;
    const trailers = parseTrailers(this.#assembler.text);
    if (isMalformed(trailers)) return trailers;
    this.trailers = trailers;
    this.#state = 'done';
    return end;
  }
}

/** The whole chunk where it can be had: a view less for each piece of a large body. */
const slice = (chunk: Buffer, from: number, to: number): Buffer =>
  from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
