import type { Pod } from '../../../kube/objects.ts';
import { badRequest, internalError, type Status, StatusError } from '../../../kube/status.ts';
import { containerFor } from '../../node/container-choice.ts';
import type { NodeApi, RemoteEnd, RemoteStreams, RunningContainer } from '../../node/node-api.ts';

/**
 * What a client asks of `pods/NAME/exec` or `attach`, and the Status that tells it how that ended: the same over SPDY and
 * over WebSocket. Texts: kube-apiserver's pod/strategy.go, the kubelet's remotecommand.
 */
export interface RemoteCommand {
  type: 'exec' | 'attach';
  pod: { namespace: string; name: string };
  container: string;
  command: readonly string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** A Status as these streams carry it: kind and apiVersion are absent when the kubelet writes it. */
export type RemoteStatus = Partial<Pick<Status, 'kind' | 'apiVersion'>> & Omit<Status, 'kind' | 'apiVersion'>;

/** Throws 400 for a container that the pod lacks, and where the request names no stream. */
export function remoteCommand(type: 'exec' | 'attach', pod: Pod, params: URLSearchParams): RemoteCommand {
  const flag = (name: string) => ['true', '1'].includes(params.get(name) ?? '');
  const { name = '', namespace = '' } = pod.metadata;
  const container = containerFor(pod, params.get('container') || undefined);
  if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  const tty = flag('tty');
  const [stdin, stdout] = [flag('stdin'), flag('stdout')];
  // Kubernetes: a terminal has one output; asking for both is not an error.
  const stderr = flag('stderr') && !tty;
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  const command = type === 'exec' ? params.getAll('command') : [];
  return { type, pod: { namespace, name }, container, command, stdin, stdout, stderr, tty };
}

export const containerNotFound = ({ container }: RemoteCommand): string => `container not found ("${container}")`;

export const runningContainer = (
  { pod, container }: RemoteCommand,
  nodes: NodeApi,
): Promise<RunningContainer | undefined> => nodes.runningContainer(pod.namespace, pod.name, container);

/** Runs it to its end. Failures of ours become a Status as well: the client is past the point of an HTTP answer. */
export async function runRemoteCommand(
  asked: RemoteCommand,
  running: RunningContainer,
  streams: RemoteStreams,
): Promise<RemoteStatus> {
  try {
    const end = await (asked.type === 'exec'
      ? running.exec(asked.command, asked.tty, streams)
      : running.attach(streams));
    return statusOfEnd(asked, end);
  } catch (error) {
    return error instanceof StatusError ? error.status : internalError(String(error)).status;
  }
}

function statusOfEnd(asked: RemoteCommand, end: RemoteEnd): RemoteStatus {
  if (end.type === 'failed') {
    const what = asked.type === 'exec' ? 'error executing command in container' : 'error attaching to container';
    return internalError(`${what}: ${end.message}`).status;
  }
  if (end.exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command [${asked.command.join(' ')}], exit code ${end.exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(end.exitCode) }] },
  };
}

/** `{"Width":100,"Height":30}`, one per line; anything else is ignored, as a size is no more than a hint. */
export function readSizes(text: string, tell: (columns: number, rows: number) => void): void {
  for (const line of text.split('\n')) {
    const found = /"Width":\s*(\d{1,5}).*"Height":\s*(\d{1,5})/.exec(line);
    if (found) tell(Number(found[1]), Number(found[2]));
  }
}
