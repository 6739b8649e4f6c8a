import type { Clock } from '../platform/clock.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { SessionEvent } from './events.ts';
import { OutputBuffer } from './output.ts';
import type { DriverPorts, RunningCommand } from './ports.ts';
import type { BackgroundCommand } from './state.ts';

/** Keeps commands going beside the lesson (a port-forward) and brings them back when they die. Knows no lesson. */
type Changed = Extract<SessionEvent, { type: 'background-changed' }>;

const keptLines = 200;
/** A listener reads a few lines a second; a program may write thousands. */
const tellMs = 250;
/** Alive for so long without a word counts as running. */
const settleMs = 1_000;
/** A program that said something and still lives: what it said was no complaint. */
const spokeMs = 150;
const firstDelayMs = 250;
const longestDelayMs = 8_000;
/** Up for so long at a stretch, it is no command that cannot start, however it ends. */
const stayedUpMs = 5_000;
/** Deaths in a row, none after it had stayed up, after which we stop trying. */
const mostFailures = 5;
/** A port-forward has no end of its own. */
const noTimeout = 0;

export class BackgroundCommands {
  readonly #ports: Ports;
  readonly #onChange: (event: Changed) => void;
  readonly #supervised = new Map<string, Supervised>();

  constructor(ports: Ports, onChange: (event: Changed) => void) {
    this.#ports = ports;
    this.#onChange = onChange;
  }

  start(command: string, script: string): void {
    void this.#supervised.get(command)?.stop();
    const supervised = new Supervised(this.#ports, script, (change) => {
      if (this.#supervised.get(command) !== supervised) return;
      this.#onChange({ type: 'background-changed', command, script, ...change, at: this.#ports.clock.now() });
    });
    this.#supervised.set(command, supervised);
    supervised.start();
  }

  stop(command: string): void {
    void this.#supervised.get(command)?.stop();
  }

  /** What waits for its next try need not wait any longer. */
  retry(): void {
    for (const supervised of this.#supervised.values()) supervised.retry();
  }

  /** Those that run are ended and started anew. */
  renew(): void {
    for (const supervised of this.#supervised.values()) supervised.renew();
  }

  /** Resolves when all have ended. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#supervised.values()].map((supervised) => supervised.stop()));
  }
}

type Ports = Pick<DriverPorts, 'runner' | 'isWorldAway'> & { clock: Clock };
type Change = Pick<BackgroundCommand, 'status' | 'restarts' | 'lastLines' | 'end'>;

class Supervised {
  readonly #ports: Ports;
  readonly #clock: Clock;
  readonly #script: string;
  readonly #tell: (change: Change) => void;
  #output = new OutputBuffer();
  #run: RunningCommand | undefined;
  #cancelTimer = () => {};
  #cancelTelling: (() => void) | undefined;
  #status: BackgroundCommand['status'] = 'starting';
  #restarts = 0;
  #failures = 0;
  /** Since it last stayed up, excused or not: how long the next pause is. */
  #tries = 0;
  #startedAt = 0;
  #hasSpoken = false;
  #isStopped = false;
  #isRenewed = false;
  #isWaiting = false;

  constructor(ports: Ports, script: string, tell: (change: Change) => void) {
    this.#ports = ports;
    this.#clock = ports.clock;
    this.#script = script;
    this.#tell = tell;
  }

  start(): void {
    this.#startedAt = this.#clock.now();
    this.#isWaiting = false;
    this.#hasSpoken = false;
    this.#status = 'starting';
    this.#output = new OutputBuffer();
    const run = this.#ports.runner.runBeside(
      { script: this.#script, timeoutMs: noTimeout, firstFailure: false },
      (text) => {
        this.#output.add(text);
        this.#cancelTelling ??= this.#clock.after(tellMs, () => this.#change(this.#status));
        if (this.#hasSpoken || this.#run !== run) return;
        this.#hasSpoken = true;
        this.#cancelTimer();
        this.#cancelTimer = this.#clock.after(spokeMs, () => this.#settled());
      },
    );
    this.#run = run;
    this.#cancelTimer = this.#clock.after(settleMs, () => this.#settled());
    void run.ended.then((end) => this.#ended(end));
  }

  #settled(): void {
    this.#change('running');
  }

  #ended(end: RunEnd): void {
    this.#cancelTimer();
    this.#run = undefined;
    const stayedUp = this.#clock.now() - this.#startedAt >= stayedUpMs;
    // No forward stays up while its cluster is away, and that we ended it is no failure of its own.
    const isExcused = this.#isRenewed || (this.#ports.isWorldAway?.() ?? false);
    this.#tries = stayedUp || this.#isRenewed ? 0 : this.#tries + 1;
    this.#failures = stayedUp ? 0 : this.#failures + (isExcused ? 0 : 1);
    this.#isRenewed = false;
    if (this.#isStopped) {
      this.#change('ended', { type: 'cancelled' });
      return;
    }
    if (this.#failures >= mostFailures || end.type === 'not-started') {
      this.#change('ended', end);
      return;
    }
    this.#restarts += 1;
    this.#change('restarting', end);
    const delay = Math.min(firstDelayMs * 2 ** this.#tries, longestDelayMs);
    this.#isWaiting = true;
    this.#cancelTimer = this.#clock.after(delay, () => this.start());
  }

  retry(): void {
    if (!this.#isWaiting || this.#isStopped) return;
    this.#cancelTimer();
    this.start();
  }

  renew(): void {
    if (!this.#run || this.#isStopped) return;
    this.#isRenewed = true;
    this.#run.kill();
  }

  async stop(): Promise<void> {
    const wasStopped = this.#isStopped;
    this.#isStopped = true;
    this.#cancelTimer();
    if (this.#run) {
      this.#run.kill();
      await this.#run.ended;
    } else if (!wasStopped) {
      this.#change('ended', { type: 'cancelled' });
    }
  }

  #change(status: BackgroundCommand['status'], end?: RunEnd): void {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    this.#status = status;
    const lastLines = this.#output
      .snapshot()
      .lines.slice(-keptLines)
      .map(({ text }) => text);
    this.#tell({ status, restarts: this.#restarts, lastLines, ...(end && { end }) });
  }
}
