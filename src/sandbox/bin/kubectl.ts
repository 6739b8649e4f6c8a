import { StatusError } from '../../kube/status.ts';
import { type CommandSpec, execute, type ProgramIo } from './cobra/command.ts';
import { applyCommand, createCommand, invalidText } from './kubectl/apply.ts';
import { annotateCommand, labelCommand, patchCommand, scaleCommand } from './kubectl/change.ts';
import { configCommand } from './kubectl/config.ts';
import { deleteCommand } from './kubectl/delete.ts';
import { describeCommand } from './kubectl/describe.ts';
import { getCommand } from './kubectl/get.ts';
import { logsCommand, portForwardCommand } from './kubectl/pods.ts';
import { rolloutCommand } from './kubectl/rollout.ts';
import {
  apiResourcesCommand,
  apiVersionsCommand,
  clusterInfoCommand,
  eventsCommand,
  versionCommand,
} from './kubectl/server.ts';
import { connectionFlags } from './kubectl/session.ts';
import { waitCommand } from './kubectl/wait.ts';
import { processIo } from './program-io.ts';

/**
 * A kubectl for machines that have none: the verbs of the course, in kubectl's words, against whatever server the
 * kubeconfig names. It knows nothing of the sandbox; a real kubectl is always preferred to it.
 */
const root: CommandSpec = {
  use: 'kubectl',
  short: 'kubectl controls the Kubernetes cluster manager.',
  long: "kubectl controls the Kubernetes cluster manager.\n\nThis is the sandbox's own, small kubectl. Install the real one for everything else it can do.",
  persistentFlags: connectionFlags,
  commands: [
    annotateCommand,
    apiResourcesCommand,
    apiVersionsCommand,
    applyCommand,
    clusterInfoCommand,
    configCommand,
    createCommand,
    deleteCommand,
    describeCommand,
    eventsCommand,
    getCommand,
    labelCommand,
    logsCommand,
    patchCommand,
    portForwardCommand,
    rolloutCommand,
    scaleCommand,
    versionCommand,
    waitCommand,
  ],
};

/** kubectl starts its own errors with a small letter, and words those of the server by their reason. */
function worded(message: string): string {
  return message.startsWith('Error: ') ? message.replace('Error: ', 'error: ') : message;
}

/** The server's refusals in kubectl's words; everything else is left to `execute`. */
function withServerErrors(spec: CommandSpec, io: ProgramIo): CommandSpec {
  const { run } = spec;
  return {
    ...spec,
    ...(spec.commands ? { commands: spec.commands.map((below) => withServerErrors(below, io)) } : {}),
    ...(run
      ? {
          async run(invocation) {
            try {
              return await run(invocation);
            } catch (error) {
              if (!(error instanceof StatusError)) throw error;
              const reason = error.reason ? ` (${error.reason})` : '';
              if (error.reason === 'Invalid') io.err(`${invalidText(error)}\n`);
              else if (error.reason === 'Unauthorized')
                io.err('error: You must be logged in to the server (Unauthorized)\n');
              else io.err(`Error from server${reason}: ${error.message}\n`);
              return 1;
            }
          },
        }
      : {}),
  };
}

const processStreams = processIo();
const io: ProgramIo = {
  ...processStreams,
  err: (text) =>
    processStreams.err(
      text.startsWith('Error: The connection to the server') ? text.slice('Error: '.length) : worded(text),
    ),
};
process.exitCode = await execute(withServerErrors(root, io), process.argv.slice(2), io);
