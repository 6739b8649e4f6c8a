import { StringDecoder } from 'node:string_decoder';
import type { ByteSink, ByteSource } from './byte-stream.ts';
import type { Terminal } from './process.ts';

/** Linux: a line in canonical mode has at most 4096 bytes. */
const longestLine = 4095;
const mostQueuedBytes = 64 << 10;
const mostRemembered = 100;

/** What the keys of a terminal send beside characters. */
const controls = {
  '\x01': 'home',
  '\x02': 'left',
  '\x03': 'interrupt',
  '\x04': 'end-of-file',
  '\x05': 'end',
  '\x06': 'right',
  '\x08': 'erase',
  '\x7f': 'erase',
  '\x0b': 'kill-right',
  '\x0c': 'clear',
  '\x15': 'kill-left',
  '\x17': 'erase-word',
  '\r': 'enter',
  '\n': 'enter',
  '\x1b[A': 'older',
  '\x1b[B': 'newer',
  '\x1b[C': 'right',
  '\x1b[D': 'left',
  '\x1b[H': 'home',
  '\x1b[F': 'end',
  '\x1bOA': 'older',
  '\x1bOB': 'newer',
  '\x1bOC': 'right',
  '\x1bOD': 'left',
  '\x1b[3~': 'delete',
} as const;

type Key = (typeof controls)[keyof typeof controls];

