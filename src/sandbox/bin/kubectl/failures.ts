import { StatusError } from '../../../kube/status.ts';
import { ConnectionRefused } from '../api/connection.ts';
import type { Manners } from '../cobra/command.ts';

/** Commands of the real kubectl that this one leaves out. */
const leftOut = new Set(
  'alpha apply-set attach auth autoscale certificate completion cordon cp debug diff drain edit exec explain expose kustomize plugin proxy replace run set taint top uncordon'.split(
    ' ',
  ),
);

/** How kubectl words failures (k8s.io/kubectl/pkg/cmd/util/helpers.go: StandardErrorMessage, checkErr). */
export const kubectlManners: Manners = {
  flagError: (message, path) => `error: ${message}\nSee '${path} --help' for usage.\n`,
  unknownCommand(word, path, suggestions) {
    if (path.length === 1 && leftOut.has(word)) {
      return `error: the sandbox's own small kubectl has no ${JSON.stringify(word)}; install the real one for it: https://kubernetes.io/docs/tasks/tools/\n`;
    }
    // Only the root knows that it was given a command; below it the word counts as an argument.
    if (path.length === 1) return `error: unknown command ${JSON.stringify(word)} for "kubectl"\n${suggestions}`;
    return `error: unknown command ${JSON.stringify(word)}\nSee '${path.join(' ')} -h' for help and examples\n`;
  },
  failure: (error) => `${failureText(error)}\n`,
  groupsRefuseArguments: true,
  groupExitCode: 1,
};

/** A failure that is printed as it is, without `error: ` before it. */
export class BareError extends Error {
  override readonly name = 'BareError';
}

export function failureText(error: unknown): string {
  if (error instanceof StatusError) return statusText(error);
  if (error instanceof BareError) return error.message;
  if (error instanceof ConnectionRefused) {
    return `The connection to the server ${error.host} was refused - did you specify the right host or port?`;
  }
  return `error: ${error instanceof Error ? error.message : String(error)}`;
}

/** `doing` is what a command adds, such as `error when creating "a.yaml": `. */
export function statusText(error: StatusError, doing = ''): string {
  if (error.reason === 'Invalid') return invalidText(error);
  if (error.reason === 'Unauthorized') return 'error: You must be logged in to the server (Unauthorized)';
  return serverText(error, doing);
}

/** The server's message and its reason. */
export const serverText = (error: StatusError, doing = ''): string =>
  `Error from server${error.reason ? ` (${error.reason})` : ''}: ${doing}${error.message}`;

/** How kubectl words a 422: the kind without its group, one line per cause when there are several. */
export function invalidText(error: StatusError): string {
  const { kind = '', name = '', causes = [] } = error.status.details ?? {};
  const head = kind || name ? `The ${kind} ${JSON.stringify(name)} is invalid: ` : 'The request is invalid: ';
  if (causes.length <= 1) return head + (causes[0] ? `${causes[0].field ?? ''}: ${causes[0].message}` : error.message);
  return [head, ...causes.map((cause) => `* ${cause.field ?? ''}: ${cause.message}`)].join('\n');
}

/** What commands say that were given neither a file nor a type. */
export const nothingNamed = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

/** kubectl's UsageErrorf: the message and where the help is. */
export const seeHelp = (message: string, path: string) => `${message}\nSee '${path} -h' for help and examples`;
