import { type Clock, rest } from '../../platform/clock.ts';
import type { ContainerSockets } from '../network/pod-network.ts';
import { ContainerLog } from './container-log.ts';
import { MainStreams } from './main-streams.ts';
import type { RemoteEnd, RemoteStreams, RunningContainer } from './node-api.ts';
import { OwnedSockets } from './owned-sockets.ts';
import type { ContainerProcesses } from './processes/container-processes.ts';
import type { ContainerContext, ImageProgram } from './program.ts';
import { execIn } from './remote-session.ts';

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

export interface RunParts {
  clock: Clock;
  program: ImageProgram;
  sockets: ContainerSockets;
  context: Omit<ContainerContext, 'sockets' | 'rest' | 'stdout' | 'stderr' | 'signal' | 'become'>;
  restMs: (ms: number) => number;
  /** Made when the first process besides the main one, or a tool as the main one, is to start. */
  processes: (sockets: ContainerSockets) => ContainerProcesses;
  workingFolder: string;
  spec: { stdin?: boolean; stdinOnce?: boolean; tty?: boolean };
}

/**
 * One program, from its start to its end, with a log of its own. When it ends, or is abandoned, everything it opened
 * is closed, as the kernel does for a process. It knows neither restarts nor probes.
 */
export class ContainerRun implements RunningContainer {
  readonly containerId: string;
  readonly log: ContainerLog;
  readonly ended: Promise<RunResult>;
  readonly #parts: RunParts;
  readonly #stop = new AbortController();
  readonly #owned: OwnedSockets;
  readonly #streams: MainStreams;
  #processes: ContainerProcesses | undefined;
  #finish: (result: RunResult) => void = () => {};
  #over = false;

  constructor(parts: RunParts) {
    const { clock, context, program } = parts;
    this.#parts = parts;
    const hexDigit = () => Math.floor(context.random.next() * 16).toString(16);
    this.containerId = `containerd://${Array.from({ length: 64 }, hexDigit).join('')}`;
    this.log = new ContainerLog(() => clock.now());
    this.#streams = new MainStreams((text) => this.log.write(text), parts.spec);
    this.#owned = new OwnedSockets(parts.sockets);
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    void this.#run(program, {
      ...context,
      sockets: this.#owned,
      rest: (ms) => rest(clock, parts.restMs(ms), this.#stop.signal),
      stdout: (text) => this.#streams.write('stdout', text),
      stderr: (text) => this.#streams.write('stderr', text),
      become: (argv) => this.#become(argv),
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
    else void this.ended.then(this.#parts.clock.after(graceMs, abandon));
  }

  /** What this run has used so far and holds now. */
  usage(): { bytes: number; heldBytes: number } {
    return { bytes: this.#owned.bytes, heldBytes: this.log.bytes + this.#owned.waitingBytes };
  }

  exec(command: readonly string[], tty: boolean, streams: RemoteStreams): Promise<RemoteEnd> {
    // containerd; a client may have been on its way while the container ended.
    if (this.#over) return Promise.resolve({ type: 'failed', message: 'container is in CONTAINER_EXITED state' });
    const { context, workingFolder } = this.#parts;
    return execIn(this.#system(), { env: context.env, cwd: workingFolder }, command, tty, streams);
  }

  attach(streams: RemoteStreams): Promise<RemoteEnd> {
    return this.#streams.attach(streams);
  }

  #system(): ContainerProcesses {
    if (this.#processes) return this.#processes;
    this.#processes = this.#parts.processes(this.#owned);
    this.#processes.register(this.#parts.context.argv, (signal) => {
      if (signal === 9 || signal === 13) return;
      this.#stop.abort();
    });
    return this.#processes;
  }

  #become(argv: readonly string[]): Promise<number> {
    if (this.#over) return Promise.resolve(killedExitCode);
    const { stdin, stdout, stderr, terminal } = this.#streams;
    const { context, workingFolder } = this.#parts;
    const env = { ...context.env, ...(terminal ? { TERM: 'xterm' } : {}) };
    const start = { argv, env, cwd: workingFolder, stdin, stdout, stderr, terminal, screen: terminal };
    const running = this.#system().runMain(start);
    if (running) return running;
    this.#streams.write('stderr', `exec: ${argv[0]}: not found\n`);
    return Promise.resolve(127);
  }

  async #run(program: ImageProgram, context: ContainerContext): Promise<void> {
    let exitCode: number;
    try {
      const { entrypoint, executables = [] } = program;
      const executable = context.argv[0] ?? '';
      const isOwn = executable === entrypoint[0] || executables.includes(executable);
      exitCode = await (isOwn ? program.run(context) : this.#become(context.argv));
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
    this.#processes?.close();
    this.#owned.closeAll();
    this.#streams.close();
    this.log.close();
    this.#finish(result);
  }
}
