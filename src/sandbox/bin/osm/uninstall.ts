import { StatusError } from '../../../kube/status.ts';
import { type ApiConnection, listObjects, requestJson } from '../api/connection.ts';
import { type CommandSpec, exactArgs, type Invocation } from '../cobra/command.ts';
import type { OsmEnvironment } from './environment.ts';
import { targetOf } from './install.ts';
import { connect, listMeshes, type MeshInfo, messageOf, trying } from './mesh.ts';
import { meshListText } from './mesh-list.ts';

/**
 * `osm uninstall mesh` (OSM 1.2: cmd/cli/uninstall_mesh.go). What it leaves: namespace labels, sidecars, kinds with their
 * objects; the last go with `-a`, but for MeshRootCertificate, whose name the original spells wrong.
 */
type ChosenMesh = Pick<MeshInfo, 'name' | 'namespace'>;

const listing = 'unable to list meshes within the cluster';
const isMissing = (error: unknown) => error instanceof StatusError && error.code === 404;

/** Three tries; an empty line is one of them, the end of input an error as Go words it. */
async function confirm({ io }: Invocation, question: string): Promise<boolean> {
  for (let tries = 3; tries > 0; tries--) {
    const answer = await io.question(`${question} [y/n]: `);
    if (answer === undefined) throw new Error('EOF');
    const word = answer.trim().toLowerCase();
    if (word === 'y' || word === 'n') return word === 'y';
    if (answer !== '') io.out('Invalid input.\n');
  }
  return false;
}

async function chooseMeshes(
  invocation: Invocation,
  api: ApiConnection,
  meshes: readonly MeshInfo[],
): Promise<ChosenMesh[] | undefined> {
  const { flags, io } = invocation;
  const name = flags.string('mesh-name');
  const namespace = flags.string('osm-namespace');
  const [first] = meshes;
  const list = async () => `List of meshes present in the cluster:\n${await meshListText(api, io.out)}`;
  if (name !== '' && !meshes.some((mesh) => mesh.name === name)) {
    io.out(`Did not find mesh [${name}] in namespace [${namespace}]\n`);
    io.out(await list());
    return undefined;
  }
  if (flags.bool('force')) return [meshes.length === 1 && first ? first : { name, namespace }];
  io.out(await list());
  const chosen: ChosenMesh[] = [];
  for (const mesh of meshes) {
    if (name !== '' && mesh.name !== name) continue;
    const question = `\nUninstall OSM [mesh name: ${mesh.name}] in namespace [${mesh.namespace}] and/or OSM resources?`;
    if (await confirm(invocation, question)) chosen.push(mesh);
  }
  return chosen;
}

async function uninstallOne(invocation: Invocation, api: ApiConnection, mesh: ChosenMesh): Promise<void> {
  const { flags, io } = invocation;
  const { name, namespace } = mesh;
  const { ReleaseNotFound, uninstallRelease } = await import('./helm/releases.ts');
  try {
    await uninstallRelease({ ...targetOf(invocation, api, name), namespace });
    io.out(`OSM [mesh name: ${name}] in namespace [${namespace}] uninstalled\n`);
  } catch (error) {
    if (error instanceof ReleaseNotFound)
      io.out(`No OSM control plane with mesh name [${name}] found in namespace [${namespace}]\n`);
    if (!flags.bool('delete-cluster-wide-resources') && !flags.bool('delete-namespace')) throw error;
    io.out(
      `Could not uninstall mesh name [${name}] in namespace [${namespace}]- ${messageOf(error)} - continuing to deleteClusterWideResources and/or deleteNamespace\n`,
    );
  }
  if (flags.bool('delete-namespace')) await deleteNamespace(invocation, api, namespace);
}

async function deleteNamespace({ io }: Invocation, api: ApiConnection, name: string): Promise<void> {
  try {
    await requestJson(api, `/api/v1/namespaces/${name}`, { method: 'DELETE' });
    io.out(`OSM namespace [${name}] deleted successfully\n`);
  } catch (error) {
    if (!isMissing(error)) throw new Error(`Could not delete OSM namespace [${name}] - ${messageOf(error)}`);
    io.out(`OSM namespace [${name}] not found\n`);
  }
}

