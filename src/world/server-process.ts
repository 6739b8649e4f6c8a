import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Fault, type FaultTexts, faultOf } from '../fault.ts';
import type { Clock } from '../platform/clock.ts';

export interface ServerProcessOptions {
  /** A program for Node that prints one line of JSON when it is ready and ends when its standard input does. */
  file: string;
  args: readonly string[];
  clock: Clock;
  /** What its line says: that it runs, or why it does not. Undefined for a line that says neither. */
  read(line: unknown): 'ready' | Fault | undefined;
  /** Each start but the first: it died and is back. */
  onRestart(): void;
  /** It died too often; the Fault says so, and nothing starts it any more. */
  onGivenUp(fault: Fault): void;
}

const readyMs = 15_000;
const stopMs = 3_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** So many deaths within so much time mean that starting again will not mend it. */
const mostDeaths = 5;
const deathsMs = 60_000;
const keptErrorLines = 20;

/** How it ended before it was ready, and what goes with it: a code, a signal, a line. */
type Ending = [how: Parameters<FaultTexts['sandbox.not-started']>[0], about: string | number];

/** A server that is kept running: its pipe ends with us however we end, and when it dies alone it is started again. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;
  #starting: Promise<void> | undefined;
  #deaths: number[] = [];
  #lastWords: string[] = [];
  #cancelRestart: (() => void) | undefined;
  #isRestarting = false;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  /** It died by itself, and its successor is not ready yet. */
  get isRestarting(): boolean {
    return this.#isRestarting;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it is ready, at once when it is; the same start for everyone who asks while it is under way. */
  start(signal?: AbortSignal): Promise<void> {
    this.#starting ??= this.#launch(signal).catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async stop(): Promise<void> {
    this.#cancelRestart?.();
    const child = this.#child;
    this.#child = undefined;
    this.#starting = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(stopMs, () => child.kill('SIGKILL'));
      child.once('exit', () => {
        cancel();
        resolve();
      });
      child.stdin?.end();
    });
  }

  #launch(signal: AbortSignal | undefined): Promise<void> {
    const { file, args, clock } = this.#options;
    this.#lastWords = [];
    const child = spawn(process.execPath, [file, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal is for the learner's command, not for the cluster.
      detached: true,
      env: { PATH: '/usr/bin:/bin', ...(process.env['TMPDIR'] ? { TMPDIR: process.env['TMPDIR'] } : {}) },
    });
    this.#child = child;
    child.stdin.on('error', () => {});
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#lastWords = [...this.#lastWords, line].slice(-keptErrorLines);
    });
    return new Promise((resolve, reject) => {
      let isReady = false;
      const fail = (why: Ending | Fault, cause?: unknown) => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
        if (this.#child === child) this.#child = undefined;
        child.kill('SIGKILL');
        reject(why instanceof Fault ? why : this.#notStarted(why, cause));
      };
      const onAbort = () => fail(['stopped', '']);
      const cancel = clock.after(readyMs, () => fail(['slow', readyMs / 1000]));
      signal?.addEventListener('abort', onAbort, { once: true });
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (isReady) return;
        let value: unknown;
        try {
          value = JSON.parse(line);
        } catch (error) {
          fail(['said', line.slice(0, 200)], error);
          return;
        }
        const said = this.#options.read(value);
        if (said !== 'ready') {
          fail(said ?? ['said', line.slice(0, 200)]);
          return;
        }
        isReady = true;
        cancel();
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      child.once('error', (error) => fail(['other', `${error.message}.`], error));
      child.once('exit', () => isReady && this.#died(child));
      // Only then is all read that it said about its end: a Fault tells more than an exit code.
      child.once('close', (code, killedBy) => {
        if (!isReady) fail(killedBy === null ? ['ended', code ?? 0] : ['killed', killedBy]);
      });
    });
  }

  #notStarted([how, about]: Ending, cause: unknown): Fault {
    const fault = faultOf('sandbox.not-started', how, about, this.#lastWords.at(-1) ?? '');
    return cause === undefined ? fault : fault.because(cause);
  }

  #died(child: ChildProcess): void {
    // Stopped on purpose, or replaced.
    if (child !== this.#child) return;
    const { clock, onRestart, onGivenUp } = this.#options;
    const now = clock.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < deathsMs), now];
    const count = this.#deaths.length;
    if (count >= mostDeaths) {
      this.#starting = undefined;
      onGivenUp(this.#notStarted(['died', count], undefined));
      return;
    }
    // Whoever asks meanwhile waits for the restart instead of starting a second one.
    const restarted = new Promise<void>((resolve) => {
      const pause = Math.min(firstPauseMs * 2 ** (count - 1), longestPauseMs);
      this.#cancelRestart = clock.after(pause, resolve);
    }).then(() => this.#launch(undefined));
    this.#starting = restarted;
    this.#isRestarting = true;
    const settled = () => {
      this.#isRestarting = false;
    };
    restarted.then(settled, settled);
    restarted.then(onRestart, (error: unknown) => {
      this.#starting = undefined;
      onGivenUp(error instanceof Fault ? error : this.#notStarted(['other', String(error)], error));
    });
  }
}
