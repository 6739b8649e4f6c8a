import { execa } from 'execa';
import { type Clock, systemClock } from './clock.ts';
import type { ProcessGroups } from './process-groups.ts';
import { signalGroup } from './process-identity.ts';
import type { RunEnd } from './run-end.ts';

/** Runs one program in a process group of its own. Knows no shell and no lesson. */

export interface ProcessRequest {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole of it: nothing of our own environment is added. */
  environment: Readonly<Record<string, string>>;
  /** Written to its standard input, which is then closed; the program must not begin before it has all of this. */
  input: string;
  /** 0 for none. */
  timeoutMs: number;
  /** The program's standard output as it arrives; it joins its standard error to it. */
  onText(text: string): void;
}

export interface RunningProcess {
  /** Never rejects. When it resolves, all output has been told. */
  ended: Promise<RunEnd>;
  interrupt(): void;
  kill(): void;
}

/** How long to wait for the last output when a child in the background keeps the pipe open. */
const drainMs = 60;
const interrupted = 130;

export function startProcess(
  request: ProcessRequest,
  groups: ProcessGroups,
  clock: Clock = systemClock,
): RunningProcess {
  const child = execa(request.file, [...request.args], {
    cwd: request.cwd,
    env: { ...request.environment },
    extendEnv: false,
    // A group of its own, so that a signal reaches all that the program starts (a pipe, a loop, kubectl in $(…)).
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  const group = child.pid;
  if (group === undefined)
    return notStarted(
      request.file,
      child.then((result) => result.code),
    );
  groups.add(group);

  let why: RunEnd | undefined;
  let wasInterrupted = false;
  const end = (reason: RunEnd) => {
    why ??= reason;
    void groups.end(group);
  };
  const cancelTimeout =
    request.timeoutMs > 0
      ? clock.after(request.timeoutMs, () => end({ type: 'timed-out', afterMs: request.timeoutMs }))
      : () => {};

  child.stdout.setEncoding('utf8');
  let onQuiet = () => {};
  let isTold = false;
  child.stdout.on('data', (text: string) => {
    // What a job in the background says after the command ended is read, so that it does not block, and dropped.
    if (isTold) return;
    request.onText(text);
    onQuiet();
  });
  child.stdout.once('close', () => groups.forgetIfEmpty(group));
  child.stdin.on('error', () => {});
  child.stdin.end(request.input);

  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const ended = exited.then(async ({ code, signal }): Promise<RunEnd> => {
    cancelTimeout();
    // What an interrupted or stopped command left behind has no business to go on.
    if (why || wasInterrupted) await groups.end(group);
    await drained(child.stdout, clock, (listener) => {
      onQuiet = listener;
    });
    isTold = true;
    groups.forgetIfEmpty(group);
    if (why) return why;
    if (wasInterrupted && (signal !== null || code === interrupted)) return { type: 'cancelled' };
    return signal === null ? { type: 'exited', code: code ?? 0 } : { type: 'signalled', signal };
  });
  return {
    ended,
    interrupt() {
      wasInterrupted = true;
      signalGroup(group, 'SIGINT');
    },
    kill: () => end({ type: 'cancelled' }),
  };
}

function notStarted(file: string, failed: Promise<string | undefined>): RunningProcess {
  const ended = failed.then(
    (code): RunEnd => ({ type: 'not-started', reason: `${file} cannot be started: ${code ?? 'unknown reason'}` }),
  );
  return { ended, interrupt() {}, kill() {} };
}

/** The end of the output, or a moment without any when somebody else still holds the pipe. */
function drained(
  output: NodeJS.ReadableStream & { readableEnded?: boolean; destroyed?: boolean },
  clock: Clock,
  listen: (onData: () => void) => void,
): Promise<void> {
  if (output.readableEnded || output.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let cancel = clock.after(drainMs, resolve);
    listen(() => {
      cancel();
      cancel = clock.after(drainMs, resolve);
    });
    output.once('end', () => {
      cancel();
      resolve();
    });
  });
}