/** One kind of things to delete: each is tried, what failed is told at the end. */
interface Sweep {
  /** As the summary of failures names it. */
  type: string;
  paths: readonly { name: string; path: string }[];
  deleted(name: string): string;
  missing(name: string): string;
  failed(name: string, why: string): string;
}

async function sweep({ io }: Invocation, api: ApiConnection, { type, paths, ...words }: Sweep): Promise<string[]> {
  let hasFailed = false;
  for (const { name, path } of paths) {
    try {
      await requestJson(api, path, { method: 'DELETE' });
      io.out(`${words.deleted(name)}\n`);
    } catch (error) {
      hasFailed ||= !isMissing(error);
      io.out(`${isMissing(error) ? words.missing(name) : words.failed(name, messageOf(error))}\n`);
    }
  }
  return hasFailed ? [type] : [];
}

/** In this order, and with this spelling. */
const kinds = [
  'egresses.policy.openservicemesh.io',
  'ingressbackends.policy.openservicemesh.io',
  'meshconfigs.config.openservicemesh.io',
  'meshRootCertificate.config.openservicemesh.io',
  'upstreamtrafficsettings.policy.openservicemesh.io',
  'retries.policy.openservicemesh.io',
  'httproutegroups.specs.smi-spec.io',
  'tcproutes.specs.smi-spec.io',
  'trafficsplits.split.smi-spec.io',
  'traffictargets.access.smi-spec.io',
];

