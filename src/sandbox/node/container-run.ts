import type { Socket } from 'node:net';
import { type Clock, rest } from '../../platform/clock.ts';
import type { ContainerSockets, PodListener } from '../network/pod-network.ts';
import { ContainerLog } from './container-log.ts';
import type { ContainerContext, ImageProgram } from './program.ts';

/** How one run of a container ended. */
export interface RunResult {
  exitCode: number;
  /** It did not end within its grace period. */
  abandoned: boolean;
}

/** Kubernetes: 128 + SIGKILL. */
const killedExitCode = 137;
/** What a Go program that panics exits with. */
const panicExitCode = 2;

/**
 * One program, from its start to its end, with a log of its own. When it ends, or is abandoned, everything it opened
 * is closed, as the kernel does for a process. It knows neither restarts nor probes.
 */
export class ContainerRun {
  readonly containerId: string;
  readonly log: ContainerLog;
  readonly ended: Promise<RunResult>;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #owned: OwnedSockets;
  #finish: (result: RunResult) => void = () => {};
  #over = false;

  constructor(
    clock: Clock,
    program: ImageProgram,
    sockets: ContainerSockets,
    context: Omit<ContainerContext, 'sockets' | 'rest' | 'stdout' | 'stderr' | 'signal'>,
    restMs: (ms: number) => number,
  ) {
    this.#clock = clock;
    const hexDigit = () => Math.floor(context.random.next() * 16).toString(16);
    this.containerId = `containerd://${Array.from({ length: 64 }, hexDigit).join('')}`;
    this.log = new ContainerLog(() => clock.now());
    this.#owned = new OwnedSockets(sockets);
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const write = (text: string) => this.log.write(text);
    void this.#run(program, {
      ...context,
      sockets: this.#owned,
      rest: (ms) => rest(clock, restMs(ms), this.#stop.signal),
      stdout: write,
      stderr: write,
      signal: this.#stop.signal,
    });
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** SIGTERM now, SIGKILL when the grace is over. */
  stop(graceMs: number): void {
    if (this.#over) return;
    this.#stop.abort();
    const abandon = () => this.#end({ exitCode: killedExitCode, abandoned: true });
    if (graceMs <= 0) abandon();
    else void this.ended.then(this.#clock.after(graceMs, abandon));
  }

  async #run(program: ImageProgram, context: ContainerContext): Promise<void> {
    let exitCode: number;
    try {
      exitCode = await program.run(context);
    } catch (error) {
      context.stderr(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      exitCode = panicExitCode;
    }
    this.#end({ exitCode, abandoned: false });
  }

  #end(result: RunResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop.abort();
    this.#owned.closeAll();
    this.log.close();
    this.#finish(result);
  }
}

/** Remembers what a program opens, so that it is closed with the program. */
class OwnedSockets implements ContainerSockets {
  readonly #inner: ContainerSockets;
  readonly #listeners = new Set<PodListener>();
  readonly #connections = new Set<Socket>();
  #closed = false;

  constructor(inner: ContainerSockets) {
    this.#inner = inner;
  }

  get podIp(): string {
    return this.#inner.podIp;
  }

  async listen(...args: Parameters<ContainerSockets['listen']>): Promise<PodListener> {
    const [port, onConnection, options] = args;
    const listener = await this.#inner.listen(
      port,
      (connection) => {
        this.#own(connection.socket);
        onConnection(connection);
      },
      options,
    );
    if (this.#closed) listener.close();
    this.#listeners.add(listener);
    return {
      port: listener.port,
      close: () => {
        this.#listeners.delete(listener);
        listener.close();
      },
    };
  }

  async connect(host: string, port: number): Promise<Socket> {
    const socket = await this.#inner.connect(host, port);
    this.#own(socket);
    return socket;
  }

  resolve(host: string): Promise<string[]> {
    return this.#inner.resolve(host);
  }

  redirect(...args: Parameters<ContainerSockets['redirect']>): void {
    this.#inner.redirect(...args);
  }

  closeAll(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.close();
    for (const socket of this.#connections) socket.destroy();
  }

  #own(socket: Socket): void {
    if (this.#closed) socket.destroy();
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
  }
}