/** One key press, or part of an escape sequence that is still on its way. */
const nextKey = /^(?:\x1b(?:[[O](?:[0-9;]{0,16}[A-Za-z~])?)?|[\s\S])/u;
/** Longer ones no key sends; they are not waited for. */
const unfinished = /^\x1b(?:[[O][0-9;]{0,16})?$/;

/** The bytes are the program's own, of which only newlines change: they need be no text, or only part of a character. */
const withReturns = (bytes: Buffer | string) =>
  Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1');

/**
 * The remote end of `kubectl exec -t`: the client's own terminal is raw and sends single keys, so echo, editing, Ctrl-C and
 * the end of input are made here. Lines go to whoever reads; newlines of the output become carriage return and newline.
 */
export class TerminalDevice implements Terminal {
  columns = 80;
  rows = 24;
  readonly stdin: ByteSource;
  readonly output: ByteSink;
  readonly #client: ByteSink;
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';
  #line: string[] = [];
  #cursor = 0;
  #prompt = '';
  #history: string[] = [];
  #historyAt = 0;
  #interrupts: (() => void)[] = [];
  /** Lines for the reader; undefined is an end of file, of which a terminal can have several. */
  #queue: (Buffer | undefined)[] = [];
  #queuedBytes = 0;
  #isClosed = false;
  #wake: () => void = () => {};
  #roomAgain: () => void = () => {};

  constructor(client: ByteSink) {
    this.#client = client;
    this.stdin = { read: () => this.#read(), cancel: () => {} };
    this.output = { write: (bytes) => client.write(withReturns(bytes)) };
  }

  remember(line: string): void {
    if (line.trim() !== '' && this.#history.at(-1) !== line) this.#history.push(line);
    if (this.#history.length > mostRemembered) this.#history.shift();
    this.#historyAt = this.#history.length;
  }

  async prompt(text: string): Promise<void> {
    this.#prompt = text;
    await this.#client.write(text + this.#line.join(''));
  }

  onInterrupt(handler: () => void): () => void {
    this.#interrupts.push(handler);
    return () => {
      this.#interrupts = this.#interrupts.filter((other) => other !== handler);
    };
  }

  resize(columns: number, rows: number): void {
    if (columns > 0) this.columns = columns;
    if (rows > 0) this.rows = rows;
  }

  /** Keys from the client. Resolves when more may come. */
  async receive(bytes: Buffer): Promise<void> {
    this.#pending += this.#decoder.write(bytes);
    while (this.#pending !== '' && !unfinished.test(this.#pending)) {
      const key = nextKey.exec(this.#pending)?.[0] ?? '';
      this.#pending = this.#pending.slice(key.length);
      const control = (controls as Record<string, Key>)[key];
      if (control) await this.#press(control);
      else if (key >= ' ' || key === '\t') await this.#insert(key);
    }
    while (this.#queuedBytes > mostQueuedBytes && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#roomAgain = resolve;
      });
    }
  }

  /** The client is gone, or has no more to say. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
    this.#roomAgain();
  }

  async #read(): Promise<Buffer | undefined> {
    while (this.#queue.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const next = this.#queue.shift();
    this.#queuedBytes -= next?.length ?? 0;
    this.#roomAgain();
    return next;
  }

  #give(bytes: Buffer | undefined): void {
    this.#queue.push(bytes);
    this.#queuedBytes += bytes?.length ?? 0;
    this.#wake();
  }

  async #insert(key: string): Promise<void> {
    if (this.#line.length >= longestLine) return;
    this.#line.splice(this.#cursor, 0, key);
    this.#cursor += 1;
    if (this.#cursor === this.#line.length) await this.#client.write(key);
    else await this.#redraw();
  }

  async #press(key: Key): Promise<void> {
    switch (key) {
      case 'enter': {
        const text = this.#line.join('');
        this.#clearLine();
        await this.#client.write('\r\n');
        return this.#give(Buffer.from(`${text}\n`));
      }
      case 'interrupt':
        this.#clearLine();
        await this.#client.write('^C\r\n');
        return this.#interrupts.at(-1)?.();
      case 'end-of-file':
        // With something on the line it hands that over without a newline, as a Unix terminal does.
        if (this.#line.length === 0) return this.#give(undefined);
        this.#give(Buffer.from(this.#line.join('')));
        return this.#clearLine();
      case 'clear':
        await this.#client.write('\x1b[H\x1b[2J');
        return this.#redraw();
      default:
        this.#edit(key);
        return this.#redraw();
    }
  }

  #edit(key: Exclude<Key, 'enter' | 'interrupt' | 'end-of-file' | 'clear'>): void {
    switch (key) {
      case 'erase':
        if (this.#cursor > 0) this.#line.splice(--this.#cursor, 1);
        return;
      case 'delete':
        this.#line.splice(this.#cursor, 1);
        return;
      case 'erase-word': {
        const before = this.#line
          .slice(0, this.#cursor)
          .join('')
          .replace(/\S*\s*$/, '');
        this.#line = [...before, ...this.#line.slice(this.#cursor)];
        this.#cursor = [...before].length;
        return;
      }
      case 'kill-left':
        this.#line.splice(0, this.#cursor);
        this.#cursor = 0;
        return;
      case 'kill-right':
        this.#line.splice(this.#cursor);
        return;
      case 'left':
        this.#cursor = Math.max(0, this.#cursor - 1);
        return;
      case 'right':
        this.#cursor = Math.min(this.#line.length, this.#cursor + 1);
        return;
      case 'home':
        this.#cursor = 0;
        return;
      case 'end':
        this.#cursor = this.#line.length;
        return;
      case 'older':
        this.#recall(-1);
        return;
      case 'newer':
        this.#recall(1);
        return;
    }
  }

  #recall(step: 1 | -1): void {
    this.#historyAt = Math.min(this.#history.length, Math.max(0, this.#historyAt + step));
    this.#line = [...(this.#history[this.#historyAt] ?? '')];
    this.#cursor = this.#line.length;
  }

  #clearLine(): void {
    this.#line = [];
    this.#cursor = 0;
    this.#prompt = '';
    this.#historyAt = this.#history.length;
  }

  async #redraw(): Promise<void> {
    const back = this.#line.length - this.#cursor;
    await this.#client.write(`\r${this.#prompt}${this.#line.join('')}\x1b[K${back > 0 ? `\x1b[${back}D` : ''}`);
  }
}
