import { type CommandSpec, execute } from './cobra/command.ts';
import { applyCommand, createCommand } from './kubectl/apply.ts';
import { annotateCommand, labelCommand, patchCommand, scaleCommand } from './kubectl/change.ts';
import { configCommand } from './kubectl/config.ts';
import { deleteCommand } from './kubectl/delete.ts';
import { describeCommand } from './kubectl/describe.ts';
import { attachCommand, execCommand } from './kubectl/exec.ts';
import { kubectlManners } from './kubectl/failures.ts';
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
    attachCommand,
    clusterInfoCommand,
    configCommand,
    createCommand,
    deleteCommand,
    describeCommand,
    eventsCommand,
    execCommand,
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

process.exitCode = await execute(root, process.argv.slice(2), processIo(), kubectlManners);
