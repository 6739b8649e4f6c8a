import { type ApiConnection, connectionFrom, kubeconfigPath, nowhere } from '../api/connection.ts';
import type { Invocation, ProgramIo } from '../cobra/command.ts';
import type { Flag, Flags } from '../cobra/flags.ts';
import { type ApiResource, discover, findResource } from './discovery.ts';

/** One run of kubectl: where it talks to, the namespace it works in, and what the server serves (asked once). */
export interface Session {
  api: ApiConnection;
  /** Undefined with --all-namespaces. */
  namespace: string | undefined;
  /** The namespace even with --all-namespaces: for creating things. */
  defaultNamespace: string;
  explicitNamespace: boolean;
  flags: Flags;
  args: readonly string[];
  io: ProgramIo;
  resources(): Promise<ApiResource[]>;
  resource(word: string): Promise<ApiResource>;
}

export const connectionFlags: readonly Flag[] = [
  { name: 'kubeconfig', type: 'string', usage: 'Path to the kubeconfig file to use for CLI requests.' },
  { name: 'context', type: 'string', usage: 'The name of the kubeconfig context to use' },
  { name: 'namespace', short: 'n', type: 'string', usage: 'If present, the namespace scope for this CLI request' },
  { name: 'request-timeout', type: 'string', default: '0', usage: 'How long to wait for one server request' },
  { name: 'v', short: 'v', type: 'int', default: '0', usage: 'number for the log level verbosity', hidden: true },
];

export const allNamespacesFlag: Flag = {
  name: 'all-namespaces',
  short: 'A',
  type: 'bool',
  usage: 'If present, list the requested object(s) across all namespaces.',
};
export const selectorFlag: Flag = {
  name: 'selector',
  short: 'l',
  type: 'string',
  usage: "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.",
};
export const outputFlag: Flag = {
  name: 'output',
  short: 'o',
  type: 'string',
  usage: 'Output format. One of: (json, yaml, name, jsonpath, jsonpath-file, custom-columns, wide).',
};
export const filenameFlag: Flag = {
  name: 'filename',
  short: 'f',
  type: 'strings',
  usage: 'Filename, directory, or - for standard input.',
};

export const dryRunFlag: Flag = {
  name: 'dry-run',
  type: 'string',
  default: 'none',
  bare: 'unchanged',
  usage: 'Must be "none", "server", or "client".',
};

export function dryRunOf({ flags }: Session): 'none' | 'client' | 'server' {
  const value = flags.string('dry-run') || 'none';
  if (value === 'none' || value === 'client' || value === 'server') return value;
  if (value === 'unchanged') throw new Error('--dry-run=unchanged is not supported; use none, server or client');
  throw new Error(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}

export const dryRunSuffix = (session: Session): string =>
  ({ none: '', client: ' (dry run)', server: ' (server dry run)' })[dryRunOf(session)];

export async function openSession({ flags, args, io }: Invocation): Promise<Session> {
  const path = kubeconfigPath(io.env, flags.string('kubeconfig'));
  const warned = new Set<string>();
  const api: ApiConnection = {
    ...((await connectionFrom(path, flags.string('context'))) ?? nowhere),
    onWarning(text) {
      if (!warned.has(text)) io.err(`Warning: ${text}\n`);
      warned.add(text);
    },
  };
  const defaultNamespace = flags.string('namespace') || api.namespace;
  let known: Promise<ApiResource[]> | undefined;
  const resources = () => {
    known ??= discover(api);
    return known;
  };
  return {
    api,
    namespace: flags.bool('all-namespaces') ? undefined : defaultNamespace,
    defaultNamespace,
    explicitNamespace: flags.has('namespace'),
    flags,
    args,
    io,
    resources,
    resource: async (word) => findResource(await resources(), word),
  };
}
