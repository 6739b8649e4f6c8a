import { once } from 'node:events';
import { BrokenPipe } from '../../processes/byte-stream.ts';
import type { Process, Tool } from '../../processes/process.ts';
import { type CommandLine, millisecondsOf, readCommandLine } from './command-line.ts';
import { CurlFailure } from './failure.ts';
import { type Measured, Meter, nothingMeasured, writeOut } from './report.ts';
import { userAgent } from './request.ts';
import { type Console, transfer } from './transfer.ts';

/**
 * curl: HTTP over the pod's network, with the options that people use and curl's own words and exit codes. One request a
 * connection; no proxies, forms, uploads, cookies kept, or other protocols, which it refuses by name.
 */
export const curl: Tool = {
  async run(process) {
    let line: CommandLine;
    try {
      line = readCommandLine(process.argv.slice(1));
    } catch (error) {
      return refuse(process, error);
    }
    if (process.argv.includes('--version') || process.argv.includes('-V')) return printVersion(process);
    if (line.urls.length === 0) {
      const help = "curl: try 'curl --help' or 'curl --manual' for more information\n";
      await process.stderr.write(
        line.values.size + line.headers.length > 0 ? `curl: no URL specified!\n${help}` : help,
      );
      return 2;
    }
    let exitCode = 0;
    for (const [at, url] of line.urls.entries())
      exitCode = await fetchWithRetries(process, line, url, line.outputs[at]);
    return exitCode;
  },
};

async function refuse(process: Process, error: unknown): Promise<number> {
  // --version and --help are no options of a transfer.
  if (process.argv.includes('--version') || process.argv.includes('-V')) return printVersion(process);
  if (!(error instanceof CurlFailure)) throw error;
  await process.stderr.write(`curl: ${error.message}\n`);
  return error.exitCode;
}

async function printVersion(process: Process): Promise<number> {
  const version = userAgent.slice('curl/'.length);
  await process.stdout.write(
    `curl ${version} (x86_64-pc-linux-musl) of the sandbox\nRelease-Date: 2023-02-20\nProtocols: http https\nFeatures: HTTP2 SSL\n`,
  );
  return 0;
}

const statusesToRetry = new Set([408, 429, 500, 502, 503, 504]);
/** curl doubles its pause from one second up to ten minutes. */
const longestPauseMs = 600_000;

async function fetchWithRetries(process: Process, line: CommandLine, url: string, output: string | undefined) {
  const screen = consoleOf(process, line);
  // What curl would have spent: the pace of the sandbox makes its pauses shorter.
  let spentMs = 0;
  const retries = Number(line.values.get('retry') ?? 0);
  // Like curl's, 0 is no limit.
  const mostMs = millisecondsOf(line, 'retry-max-time') || Number.POSITIVE_INFINITY;
  // Like curl's, 0 is no pause of its own.
  const fixedPauseMs = millisecondsOf(line, 'retry-delay') || undefined;
  let pauseMs = fixedPauseMs ?? 1000;
  for (let left = retries; ; left -= 1) {
    const { failure, measured } = await attempt(process, line, url, output, screen);
    spentMs += measured.totalMs;
    const problem = left > 0 && spentMs < mostMs ? problemToRetry(line, failure, measured.status) : undefined;
    if (!problem) {
      if (line.writeOut !== '') await writeOut(process, line.writeOut, measured, failure);
      if (failure) await screen.complain(`curl: (${failure.exitCode}) ${failure.message}`);
      return failure?.exitCode ?? 0;
    }
    if (failure) await screen.complain(`curl: (${failure.exitCode}) ${failure.message}`);
    const seconds = Math.round(pauseMs / 1000);
    await screen.warn(`Problem: ${problem}. Will retry in ${seconds} seconds. ${left} retries left.`);
    spentMs += pauseMs;
    await process.system.wait(pauseMs, process.signal);
    if (process.signal.aborted) throw new BrokenPipe();
    if (fixedPauseMs === undefined) pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** Why another try may help; curl calls refused connections final unless it is told otherwise. */
function problemToRetry(line: CommandLine, failure: CurlFailure | undefined, status: number): string | undefined {
  if (failure && line.has('retry-all-errors')) return '(retrying all errors)';
  if (failure?.reason === 'timed-out' || failure?.reason === 'not-resolved') return 'timeout';
  if (failure?.reason === 'not-connected') return line.has('retry-connrefused') ? 'connection refused' : undefined;
  return (failure === undefined || failure.reason === 'http-error') && statusesToRetry.has(status)
    ? 'HTTP error'
    : undefined;
}

interface Attempt {
  measured: Measured;
  failure: CurlFailure | undefined;
}

/** Up to --max-time. */
async function attempt(
  process: Process,
  line: CommandLine,
  url: string,
  output: string | undefined,
  screen: Console,
): Promise<Attempt> {
  const { clock } = process.system;
  const startedAt = clock.now();
  const measured = nothingMeasured(url);
  const meter = new Meter((text) => screen.raw(text), screen.showsMeter(output));
  const limitMs = millisecondsOf(line, 'max-time');
  const late = new AbortController();
  const timeOut = () => {
    const took = Math.round(clock.now() - startedAt);
    const what = measured.connects === 0 ? 'Connection' : 'Operation';
    const received = measured.connects === 0 ? '' : ` with ${measured.sizeDownload} bytes received`;
    return new CurlFailure('timed-out', `${what} timed out after ${took} milliseconds${received}`);
  };
  const cancel = limitMs === undefined ? () => {} : clock.after(limitMs, () => late.abort(timeOut()));
  let failure: CurlFailure | undefined;
  try {
    const timedOut = once(late.signal, 'abort').then(() => late.signal.throwIfAborted());
    await Promise.race([
      transfer(process, line, url, output, { screen, meter, measured, late: late.signal }),
      timedOut,
    ]);
  } catch (error) {
    if (!(error instanceof CurlFailure)) throw error;
    failure = error;
  } finally {
    cancel();
  }
  measured.totalMs = clock.now() - startedAt;
  if (failure?.reason !== 'not-resolved' && failure?.reason !== 'unsupported-protocol') await meter.end(measured);
  return { measured, failure };
}

function consoleOf(process: Process, line: CommandLine): Console {
  const raw = (text: string) => process.stderr.write(text);
  const isQuiet = line.has('silent');
  return {
    raw,
    complain: async (text) => {
      if (!isQuiet || line.has('show-error')) await raw(`${text}\n`);
    },
    warn: async (text) => {
      if (!isQuiet) await raw(`Warning: ${text}\n`);
    },
    say: async (text) => {
      if (line.has('verbose')) await raw(`${text}\n`);
    },
    showsMeter: (output) =>
      !isQuiet &&
      !line.has('no-progress-meter') &&
      (process.terminal === undefined || (output !== undefined && output !== '-')),
  };
}
