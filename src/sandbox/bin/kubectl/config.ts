import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type KubeConfigFile, kubeconfigPath, readKubeconfig } from '../api/connection.ts';
import { type CommandSpec, exactArgs, type Invocation, maximumArgs } from '../cobra/command.ts';
import { columns, toYaml } from './print.ts';

/** `kubectl config …`: reads and writes the kubeconfig; never talks to a server. */
async function load(invocation: Invocation): Promise<{ path: string; config: KubeConfigFile }> {
  const path = kubeconfigPath(invocation.io.env, invocation.flags.string('kubeconfig'));
  return { path, config: (await readKubeconfig(path)) ?? {} };
}

async function save(path: string, config: KubeConfigFile): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, await toYaml(config), { mode: 0o600 });
  renameSync(temporary, path);
}

const currentContext: CommandSpec = {
  use: 'current-context',
  short: 'Display the current-context',
  async run(invocation) {
    const { config } = await load(invocation);
    if (!config['current-context']) throw new Error('current-context is not set');
    invocation.io.out(`${config['current-context']}\n`);
    return 0;
  },
};

const getContexts: CommandSpec = {
  use: 'get-contexts [(-o|--output=)name)]',
  short: 'Describe one or many contexts',
  flags: [
    { name: 'output', short: 'o', type: 'string', usage: 'Output format. One of: (name).' },
    { name: 'no-headers', type: 'bool', usage: "Don't print headers." },
  ],
  async run(invocation) {
    const { config } = await load(invocation);
    const all = config.contexts ?? [];
    const missing = invocation.args.filter((name) => !all.some((entry) => entry.name === name));
    const contexts = all.filter((entry) => invocation.args.length === 0 || invocation.args.includes(entry.name));
    if (invocation.flags.string('output') === 'name')
      invocation.io.out(contexts.map((entry) => `${entry.name}\n`).join(''));
    else {
      const rows = contexts.map((entry) => [
        entry.name === config['current-context'] ? '*' : '',
        entry.name,
        entry.context.cluster,
        entry.context.user,
        entry.context.namespace ?? '',
      ]);
      invocation.io.out(
        columns([
          ...(invocation.flags.bool('no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']]),
          ...rows,
        ]),
      );
    }
    for (const name of missing) invocation.io.err(`error: context ${name} not found\n`);
    return missing.length > 0 ? 1 : 0;
  },
};

/** `get-clusters` and `get-users`: names only. */
const namesCommand = (use: string, short: string, names: (config: KubeConfigFile) => string[]): CommandSpec => ({
  use,
  short,
  async run(invocation) {
    const { config } = await load(invocation);
    invocation.io.out(['NAME', ...names(config)].map((name) => `${name}\n`).join(''));
    return 0;
  },
});

const getClusters = namesCommand('get-clusters', 'Display clusters defined in the kubeconfig', (config) =>
  (config.clusters ?? []).map((entry) => entry.name).sort(),
);
const getUsers = namesCommand('get-users', 'Display users defined in the kubeconfig', (config) =>
  (config.users ?? []).map((entry) => entry.name).sort(),
);

const useContext: CommandSpec = {
  use: 'use-context CONTEXT_NAME',
  aliases: ['use'],
  short: 'Set the current-context in a kubeconfig file',
  args: exactArgs(1),
  async run(invocation) {
    const { path, config } = await load(invocation);
    const [name = ''] = invocation.args;
    if (!config.contexts?.some((entry) => entry.name === name))
      throw new Error(`no context exists with the name: ${JSON.stringify(name)}`);
    await save(path, { ...config, 'current-context': name });
    invocation.io.out(`Switched to context ${JSON.stringify(name)}.\n`);
    return 0;
  },
};

const deleteContext: CommandSpec = {
  use: 'delete-context NAME',
  short: 'Delete the specified context from the kubeconfig',
  args: exactArgs(1),
  async run(invocation) {
    const { path, config } = await load(invocation);
    const [name = ''] = invocation.args;
    if (!config.contexts?.some((entry) => entry.name === name))
      throw new Error(`cannot delete context ${name}, not in ${path}`);
    if (config['current-context'] === name) {
      invocation.io.err(
        'warning: this removed your active context, use "kubectl config use-context" to select a different one\n',
      );
    }
    await save(path, { ...config, contexts: config.contexts.filter((entry) => entry.name !== name) });
    invocation.io.out(`deleted context ${name} from ${path}\n`);
    return 0;
  },
};

const setContext: CommandSpec = {
  use: 'set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]',
  short: 'Set a context entry in kubeconfig',
  flags: [
    { name: 'current', type: 'bool', usage: 'Modify the current context' },
    { name: 'cluster', type: 'string', usage: 'cluster for the context entry in kubeconfig' },
    { name: 'user', type: 'string', usage: 'user for the context entry in kubeconfig' },
  ],
  args: maximumArgs(1),
  async run(invocation) {
    const { path, config } = await load(invocation);
    const { flags, io } = invocation;
    const name = flags.bool('current') ? config['current-context'] : invocation.args[0];
    if (!name)
      throw new Error(
        flags.bool('current') ? 'no current context is set' : 'you must specify a non-empty context name or --current',
      );
    const old = config.contexts?.find((entry) => entry.name === name);
    const context = {
      ...(old?.context ?? { cluster: '', user: '' }),
      ...(flags.has('cluster') ? { cluster: flags.string('cluster') } : {}),
      ...(flags.has('user') ? { user: flags.string('user') } : {}),
      ...(flags.has('namespace') ? { namespace: flags.string('namespace') } : {}),
    };
    const others = (config.contexts ?? []).filter((entry) => entry.name !== name);
    await save(path, { ...config, contexts: [...others, { name, context }] });
    io.out(`Context ${JSON.stringify(name)} ${old ? 'modified' : 'created'}.\n`);
    return 0;
  },
};

/** Secrets and certificates are replaced by the words that kubectl shows. */
function redacted(config: KubeConfigFile): KubeConfigFile {
  const hide = (fields: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [
        key,
        key === 'token' || key === 'password' ? 'REDACTED' : key.endsWith('-data') ? 'DATA+OMITTED' : value,
      ]),
    );
  return {
    ...config,
    clusters: config.clusters?.map((entry) => ({ ...entry, cluster: hide(entry.cluster) })) ?? [],
    users: config.users?.map((entry) => ({ ...entry, user: hide(entry.user) })) ?? [],
  };
}

const view: CommandSpec = {
  use: 'view',
  short: 'Display merged kubeconfig settings or a specified kubeconfig file',
  flags: [
    { name: 'raw', type: 'bool', usage: 'Display raw byte data and sensitive data' },
    { name: 'minify', type: 'bool', usage: 'Remove all information not used by current-context from the output' },
  ],
  async run(invocation) {
    const { path, config } = await load(invocation);
    if (!existsSync(path)) {
      invocation.io.out(
        'apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ""\nkind: Config\nusers: null\n',
      );
      return 0;
    }
    invocation.io.out(await toYaml(invocation.flags.bool('raw') ? config : redacted(config)));
    return 0;
  },
};

export const configCommand: CommandSpec = {
  use: 'config SUBCOMMAND',
  short: 'Modify kubeconfig files',
  commands: [currentContext, getClusters, getContexts, getUsers, useContext, deleteContext, setContext, view],
};
