import type { ApiConnection } from '../api/connection.ts';
import { type CommandSpec, exactArgs, type Invocation, maximumArgs, minimumArgs } from '../cobra/command.ts';
import {
  connect,
  getNamespace,
  ignoreLabel,
  listDeployments,
  listNamespaces,
  meshExists,
  metricsAnnotation,
  monitoredBy,
  patchObject,
  sidecarInjection,
  table,
  trying,
} from './mesh.ts';

/** `osm namespace …` (OSM 1.2: cmd/cli/namespace_*.go; texts from facts of that version). */
const meshNameFlag = { name: 'mesh-name', type: 'string', default: 'osm', usage: 'Name of the service mesh' } as const;

async function addOne(api: ApiConnection, { flags, io }: Invocation, name: string): Promise<void> {
  const mesh = flags.string('mesh-name');
  if (!(await meshExists(api, mesh))) {
    throw new Error(
      `mesh [${mesh}] does not exist, please specify another mesh using --mesh-name or create a new mesh`,
    );
  }
  // Whoever may not list them is told so by what follows.
  const controllers = await listDeployments(api, 'app=osm-controller', name).catch(() => []);
  if (controllers.length > 0) {
    io.out(`Namespace [${name}] already has [osm-controller] installed and cannot be added to mesh [${mesh}]\n`);
    return;
  }
  const failing = `Could not add namespace [${name}] to mesh [${mesh}]`;
  const namespace = await trying(failing, () => getNamespace(api, name));
  if (namespace.metadata.labels?.[monitoredBy] === mesh) {
    io.out(`Namespace [${name}] has already been added to mesh [${mesh}]\n`);
    return;
  }
  if (namespace.metadata.labels?.[ignoreLabel] === 'true') throw new Error('Cannot add ignored namespace');
  const metadata = {
    labels: { [monitoredBy]: mesh },
    annotations: { [sidecarInjection]: flags.bool('disable-sidecar-injection') ? 'disabled' : 'enabled' },
  };
  await trying(failing, () => patchObject(api, `/api/v1/namespaces/${name}`, { metadata }));
  io.out(`Namespace [${name}] successfully added to mesh [${mesh}]\n`);
}

const add: CommandSpec = {
  use: 'add NAMESPACE ...',
  short: 'add namespace to mesh',
  long: `Adds a namespace or set of namespaces to the mesh, so that osm-controller of that mesh
watches it for changes and pods created in it get a sidecar.`,
  example: '  # Add namespaces "bookbuyer" and "bookstore" to the mesh\n  osm namespace add bookbuyer bookstore',
  flags: [
    meshNameFlag,
    { name: 'disable-sidecar-injection', type: 'bool', usage: 'Disable automatic sidecar injection' },
  ],
  args: minimumArgs(1),
  async run(invocation) {
    const api = await connect(invocation);
    for (const name of invocation.args) await addOne(api, invocation, name);
    return 0;
  },
};

const remove: CommandSpec = {
  use: 'remove <NAMESPACE>',
  short: 'remove namespace from mesh',
  long: 'Removes a namespace from the mesh. Pods that run keep their sidecars until they are restarted.',
  example: '  osm namespace remove bookbuyer',
  flags: [meshNameFlag],
  args: exactArgs(1),
  async run(invocation) {
    const api = await connect(invocation);
    const [name = ''] = invocation.args;
    const mesh = invocation.flags.string('mesh-name');
    const namespace = await trying(`Could not get namespace [${name}]`, () => getNamespace(api, name));
    const owner = namespace.metadata.labels?.[monitoredBy];
    if (owner === undefined) {
      invocation.io.out(`Namespace [${name}] already does not belong to any mesh\n`);
      return 0;
    }
    if (owner !== mesh)
      throw new Error(`Namespace belongs to mesh [${owner}], not mesh [${mesh}]. Please specify the correct mesh`);
    const metadata = {
      labels: { [monitoredBy]: null, [ignoreLabel]: null },
      annotations: { [sidecarInjection]: null, [metricsAnnotation]: null },
    };
    const removing = `Could not remove namespace [${name}] from mesh [${mesh}]`;
    await trying(removing, () => patchObject(api, `/api/v1/namespaces/${name}`, { metadata }));
    invocation.io.out(`Namespace [${name}] successfully removed from mesh [${mesh}]\n`);
    return 0;
  },
};

const ignore: CommandSpec = {
  use: 'ignore NAMESPACE ...',
  short: 'ignore namespace from participating in the mesh',
  long: 'Labels namespaces so that no mesh injects sidecars into them or validates their policies.',
  example: '  osm namespace ignore monitoring',
  args: minimumArgs(1),
  async run(invocation) {
    const api = await connect(invocation);
    for (const name of invocation.args) {
      await trying(`Failed to retrieve namespace [${name}]`, () => getNamespace(api, name));
      const metadata = { labels: { [ignoreLabel]: 'true' } };
      const ignoring = `Failed to configure namespace [${name}] to be ignored`;
      await trying(ignoring, () => patchObject(api, `/api/v1/namespaces/${name}`, { metadata }));
      invocation.io.out(`Successfully configured namespace [${name}] to be ignored\n`);
    }
    return 0;
  },
};

const list: CommandSpec = {
  use: 'list',
  short: 'list namespaces enlisted in meshes',
  long: 'Lists namespaces that belong to a mesh, with how sidecars are injected into their pods.',
  example:
    '  # Namespaces of every mesh\n  osm namespace list\n\n  # Namespaces of mesh "osm"\n  osm namespace list --mesh-name osm',
  flags: [{ name: 'mesh-name', type: 'string', usage: 'Name of service mesh to list namespaces' }],
  args: maximumArgs(1),
  async run(invocation) {
    const mesh = invocation.flags.string('mesh-name') || (invocation.args[0] ?? '');
    const api = await connect(invocation);
    const labels = mesh ? `${monitoredBy}=${mesh}` : monitoredBy;
    const listing = `Could not list namespaces related to osm [${mesh}]`;
    const namespaces = await trying(listing, () => listNamespaces(api, labels));
    if (namespaces.length === 0) {
      invocation.io.out(mesh ? `No namespaces in mesh [${mesh}]\n` : 'No namespaces in any mesh\n');
      return 0;
    }
    const injection = (metadata: (typeof namespaces)[number]['metadata']) =>
      metadata.labels?.[ignoreLabel] === undefined
        ? (metadata.annotations?.[sidecarInjection] ?? '-')
        : 'disabled (ignored)';
    const rows = namespaces.map(({ metadata }) => [
      metadata.name ?? '',
      metadata.labels?.[monitoredBy] ?? '',
      injection(metadata),
    ]);
    invocation.io.out(table([['NAMESPACE', 'MESH', 'SIDECAR-INJECTION'], ...rows]));
    return 0;
  },
};

export const namespaceCommand: CommandSpec = {
  use: 'namespace',
  aliases: ['ns'],
  short: 'manage osm namespaces',
  long: 'Commands for adding namespaces to a mesh, taking them out, and listing them.',
  commands: [add, remove, ignore, list],
};
