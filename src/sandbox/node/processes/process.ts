import type { Clock } from '../../../platform/clock.ts';
import type { Random } from '../../../platform/random.ts';
import type { ContainerSockets } from '../../network/pod-network.ts';
import type { ByteSink, ByteSource } from './byte-stream.ts';
import type { ContainerFiles } from './container-files.ts';

/** The terminal that a process was given (`kubectl exec -t`), behind its line discipline. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** What the cursor keys bring back at a prompt. */
  remember(line: string): void;
  /** Shown again when the line is drawn anew; the terminal itself does not print it. */
  prompt(text: string): Promise<void>;
  /** Called at Ctrl-C; the returned function takes the handler away. */
  onInterrupt(handler: () => void): () => void;
}

/** What is started: with which words, where, and where its bytes come from and go to. */
export interface Start {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  stdin: ByteSource;
  stdout: ByteSink;
  stderr: ByteSink;
  terminal?: Terminal | undefined;
  /** The same terminal, where standard output is it and no pipe or file: who writes for eyes asks this (isatty). */
  screen?: Terminal | undefined;
  /** The child ends with it. */
  parent?: AbortSignal | undefined;
}

/** One process of a container, as its program sees it. When it ends, its sockets close. */
export interface Process extends Start {
  readonly pid: number;
  /** Aborts when the process is killed. */
  readonly signal: AbortSignal;
  readonly sockets: ContainerSockets;
  readonly system: ContainerSystem;
}

/** The terminal of what a shell starts with that output, unless a pipe or a file stands before it. */
export const screenBehind = (stdout: ByteSink, shell: Process): Terminal | undefined =>
  stdout === shell.stdout ? shell.screen : undefined;

export interface ListedProcess {
  pid: number;
  user: string;
  argv: readonly string[];
  startedMs: number;
}

export interface Spawned {
  pid: number;
  /** The exit code; 128 + n when signal n killed it. */
  ended: Promise<number>;
  kill(signal: SignalNumber): void;
}

export type SignalNumber = 1 | 2 | 9 | 13 | 15;

/** The container around its processes. */
export interface ContainerSystem {
  readonly files: ContainerFiles;
  readonly hostname: string;
  readonly user: { id: number; name: string; home: string };
  readonly clock: Clock;
  readonly random: Random;
  /** The certificates that the image trusts (its /etc/ssl). */
  caPem(): string;
  /** A pause of waiting for somebody else, such as a retry's: as short as the pace says. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** A pause of the program's own, such as that of `sleep`. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
  list(): ListedProcess[];
  /** False when there is no such process. */
  kill(pid: number, signal: SignalNumber): boolean;
  /** Where the shell would find it; undefined when nowhere. */
  which(name: string, env: Readonly<Record<string, string>>): string | undefined;
  /** Throws ExecutableError. */
  spawn(start: Start): Spawned;
  /** A copy of a program that is there already, as a shell makes one for `&`. Throws ExecutableError. */
  fork(start: Start, run: (process: Process) => Promise<number>): Spawned;
}

/** One program of an image: what lies at a path such as /bin/ls. Resolves with its exit code. */
export interface Tool {
  run(process: Process): Promise<number>;
}

export type ExecutableProblem = 'not-found' | 'not-executable' | 'not-here' | 'too-many';

/** Why a program could not be started. */
export class ExecutableError extends Error {
  override readonly name = 'ExecutableError';
  readonly problem: ExecutableProblem;
  readonly executable: string;

  constructor(problem: ExecutableProblem, executable: string) {
    super(`${executable}: ${problem}`);
    this.problem = problem;
    this.executable = executable;
  }
}
