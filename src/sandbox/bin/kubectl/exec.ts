import type { Pod } from '../../../kube/objects.ts';
import { type RemoteCommandStreams, runRemoteCommand } from '../api/remote-command.ts';
import type { CommandSpec, Invocation } from '../cobra/command.ts';
import type { Flag } from '../cobra/flags.ts';
import { seeHelp } from './failures.ts';
import { defaultContainer, podsOf, validContainer } from './pods.ts';
import { openSession, type Session } from './session.ts';

/** Commands that join a container: exec and attach. The terminal's own side of -t is raw mode and its size. */
const containerFlags: readonly Flag[] = [
  {
    name: 'container',
    short: 'c',
    type: 'string',
    usage: 'Container name. If omitted, the default container is chosen',
  },
  { name: 'stdin', short: 'i', type: 'bool', usage: 'Pass stdin to the container' },
  { name: 'tty', short: 't', type: 'bool', usage: 'Stdin is a TTY' },
  { name: 'quiet', short: 'q', type: 'bool', usage: 'Only print output from the remote session' },
  {
    name: 'pod-running-timeout',
    type: 'duration',
    default: '1m0s',
    usage: 'The length of time to wait until at least one pod is running',
  },
];

async function podFor(session: Session, word: string, what: string): Promise<Pod> {
  const { pods } = await podsOf(session, word);
  const [pod] = pods;
  if (!pod) throw new Error(`${word} has no pods`);
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw new Error(`cannot ${what} a container in a completed pod; current phase is ${phase}`);
  }
  return pod;
}

function containerOf(session: Session, pod: Pod): string {
  const asked = session.flags.string('container');
  if (asked !== '') return validContainer(pod, asked);
  return defaultContainer(pod, (text) => session.flags.bool('quiet') || session.io.err(text));
}

/** Raw mode while it lasts: keys go to the container one by one, Ctrl-C included. */
async function join(
  session: Session,
  pod: Pod,
  subresource: 'exec' | 'attach',
  command: readonly string[],
): Promise<number> {
  const { flags, io } = session;
  const own = io.streams;
  if (!own) throw new Error(`${subresource} needs a process of its own`);
  const wantsTerminal = flags.bool('tty');
  const tty = wantsTerminal && own.stdin.isTTY === true;
  if (wantsTerminal && !tty) io.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  const query = new URLSearchParams({ container: containerOf(session, pod), stdout: 'true' });
  for (const word of command) query.append('command', word);
  if (flags.bool('stdin')) query.set('stdin', 'true');
  query.set(tty ? 'tty' : 'stderr', 'true');
  const streams: RemoteCommandStreams = {
    stdin: flags.bool('stdin') ? own.stdin : undefined,
    stdout: own.stdout,
    stderr: tty ? undefined : own.stderr,
    ...(tty ? { onResize: (listener) => watchSize(own.stdout, listener) } : {}),
    signal: io.signal,
  };
  const isRaw = tty && flags.bool('stdin');
  if (isRaw) own.stdin.setRawMode(true);
  try {
    const { namespace, name } = pod.metadata;
    const status = await runRemoteCommand(
      session.api,
      `/api/v1/namespaces/${namespace}/pods/${name}/${subresource}?${query}`,
      streams,
    );
    if (!status) throw new Error('the connection ended before the command did');
    if (status.status === 'Success') return 0;
    if (status.reason !== 'NonZeroExitCode') throw new Error(status.message ?? 'the command could not be run');
    const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 1);
    io.err(`command terminated with exit code ${code}\n`);
    return code;
  } finally {
    if (isRaw) own.stdin.setRawMode(false);
    own.stdin.pause();
  }
}

function watchSize(terminal: NodeJS.WriteStream, listener: (columns: number, rows: number) => void): () => void {
  const tell = () => listener(terminal.columns, terminal.rows);
  tell();
  terminal.on('resize', tell);
  return () => void terminal.off('resize', tell);
}

export const execCommand: CommandSpec = {
  use: 'exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
  short: 'Execute a command in a container',
  example:
    '  # One request from the curl pod, through its sidecar\n  kubectl exec deploy/curl -n curl -c curl -- curl -sI http://httpbin.httpbin:14001/get\n\n  # A shell in it\n  kubectl exec -it deploy/curl -n curl -c curl -- sh',
  flags: containerFlags,
  args: (args) =>
    args.length === 0 ? seeHelp('pod, type/name or --filename must be specified', 'kubectl exec') : undefined,
  async run(invocation: Invocation) {
    const session = await openSession(invocation);
    const [word = '', ...command] = session.args;
    if (command.length === 0) throw new Error('you must specify at least one command for the container');
    return join(session, await podFor(session, word, 'exec into'), 'exec', command);
  },
};

export const attachCommand: CommandSpec = {
  use: 'attach (POD | TYPE/NAME) -c CONTAINER',
  short: 'Attach to a running container',
  example: '  # See what the customer prints from now on\n  kubectl attach deploy/bookbuyer -n bookbuyer -c bookbuyer',
  flags: containerFlags,
  args: (args) =>
    args.length === 0 ? seeHelp('at least 1 argument is required for attach', 'kubectl attach') : undefined,
  async run(invocation: Invocation) {
    const session = await openSession(invocation);
    const [word = ''] = session.args;
    const pod = await podFor(session, word, 'attach to');
    const { flags, io } = session;
    if (flags.bool('stdin') && !flags.bool('quiet')) io.err("If you don't see a command prompt, try pressing enter.\n");
    return join(session, pod, 'attach', []);
  },
};
