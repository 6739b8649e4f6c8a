import { setImmediate } from 'node:timers/promises';
import type { Process } from '../../processes/process.ts';
import { type Caller, type Destination, httpCaller, preciseMs, Sizes, tcpCaller } from './callers.ts';
import { FortioUsage, type LoadOptions, readLoadOptions } from './command-line.ts';
import { FortioLog, goDuration } from './console.ts';
import { Counter, goFloat, printHistogram } from './statistics.ts';

/** The processors of a node of the sandbox (Standard_D2s_v3). */
const processors = 2;
const mostConnections = 256;

/** `fortio load`: calls on several connections at a rate, and the report of how they went. */
export async function load(process: Process, args: readonly string[], version: string): Promise<number> {
  const options = readLoadOptions(args);
  if (options.connections > mostConnections)
    throw new FortioUsage(`more connections than this sandbox opens at once: ${mostConnections}`);
  const log = new FortioLog(process, options.logLevel);
  const say = (text: string) => process.stderr.write(text);
  if (options.logLevel !== 'Info') {
    await new FortioLog(process, 'Info').write(
      'Info',
      'logger.go:127',
      `Log level is now ${levelNumber(options)} ${options.logLevel} (was 2 Info)`,
    );
  }
  const url = new URL(/^\w+:\/\//.test(options.url) ? options.url : `http://${options.url}`);
  if (!['http:', 'tcp:'].includes(url.protocol)) {
    throw new FortioUsage(
      `${url.protocol}// is not here: the fortio of this sandbox loads over HTTP/1.1 and TCP, not over TLS, gRPC or UDP`,
    );
  }
  const length = options.exactly === undefined ? goDuration(options.durationMs) : `${options.exactly} calls`;
  await say(
    `Fortio ${version} running at ${goFloat(options.qps, 6)} queries per second, ${processors}->${processors} procs, for ${length}: ${options.url}\n`,
  );
  const to = await destinationOf(process, url);
  if (!to) {
    await log.write(
      'Error',
      'dns.go:54',
      `Unable to lookup '${url.hostname}' : lookup ${url.hostname} on 10.0.0.10:53: no such host`,
    );
    await say(`Aborting because of unable to resolve ${url.hostname}\n`);
    return 1;
  }
  return new LoadRun(process, options, to, log).run();
}

const levelNumber = ({ logLevel }: LoadOptions) =>
  ['Debug', 'Verbose', 'Info', 'Warning', 'Error', 'Critical', 'Fatal'].indexOf(logLevel);

async function destinationOf(process: Process, url: URL): Promise<Destination | undefined> {
  try {
    const [ip = url.hostname] = await process.sockets.resolve(url.hostname);
    return { ip, port: Number(url.port || 80), url };
  } catch {
    return undefined;
  }
}

class LoadRun {
  readonly #process: Process;
  readonly #options: LoadOptions;
  readonly #to: Destination;
  readonly #log: FortioLog;
  readonly #isTcp: boolean;
  readonly #durations: Counter;
  readonly #errors: Counter;
  readonly #sleeps = new Counter();
  readonly #sizes = new Sizes();
  readonly #outcomes = new Map<string, number>();

  constructor(process: Process, options: LoadOptions, to: Destination, log: FortioLog) {
    this.#process = process;
    this.#options = options;
    this.#to = to;
    this.#log = log;
    this.#durations = new Counter(options.resolution);
    this.#errors = new Counter(options.resolution);
    this.#isTcp = to.url.protocol === 'tcp:';
  }

  async run(): Promise<number> {
    const { connections, qps, exactly } = this.#options;
    const scheme = this.#isTcp ? 'tcp' : 'http';
    await this.#log.write(
      'Info',
      `${scheme}runner.go:93`,
      `Starting ${scheme} test for ${this.#options.url} with ${connections} threads at ${qps.toFixed(1)} qps${this.#isTcp ? '' : ' and parallel warmup'}`,
    );
    const make = this.#isTcp ? tcpCaller : httpCaller;
    const callers = Array.from({ length: connections }, (_, id) =>
      make(this.#process, id, this.#to, this.#options, this.#log, this.#sizes),
    );
    try {
      const warmedUp = exactly === undefined && !this.#isTcp ? await this.#warmUp(callers) : 0;
      if (warmedUp === undefined) return 1;
      const startedAt = preciseMs();
      await this.#say(this.#startLine());
      await Promise.all(callers.map((caller, id) => this.#thread(caller, id, startedAt)));
      await this.#report(callers, preciseMs() - startedAt, warmedUp);
      return 0;
    } finally {
      for (const caller of callers) caller.close();
    }
  }

  #say(text: string): Promise<void> {
    return this.#process.stderr.write(text);
  }

  /** For a duration fortio first tries each connection once, and gives up when one of them fails. */
  async #warmUp(callers: readonly Caller[]): Promise<number | undefined> {
    const first = await Promise.all(callers.map((caller) => caller.call()));
    const failed = first.find(({ isOk }) => !isOk);
    if (failed && !this.#options.allowsInitialErrors) {
      await this.#say(
        `Aborting because of error ${failed.outcome} for ${this.#options.url}: ${JSON.stringify(failed.body)}\n`,
      );
      return undefined;
    }
    return callers.length;
  }

  /** Calls of one thread; undefined when time decides. */
  #callsOf(id: number): number | undefined {
    const { exactly, connections, qps, durationMs } = this.#options;
    if (exactly === undefined)
      return qps > 0 ? Math.max(2, Math.floor((qps * durationMs) / 1000 / connections)) : undefined;
    return Math.floor(exactly / connections) + (id === 0 ? exactly % connections : 0);
  }

  #startLine(): string {
    const { exactly, connections, qps, durationMs } = this.#options;
    const threads = `${connections} thread(s) [gomax ${processors}]`;
    const each = exactly === undefined ? (this.#callsOf(1) ?? 0) : Math.floor(exactly / connections);
    if (qps <= 0) {
      const until =
        exactly === undefined
          ? goDuration(durationMs)
          : `exactly ${exactly} calls (${each} per thread + ${exactly % connections})`;
      return `Starting at max qps with ${threads} for ${until}\n`;
    }
    if (exactly === undefined)
      return `Starting at ${goFloat(qps, 6)} qps with ${threads} for ${goDuration(durationMs)} : ${each} calls each (total ${each * connections})\n`;
    return `Starting at ${goFloat(qps, 6)} qps with ${threads} : exactly ${exactly}, ${each} calls each (total ${each * connections} + ${exactly % connections})\n`;
  }

  async #thread(caller: Caller, id: number, startedAt: number): Promise<void> {
    const calls = this.#callsOf(id) ?? Number.POSITIVE_INFINITY;
    const perThread = this.#options.qps / this.#options.connections;
    const isTimed = this.#options.exactly === undefined;
    let made = 0;
    while (made < calls && !this.#process.signal.aborted) {
      if (isTimed && preciseMs() - startedAt > this.#options.durationMs) break;
      const callAt = preciseMs();
      const { outcome, isOk } = await caller.call();
      const seconds = (preciseMs() - callAt) / 1000;
      this.#durations.record(seconds);
      if (!isOk) this.#errors.record(seconds);
      // A refusal may come without a turn of the event loop; others need theirs.
      if (!isOk) await setImmediate();
      this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
      made += 1;
      if (perThread > 0 && made < calls) await this.#pause(made, calls, perThread, startedAt);
    }
    const seconds = (preciseMs() - startedAt) / 1000;
    await this.#log.write(
      'Info',
      'periodic.go:723',
      `T${String(id).padStart(3, '0')} ended after ${goDuration(seconds * 1000)} : ${made} calls. qps=${made / seconds}`,
    );
  }

  /** Spread so that the last call of a thread comes when its share of the time is over. */
  async #pause(made: number, calls: number, perThread: number, startedAt: number): Promise<void> {
    const targetSeconds = (made + made / (calls - 1)) / perThread;
    const leftSeconds = targetSeconds - (preciseMs() - startedAt) / 1000;
    this.#sleeps.record(leftSeconds);
    if (leftSeconds > 0) await this.#process.system.rest(leftSeconds * 1000, this.#process.signal);
  }

  async #report(callers: readonly Caller[], ms: number, warmedUp: number): Promise<void> {
    const { percentiles, connections } = this.#options;
    const { count, average } = this.#durations;
    const qps = (count * 1000) / ms;
    await this.#say(`Ended after ${goDuration(ms)} : ${count} calls. qps=${goFloat(qps, 5)}\n`);
    if (this.#sleeps.count > 0) await this.#say(this.#sleeps.print('Sleep times'));
    await this.#say(printHistogram('Aggregated Function Time', this.#durations, percentiles));
    await this.#say(printHistogram('Error cases', this.#errors, percentiles));
    const sockets = callers.reduce((sum, caller) => sum + caller.sockets, 0);
    const used = `Sockets used: ${sockets} (for perfect ${this.#isTcp ? 'no error run' : 'keepalive'}, would be ${connections})\n`;
    const rows = [...this.#outcomes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([outcome, number]) => {
        const label = this.#isTcp ? outcome : `Code ${outcome.padStart(3)}`;
        return `${label} : ${number} (${((100 * number) / count).toFixed(1)} %)\n`;
      });
    if (this.#isTcp) {
      await this.#say(
        `${used}Total Bytes sent: ${this.#sizes.sent}, received: ${this.#sizes.received}\n${rows.join('')}`,
      );
    } else {
      const address = `${this.#to.ip}:${this.#to.port}`;
      for (const id of callers.keys())
        await this.#log.write('Info', 'httprunner.go:190', `[${id}] ${this.#to.url.host} resolved to ${address}`);
      await this.#say(
        `${used}Uniform: false, Jitter: false\nIP addresses distribution:\n${address}: ${connections}\n${rows.join('')}` +
          this.#sizes.headers.print('Response Header Sizes') +
          this.#sizes.totals.print('Response Body/Total Sizes'),
      );
    }
    await this.#say(
      `All done ${count} calls (plus ${warmedUp} warmup) ${(average * 1000).toFixed(3)} ms avg, ${qps.toFixed(1)} qps\n`,
    );
  }
}