const kindSweep: Sweep = {
  type: 'CustomResourceDefinitions',
  paths: kinds.map((name) => ({
    name,
    path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`,
  })),
  deleted: (name) => `Successfully deleted OSM CRD: ${name}`,
  missing: (name) => `Ignoring - did not find OSM CRD: ${name}`,
  failed: (name, why) => `Failed to delete OSM CRD ${name}: ${why}`,
};

async function sweepWebhooks(
  invocation: Invocation,
  api: ApiConnection,
  mesh: string,
  kind: 'Mutating' | 'Validating',
): Promise<string[]> {
  const type = `${kind}WebhookConfigurations`;
  const path = `/apis/admissionregistration.k8s.io/v1/${type.toLowerCase()}`;
  const app = kind === 'Mutating' ? 'osm-injector' : 'osm-controller';
  const labels = `app.kubernetes.io/name=openservicemesh.io,app.kubernetes.io/instance=${mesh},app=${app}`;
  const found = await listObjects(api, `${path}?labelSelector=${encodeURIComponent(labels)}`);
  if (found.length === 0) {
    invocation.io.out(
      `Ignoring - did not find any OSM ${type} in the cluster. Use --mesh-name to delete ${type} belonging to a specific mesh if desired\n`,
    );
  }
  const one = `OSM ${type.slice(0, -1)}`;
  return sweep(invocation, api, {
    type,
    paths: found.map(({ metadata: { name = '' } }) => ({ name, path: `${path}/${name}` })),
    deleted: (name) => `Successfully deleted ${one}: ${name}`,
    missing: (name) => `Found but failed to delete ${one} ${name}: not found`,
    failed: (name, why) => `Found but failed to delete ${one} ${name}: ${why}`,
  });
}

async function deleteClusterResources(
  invocation: Invocation,
  api: ApiConnection,
  { name, namespace }: ChosenMesh,
): Promise<void> {
  const { flags, io } = invocation;
  const meshes = await trying(listing, () => listMeshes(api));
  if (meshes.length > 0) {
    io.out('Deleting cluster resources will affect current mesh(es) in cluster:\n');
    for (const mesh of meshes) io.out(`[${mesh.name}] mesh in namespace [${mesh.namespace}]\n`);
  }
  const secret = flags.string('ca-bundle-secret-name');
  const secretSweep: Sweep = {
    type: 'Secrets',
    paths: [{ name: secret, path: `/api/v1/namespaces/${namespace}/secrets/${secret}` }],
    deleted: () => `Successfully deleted OSM secret ${secret} in namespace ${namespace}`,
    missing: () =>
      `Ignoring - did not find OSM CA bundle secret ${secret} in namespace ${namespace}. Use --ca-bundle-secret-name and --osm-namespace to delete a specific mesh namespace's CA bundle secret if desired`,
    failed: (_, why) => `Found but failed to delete the OSM secret ${secret} in namespace ${namespace}: ${why}`,
  };
  const failed = [
    ...(await sweep(invocation, api, kindSweep)),
    ...(await sweepWebhooks(invocation, api, name, 'Mutating')),
    ...(await sweepWebhooks(invocation, api, name, 'Validating')),
    ...(await sweep(invocation, api, secretSweep)),
  ];
  if (failed.length > 0)
    throw new Error(`Failed to completely delete the following OSM resource types: [${failed.join(' ')}]`);
}

async function uninstall(invocation: Invocation, { kind }: OsmEnvironment): Promise<number> {
  const { flags, io } = invocation;
  const api = await connect(invocation);
  // What --mesh-name and --osm-namespace say; a forced uninstall of the only mesh there is knows better.
  let subject: ChosenMesh = { name: flags.string('mesh-name'), namespace: flags.string('osm-namespace') };
  if (kind === 'managed') {
    io.out('OSM CANNOT be uninstalled in a managed environment\n');
    if (flags.bool('delete-namespace')) io.out('OSM namespace CANNOT be deleted in a managed environment\n');
  } else {
    const meshes = await trying(listing, () => listMeshes(api));
    if (meshes.length === 0) {
      io.out('No OSM control planes found\n');
      return 0;
    }
    const chosen = await chooseMeshes(invocation, api, meshes);
    if (!chosen) return 0;
    if (flags.bool('force') && chosen[0]) subject = chosen[0];
    for (const mesh of chosen) await uninstallOne(invocation, api, mesh);
  }
  if (flags.bool('delete-cluster-wide-resources')) await deleteClusterResources(invocation, api, subject);
  return 0;
}

const uninstallMesh = (environment: OsmEnvironment): CommandSpec => ({
  use: 'mesh',
  short: 'uninstall osm control plane instance',
  long: `Uninstalls a control plane that osm install made, after asking for each one found.

Sidecars stay in the pods that have them, without a control plane; restart those pods. So do the
namespace of the control plane (see --delete-namespace) and the kinds it brought with all objects
of these kinds (see --delete-cluster-wide-resources).`,
  example:
    '  # Without asking, and with everything that it left in the cluster\n  osm uninstall mesh -f -a --delete-namespace',
  flags: [
    { name: 'mesh-name', type: 'string', usage: 'Name of the service mesh' },
    {
      name: 'force',
      short: 'f',
      type: 'bool',
      usage: 'Attempt to uninstall the osm control plane instance without prompting for confirmation.',
    },
    {
      name: 'delete-cluster-wide-resources',
      short: 'a',
      type: 'bool',
      usage:
        'Cluster wide resources (such as osm CRDs, mutating webhook configurations, validating webhook configurations and osm secrets) are fully deleted from the cluster after control plane components are deleted.',
    },
    {
      name: 'delete-namespace',
      type: 'bool',
      usage: 'Attempt to delete the namespace after control plane components are deleted',
    },
    { name: 'local-port', short: 'p', type: 'uint16', default: '9091', usage: 'Local port to use for port forwarding' },
    {
      name: 'ca-bundle-secret-name',
      type: 'string',
      default: 'osm-ca-bundle',
      usage: 'Name of the secret for the OSM CA bundle',
    },
  ],
  args: exactArgs(0),
  run: (invocation) => uninstall(invocation, environment),
});

export const uninstallCommand = (environment: OsmEnvironment): CommandSpec => ({
  use: 'uninstall',
  aliases: ['delete', 'del'],
  short: 'uninstall osm',
  long: 'Commands that take OSM out of the cluster.',
  commands: [uninstallMesh(environment)],
});
