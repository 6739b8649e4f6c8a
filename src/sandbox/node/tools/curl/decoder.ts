import { once } from 'node:events';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { BrokenPipe, type ByteSink } from '../../processes/byte-stream.ts';
import { CurlFailure } from './failure.ts';

function decoderFor(encoding: string): Transform {
  switch (encoding.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return createUnzip();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new CurlFailure(
        'bad-encoding',
        'Unrecognized content encoding type. libcurl understands deflate, gzip, br content encodings.',
      );
  }
}

/** A body on its way out of its compression, piece by piece: it may be much larger than what came. */
export class Decoder {
  readonly #decoder: Transform;
  readonly #done: Promise<void>;

  constructor(encoding: string, sink: ByteSink) {
    this.#decoder = decoderFor(encoding);
    this.#done = this.#pass(sink);
    // Told by the next write, or by the end.
    this.#done.catch(() => {});
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.#decoder.destroyed) return this.#done;
    if (!this.#decoder.write(bytes)) await Promise.race([once(this.#decoder, 'drain').catch(() => {}), this.#done]);
  }

  end(): Promise<void> {
    this.#decoder.end();
    return this.#done;
  }

  async #pass(sink: ByteSink): Promise<void> {
    try {
      for await (const chunk of this.#decoder as AsyncIterable<Buffer>) await sink.write(chunk);
    } catch (error) {
      const { errno, message } = error as NodeJS.ErrnoException;
      if (error instanceof BrokenPipe || error instanceof CurlFailure || errno === undefined) throw error;
      throw new CurlFailure('bad-encoding', `Error while processing content unencoding: ${message}`);
    }
  }
}
