import { parseGoDuration } from '../../../kube/duration.ts';
import type { ApiConnection } from '../api/connection.ts';
import type { CommandSpec, Invocation } from '../cobra/command.ts';
import type { ReleaseTarget } from './helm/releases.ts';
import type { Values } from './helm/set-values.ts';
import { connect } from './mesh.ts';

/** `osm install` and `osm mesh upgrade` (OSM 1.2: cmd/cli/install.go, mesh_upgrade.go): what is said around Helm's work. */
const setFlag = {
  name: 'set',
  type: 'stringArray',
  usage: 'Set arbitrary chart values (can specify multiple or separate values with commas: key1=val1,key2=val2)',
} as const;

const chartPathFlag = {
  name: 'osm-chart-path',
  type: 'string',
  usage: 'path to osm chart to override default chart',
} as const;

const upgradeTimeoutMs = 5 * 60_000;

export const debugLines =
  ({ flags, io }: Invocation) =>
  (line: string) => {
    if (flags.bool('verbose')) io.out(`[debug] ${line}\n`);
  };

export function targetOf(invocation: Invocation, api: ApiConnection, name: string): ReleaseTarget {
  return { api, name, namespace: invocation.flags.string('osm-namespace'), debug: debugLines(invocation) };
}

/** Says what the original says of a path that is none, and that there is one chart here. */
async function refuseOtherCharts(path: string): Promise<void> {
  if (path === '') return;
  const { existsSync } = await import('node:fs');
  const why = existsSync(path)
    ? "the sandbox installs OSM v1.2.4's own chart only; leave out --osm-chart-path"
    : `stat ${path}: no such file or directory`;
  throw new Error(`error loading chart for installation: ${why}`);
}

async function wantedValues(lines: readonly string[], fixed: readonly string[] = []): Promise<Values> {
  const { setValues } = await import('./helm/set-values.ts');
  let values: Values;
  try {
    values = setValues(lines, {});
  } catch (error) {
    throw new Error(`invalid format for --set: ${error instanceof Error ? error.message : String(error)}`);
  }
  return setValues(fixed, values);
}

const deadlineAfter = (ms: number | undefined) => (ms ? Date.now() + ms : undefined);

async function printPods({ io }: Invocation, { api, namespace }: ReleaseTarget): Promise<void> {
  const { listPods } = await import('./mesh.ts');
  for (const { metadata, status } of await listPods(api, namespace, '')) {
    io.out(`Status for pod ${metadata.name} in namespace ${namespace}:\n ${JSON.stringify(status)}\n\n`);
  }
}

async function install(invocation: Invocation): Promise<number> {
  const { flags, io } = invocation;
  const name = flags.string('mesh-name');
  const target = targetOf(invocation, await connect(invocation), name);
  target.debug('Loading OSM helm chart');
  await refuseOtherCharts(flags.string('osm-chart-path'));
  const set = await wantedValues(flags.strings('set'), [
    `osm.meshName=${name}`,
    `osm.enforceSingleMesh=${flags.bool('enforce-single-mesh')}`,
  ]);
  target.debug('Beginning OSM installation');
  const { installRelease } = await import('./helm/releases.ts');
  const patience = { deadline: deadlineAfter(parseGoDuration(flags.string('timeout'))), signal: io.signal };
  try {
    await installRelease(target, { set, patience, atomic: flags.bool('atomic') });
  } catch (error) {
    if (flags.bool('verbose')) await printPods(invocation, target);
    throw error;
  }
  io.out(`OSM installed successfully in namespace [${target.namespace}] with mesh name [${name}]\n`);
  return 0;
}

export const installCommand: CommandSpec = {
  use: 'install',
  short: 'install osm control plane',
  long: `Installs an OSM control plane, waits until it is ready, and says so.

The control plane gets a namespace of its own, osm-system unless --osm-namespace names
another, and what it needs beside namespaces: a role, webhooks and custom kinds.

A cluster can have several control planes when none of them enforces that it is alone
(--enforce-single-mesh=false). Each has a mesh name, "osm" unless --mesh-name says
otherwise; namespaces are added to a mesh by that name.`,
  example: `  # In namespace hello-world instead of osm-system
  osm install --osm-namespace hello-world

  # Under another name, with SMI policies in force and no way out of the mesh
  osm install --mesh-name hello-osm --set osm.enablePermissiveTrafficPolicy=false,osm.enableEgress=false`,
  flags: [
    chartPathFlag,
    { name: 'mesh-name', type: 'string', default: 'osm', usage: 'name for the new control plane instance' },
    {
      name: 'enforce-single-mesh',
      type: 'bool',
      default: 'true',
      usage: 'Enforce only deploying one mesh in the cluster',
    },
    {
      name: 'timeout',
      type: 'duration',
      default: '5m0s',
      usage: 'Time to wait for installation and resources in a ready state, zero means no timeout',
    },
    setFlag,
    { name: 'atomic', type: 'bool', usage: 'Automatically clean up resources if installation fails' },
  ],
  run: install,
};

async function upgrade(invocation: Invocation): Promise<number> {
  const { flags, io } = invocation;
  const name = flags.string('mesh-name');
  await refuseOtherCharts(flags.string('osm-chart-path'));
  const target = targetOf(invocation, await connect(invocation), name);
  const set = await wantedValues(flags.strings('set'));
  const { upgradeRelease } = await import('./helm/releases.ts');
  await upgradeRelease(target, { set, patience: { deadline: deadlineAfter(upgradeTimeoutMs), signal: io.signal } });
  io.out(`OSM successfully upgraded mesh [${name}] in namespace [${target.namespace}]\n`);
  return 0;
}

export const upgradeCommand: CommandSpec = {
  use: 'upgrade',
  short: 'upgrade osm control plane',
  long: `Brings a control plane that osm install made to this client's version and to the given values.

Values of the release that is there are not carried over: say them again with --set. The MeshConfig
osm-mesh-config stays as it is; change it with kubectl. The mesh is found by its name and namespace.`,
  example:
    '  # The mesh with the default name, with two controllers\n  osm mesh upgrade --set osm.osmController.replicaCount=2',
  flags: [
    { name: 'mesh-name', type: 'string', default: 'osm', usage: 'Name of the mesh to upgrade' },
    chartPathFlag,
    setFlag,
  ],
  run: upgrade,
};
