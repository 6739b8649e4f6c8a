import { setImmediate } from 'node:timers/promises';
import { type Clock, rest } from '../../../platform/clock.ts';
import type { Random } from '../../../platform/random.ts';
import type { ContainerSockets } from '../../network/pod-network.ts';
import { OwnedSockets } from '../owned-sockets.ts';
import { BrokenPipe, type ByteSink, type ByteSource } from './byte-stream.ts';
import { absolutePath, type ContainerFiles } from './container-files.ts';
import {
  type ContainerSystem,
  ExecutableError,
  type ListedProcess,
  type Process,
  type SignalNumber,
  type Spawned,
  type Start,
} from './process.ts';

/** Enough for anything that a person types; a shell that forks without end stops here. */
const mostProcesses = 64;

interface Running {
  listed: ListedProcess;
  kill(signal: SignalNumber): void;
}

export interface ProcessesParts {
  files: ContainerFiles;
  hostname: string;
  user: { id: number; name: string; home: string };
  clock: Clock;
  random: Random;
  sockets: ContainerSockets;
  /** The image's programs besides its own one, as absolute paths. */
  tools: readonly string[];
  /** What the image's own program is called: there, but only as the container's main process. */
  ownExecutables: readonly string[];
  caPem: () => string;
  /** Stretches or shortens a wait as the pace says. */
  waitMs: (ms: number) => number;
  /** The same for a program's own pause. */
  restMs: (ms: number) => number;
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where an executable lies among the paths given; undefined when nowhere. */
export function executableAt(
  paths: readonly string[],
  name: string,
  env: Readonly<Record<string, string>>,
): string | undefined {
  if (name.includes('/')) return paths.find((path) => path === name);
  const folders = (env['PATH'] ?? searchPath).split(':');
  return folders.map((folder) => `${folder}/${name}`).find((path) => paths.includes(path));
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/**
 * The processes of one run of a container: its main one has number 1, whatever is exec'd or started by a shell comes
 * after. Programs are those of tools/, loaded when the first one starts. It knows neither pods nor clients.
 */
export class ContainerProcesses implements ContainerSystem {
  readonly files: ContainerFiles;
  readonly hostname: string;
  readonly user: { id: number; name: string; home: string };
  readonly clock: Clock;
  readonly random: Random;
  readonly #parts: ProcessesParts;
  readonly #running = new Map<number, Running>();
  #lastPid = 1;
  #isOver = false;

  constructor(parts: ProcessesParts) {
    this.files = parts.files;
    this.hostname = parts.hostname;
    this.user = parts.user;
    this.clock = parts.clock;
    this.random = parts.random;
    this.#parts = parts;
  }

  /** The container's main process, which runs elsewhere. */
  register(argv: readonly string[], kill: (signal: SignalNumber) => void): void {
    const listed = { pid: 1, user: this.user.name, argv, startedMs: this.clock.now() };
    this.#running.set(1, { listed, kill });
  }

  caPem(): string {
    return this.#parts.caPem();
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return rest(this.clock, this.#parts.waitMs(ms), signal);
  }

  rest(ms: number, signal: AbortSignal): Promise<void> {
    return rest(this.clock, this.#parts.restMs(ms), signal);
  }

  list(): ListedProcess[] {
    return [...this.#running.values()].map(({ listed }) => listed);
  }

  kill(pid: number, signal: SignalNumber): boolean {
    const running = this.#running.get(pid);
    running?.kill(signal);
    return running !== undefined;
  }

  which(name: string, env: Readonly<Record<string, string>>): string | undefined {
    return executableAt([...this.#parts.tools, ...this.#parts.ownExecutables], name, env);
  }

  spawn(start: Start): Spawned {
    const path = this.#executable(start);
    return this.fork(start, (process) => runTool(path, process));
  }

  fork(start: Start, run: (process: Process) => Promise<number>): Spawned {
    if (this.#isOver || this.#running.size >= mostProcesses) throw new ExecutableError('too-many', start.argv[0] ?? '');
    this.#lastPid += 1;
    return this.#run(this.#lastPid, run, start, this.#parts.sockets);
  }

  /** One of the image's tools as the container's main process. Undefined where the image has no such tool. */
  runMain(start: Start): Promise<number> | undefined {
    const path = this.which(start.argv[0] ?? '', start.env);
    if (path === undefined || !this.#parts.tools.includes(path)) return undefined;
    return this.#run(1, (process) => runTool(path, process), start, this.#parts.sockets).ended;
  }

  /** The container is over: so are all of its processes. */
  close(): void {
    this.#isOver = true;
    for (const running of [...this.#running.values()]) running.kill(9);
    this.#running.clear();
  }

  #executable({ argv, env, cwd }: Start): string {
    const name = argv[0] ?? '';
    const path = this.which(name.includes('/') ? absolutePath(cwd, name) : name, env);
    if (path !== undefined && this.#parts.tools.includes(path)) return path;
    if (path !== undefined || this.#parts.ownExecutables.includes(name)) throw new ExecutableError('not-here', name);
    const isThere = name.includes('/') && this.files.stat(absolutePath(cwd, name)) !== undefined;
    throw new ExecutableError(isThere ? 'not-executable' : 'not-found', name);
  }

  #run(pid: number, run: (process: Process) => Promise<number>, start: Start, inner: ContainerSockets): Spawned {
    const abort = new AbortController();
    const killed = Promise.withResolvers<number>();
    const sockets = new OwnedSockets(inner);
    const kill = (signal: SignalNumber) => {
      // Linux: signals without a handler do nothing to process 1 of a container; none of these programs has handlers.
      if (pid === 1 && signal !== 9) return;
      abort.abort();
      killed.resolve(128 + signal);
    };
    const process: Process = {
      ...start,
      stdin: readUntil(start.stdin, abort.signal),
      stdout: guarded(start.stdout, abort.signal),
      stderr: guarded(start.stderr, abort.signal),
      pid,
      signal: abort.signal,
      sockets,
      system: this,
    };
    this.#running.set(pid, {
      listed: { pid, user: this.user.name, argv: start.argv, startedMs: this.clock.now() },
      kill,
    });
    const onParentEnd = () => kill(9);
    start.parent?.addEventListener('abort', onParentEnd, { once: true });
    if (start.parent?.aborted) kill(9);
    const ended = Promise.race([endOf(process, run), killed.promise]).finally(() => {
      start.parent?.removeEventListener('abort', onParentEnd);
      this.#running.delete(pid);
      abort.abort();
      sockets.closeAll();
    });
    return { pid, ended, kill };
  }
}

/** After so many writes a program lets the others of this process have their turn, as a scheduler would make it. */
const writesPerTurn = 32;

/** A sink that a killed process can't write to any more, which is what ends a program that only ever writes. */
function guarded(sink: ByteSink, signal: AbortSignal): ByteSink {
  let writes = 0;
  return {
    async write(bytes) {
      writes += 1;
      if (writes % writesPerTurn === 0) await setImmediate();
      if (signal.aborted) throw new BrokenPipe();
      await sink.write(bytes);
    },
  };
}

/** A source of which a killed process gets no more: what comes later is for whoever reads after it. */
const readUntil = (source: ByteSource, signal: AbortSignal): ByteSource => ({
  read: async () => (signal.aborted ? undefined : source.read()),
  cancel: () => source.cancel(),
});

/** Unix: 128 + SIGPIPE. */
const brokenPipeExitCode = 141;

async function runTool(path: string, process: Process): Promise<number> {
  const { toolNamed } = await import('../tools/tool-registry.ts');
  return toolNamed(baseName(path)).run(process);
}

/** Never rejects: whatever a program throws ends the program, and nobody else. */
async function endOf(process: Process, run: (process: Process) => Promise<number>): Promise<number> {
  try {
    return await run(process);
  } catch (error) {
    if (error instanceof BrokenPipe) return brokenPipeExitCode;
    if (process.signal.aborted) return 137;
    const text = error instanceof Error ? error.message : String(error);
    await process.stderr.write(`${process.argv[0]}: ${text}\n`).catch(() => {});
    return 1;
  }
}
