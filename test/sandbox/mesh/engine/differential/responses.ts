import { digest } from './app.ts';

/** What a client got for one request, as a simple reader of whole answers understands it. */
export interface Got {
  status: number;
  headers: string[];
  body: string;
  trailers: string[];
  isComplete: boolean;
}

interface Read {
  got: Got;
  end: number;
}

function fieldsOf(lines: string[]): string[] {
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')];
  });
}

const fieldOf = (headers: string[], name: string) => {
  const at = headers.findIndex((value, index) => index % 2 === 0 && value === name);
  return at < 0 ? undefined : headers[at + 1];
};

/** Undefined while the chunks have no end. */
function readChunked(bytes: Buffer, from: number): { content: Buffer; trailers: string[]; end: number } | undefined {
  const pieces: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0) {
      const isEmpty = bytes.toString('latin1', start, start + 2) === '\r\n';
      const end = isEmpty ? start : bytes.indexOf('\r\n\r\n', start);
      if (end < 0 || start + 2 > bytes.length) return undefined;
      const lines = isEmpty ? [] : bytes.toString('latin1', start, end).split('\r\n');
      return { content: Buffer.concat(pieces), trailers: fieldsOf(lines), end: end + (isEmpty ? 2 : 4) };
    }
    if (start + size + 2 > bytes.length) return undefined;
    pieces.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}

/** One final answer, interim ones before it left out; undefined while it is not whole (`isClosed`: it never will be). */
function readAnswer(bytes: Buffer, from: number, method: string, isClosed: boolean): Read | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n', from);
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', from, headEnd).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const start = headEnd + 4;
  if (status < 200) return readAnswer(bytes, start, method, isClosed);
  const headers = fieldsOf(lines);
  const made = (content: Buffer, end: number, isComplete = true, trailers: string[] = []): Read => ({
    got: { status, headers, body: digest(content), trailers, isComplete },
    end,
  });
  if (method === 'HEAD' || status === 204 || status === 304) return made(Buffer.alloc(0), start);
  const length = fieldOf(headers, 'content-length');
  if (fieldOf(headers, 'transfer-encoding') === 'chunked') {
    const read = readChunked(bytes, start);
    if (read) return made(read.content, read.end, true, read.trailers);
  } else if (length === undefined) {
    if (isClosed) return made(bytes.subarray(start), bytes.length);
  } else if (start + Number(length) <= bytes.length) {
    return made(bytes.subarray(start, start + Number(length)), start + Number(length));
  }
  return isClosed ? made(Buffer.alloc(0), bytes.length, false) : undefined;
}

/** The answers in all that has come so far. */
export class AnswerReader {
  readonly got: Got[] = [];
  readonly #methods: readonly string[];
  #bytes = Buffer.alloc(0);

  constructor(methods: readonly string[]) {
    this.#methods = methods;
  }

  get hasContinue(): boolean {
    return this.#bytes.toString('latin1').startsWith('HTTP/1.1 100 ');
  }

  get isDone(): boolean {
    return this.got.length === this.#methods.length;
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#read(false);
  }

  close(): void {
    this.#read(true);
  }

  /** Bytes that belong to no answer. */
  get rest(): number {
    return this.#bytes.length;
  }

  #read(isClosed: boolean): void {
    for (;;) {
      const method = this.#methods[this.got.length];
      const read = method === undefined ? undefined : readAnswer(this.#bytes, 0, method, isClosed);
      if (!read) return;
      this.got.push(read.got);
      this.#bytes = this.#bytes.subarray(read.end);
    }
  }
}
