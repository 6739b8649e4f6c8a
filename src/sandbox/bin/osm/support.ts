import { type CommandSpec, maximumArgs } from '../cobra/command.ts';

/** `osm support`: words and flags; what it does lies in support/ and is loaded when it is asked for. */
const errorInfo: CommandSpec = {
  use: 'error-info',
  short: 'lists mapping of error code to its description',
  long: 'Says what an error code means that the control plane logs and counts, or lists them all.',
  example: '  # One of them\n  osm support error-info E1000\n\n  # All of them\n  osm support error-info',
  args: maximumArgs(1),
  run: async (invocation) => (await import('./support/error-info.ts')).errorInfo(invocation),
};

const bugReport: CommandSpec = {
  use: 'bug-report',
  short: 'generate bug report',
  long: `Collects what kubectl and osm say about the mesh, its control plane and the given namespaces,
deployments and pods, and puts it into an archive: .tar.gz, .tgz or .tar, as the name says.

Both osm and kubectl must be on PATH. Look through the archive before you give it away: logs
and configurations can hold what nobody else should read.`,
  example: `  # For these namespaces, deployments and pods
  osm support bug-report --app-namespaces bookbuyer,bookstore \\
    --app-deployments bookbuyer/bookbuyer,bookstore/bookstore \\
    --app-pods bookthief/bookthief-7bb7f9b98c-qplq4`,
  flags: [
    { name: 'all', type: 'bool', usage: 'All pods in the mesh' },
    { name: 'app-namespaces', type: 'strings', usage: 'Application namespaces' },
    { name: 'app-deployments', type: 'strings', usage: 'Application deployments: <namespace>/<deployment>' },
    { name: 'app-pods', type: 'strings', usage: 'Application pods: <namespace>/<pod>' },
    { name: 'ingress', type: 'bool', usage: 'Collect ingress' },
    { name: 'out-file', short: 'o', type: 'string', usage: 'Output file with archive format extension' },
  ],
  args: maximumArgs(1),
  run: async (invocation) => (await import('./support/bug-report.ts')).bugReport(invocation),
};

export const supportCommand: CommandSpec = {
  use: 'support',
  short: 'supportability tooling',
  long: 'Commands for finding out what is wrong, and for telling others.',
  commands: [errorInfo, bugReport],
};
