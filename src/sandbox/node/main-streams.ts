import type { RemoteEnd, RemoteStreams } from './node-api.ts';
import { BrokenPipe, BytePipe, type ByteSink, type ByteSource, noInput } from './processes/byte-stream.ts';
import type { Terminal } from './processes/process.ts';
import { TerminalDevice } from './processes/terminal-device.ts';
import { connectTerminal } from './remote-session.ts';

/** What a client may lag behind before it is let go: the container does not wait for those who watch it. */
const mostUnreadBytes = 1 << 20;

interface Watcher {
  send(stream: 'stdout' | 'stderr', bytes: Buffer | string): void;
  end(): void;
}

/**
 * Standard input and output of a container's main program: what it writes goes to its log and to whoever is attached;
 * what attached clients send is its input, where the pod asks for one (`stdin`, `tty`).
 */
export class MainStreams {
  readonly stdin: ByteSource;
  readonly terminal: Terminal | undefined;
  readonly #log: (text: string) => void;
  readonly #input: BytePipe | undefined;
  readonly #device: TerminalDevice | undefined;
  readonly #isStdinOnce: boolean;
  readonly #watchers = new Set<Watcher>();
  #isOver = false;

  constructor(log: (text: string) => void, spec: { stdin?: boolean; stdinOnce?: boolean; tty?: boolean }) {
    this.#log = log;
    this.#isStdinOnce = spec.stdinOnce === true;
    const isOpen = spec.stdin === true;
    const write = async (bytes: Buffer | string) => this.#write('stdout', bytes);
    this.#device = isOpen && spec.tty === true ? new TerminalDevice({ write }) : undefined;
    this.#input = isOpen && !this.#device ? new BytePipe() : undefined;
    this.terminal = this.#device;
    this.stdin = this.#device?.stdin ?? this.#input ?? noInput;
  }

  readonly stdout: ByteSink = { write: async (bytes) => this.write('stdout', bytes) };
  readonly stderr: ByteSink = { write: async (bytes) => this.write('stderr', bytes) };

  write(stream: 'stdout' | 'stderr', bytes: Buffer | string): void {
    this.#write(stream, this.#device ? String(bytes).replaceAll(/\r?\n/g, '\r\n') : bytes);
  }

  #write(stream: 'stdout' | 'stderr', bytes: Buffer | string): void {
    if (this.#isOver) return;
    this.#log(String(bytes));
    // A terminal has one output.
    const shown = this.#device ? 'stdout' : stream;
    for (const watcher of this.#watchers) watcher.send(shown, bytes);
  }

  async attach(streams: RemoteStreams): Promise<RemoteEnd> {
    if (this.#isOver) return { type: 'exited', exitCode: 0 };
    const over = Promise.withResolvers<RemoteEnd>();
    const watcher = watcherOf(streams, over.resolve);
    this.#watchers.add(watcher);
    const leave = () => over.resolve({ type: 'exited', exitCode: 0 });
    streams.signal.addEventListener('abort', leave, { once: true });
    this.#connectInput(streams);
    try {
      return await over.promise;
    } finally {
      this.#watchers.delete(watcher);
      streams.signal.removeEventListener('abort', leave);
      streams.stdin?.cancel();
      if (this.#isStdinOnce) this.#closeInput();
    }
  }

  close(): void {
    this.#isOver = true;
    this.#closeInput();
    for (const watcher of this.#watchers) watcher.end();
  }

  #closeInput(): void {
    this.#input?.end();
    this.#device?.close();
  }

  #connectInput(streams: RemoteStreams): void {
    // A client that leaves in the middle of its keys is no failure.
    if (this.#device) connectTerminal(this.#device, streams).catch(() => {});
    const input = this.#input;
    const { stdin } = streams;
    if (!input || !stdin) return;
    const pump = async () => {
      for (let bytes = await stdin.read(); bytes !== undefined; bytes = await stdin.read()) await input.write(bytes);
      if (this.#isStdinOnce) input.end();
    };
    pump().catch((error: unknown) => {
      if (!(error instanceof BrokenPipe)) throw error;
    });
  }
}

/** Sends in order, without holding the program up. */
function watcherOf(streams: RemoteStreams, finish: (end: RemoteEnd) => void): Watcher {
  let unread = 0;
  let sending: Promise<void> = Promise.resolve();
  const lost = () => finish({ type: 'failed', message: 'the client reads more slowly than the container writes' });
  return {
    send(stream, bytes) {
      const sink = streams[stream];
      if (!sink || unread > mostUnreadBytes) return;
      unread += bytes.length;
      if (unread > mostUnreadBytes) return lost();
      sending = sending
        .then(() => sink.write(bytes))
        .then(() => {
          unread -= bytes.length;
        }, lost);
    },
    end: () => void sending.then(() => finish({ type: 'exited', exitCode: 0 })),
  };
}
