import { randomBytes } from 'node:crypto';
import type { RemoteEnd, RemoteStreams } from './node-api.ts';
import { noInput, nowhere } from './processes/byte-stream.ts';
import type { ContainerProcesses } from './processes/container-processes.ts';
import { ExecutableError, type SignalNumber } from './processes/process.ts';
import { TerminalDevice } from './processes/terminal-device.ts';

/** What runc says when a program can't be started, after `exec failed: ` or `create failed: `. */
export function runcProblem({ problem, executable }: ExecutableError): string {
  const quoted = `exec: "${executable}"`;
  switch (problem) {
    case 'not-found':
      return executable.includes('/')
        ? `${quoted}: stat ${executable}: no such file or directory`
        : `${quoted}: executable file not found in $PATH`;
    case 'not-executable':
      return `${quoted}: permission denied`;
    case 'not-here':
      return `${quoted}: this sandbox runs it as the main program of a container only`;
    case 'too-many':
      return `${quoted}: resource temporarily unavailable`;
  }
}

const runtimeFailure = (why: string): RemoteEnd => ({
  type: 'failed',
  message: `failed to exec in container: failed to start exec "${randomBytes(32).toString('hex')}": OCI runtime exec failed: ${why}: unknown`,
});

/** Keys and sizes from the client to a terminal. Resolves when the client has no more to say. */
export async function connectTerminal(device: TerminalDevice, streams: RemoteStreams): Promise<void> {
  streams.onResize?.((columns, rows) => device.resize(columns, rows));
  const { stdin } = streams;
  if (!stdin) return;
  for (let bytes = await stdin.read(); bytes !== undefined; bytes = await stdin.read()) await device.receive(bytes);
}

/** One more process in a running container, for a client. */
export async function execIn(
  processes: ContainerProcesses,
  place: { env: Readonly<Record<string, string>>; cwd: string },
  command: readonly string[],
  tty: boolean,
  streams: RemoteStreams,
): Promise<RemoteEnd> {
  if (command.length === 0) return runtimeFailure('args must not be empty');
  const device = tty ? new TerminalDevice(streams.stdout ?? nowhere) : undefined;
  const close = () => device?.close();
  try {
    const spawned = processes.spawn({
      argv: command,
      env: { ...place.env, ...(tty ? { TERM: 'xterm' } : {}) },
      cwd: place.cwd,
      stdin: device?.stdin ?? streams.stdin ?? noInput,
      stdout: device?.output ?? streams.stdout ?? nowhere,
      stderr: device?.output ?? streams.stderr ?? nowhere,
      terminal: device,
      screen: device,
      parent: streams.signal,
    });
    const interrupt: SignalNumber = 2;
    device?.onInterrupt(() => spawned.kill(interrupt));
    // A client that stops reading while its keys are echoed is on its way out; its session ends by its signal.
    if (device) connectTerminal(device, streams).then(close, close);
    return { type: 'exited', exitCode: await spawned.ended };
  } catch (error) {
    if (error instanceof ExecutableError)
      return runtimeFailure(`exec failed: unable to start container process: ${runcProblem(error)}`);
    throw error;
  } finally {
    close();
    streams.stdin?.cancel();
  }
}
