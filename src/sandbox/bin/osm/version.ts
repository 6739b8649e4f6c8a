import { type ApiConnection, requestJson } from '../api/connection.ts';
import { type CommandSpec, noArgs } from '../cobra/command.ts';
import { connect, firstController, listMeshes, type MeshInfo, messageOf, table, trying } from './mesh.ts';

/** `osm version` (OSM 1.2: cmd/cli/version.go). It asks nobody for newer releases: v1.2.4 was the last one. */
const client = { version: 'v1.2.4', commit: '82651008921837b2f21113e4604a807c3f68a97c', date: '2023-04-20-21:10' };

interface RemoteVersion {
  version?: string;
  git_commit?: string;
  build_date?: string;
}

/** A mesh whose controller has no pod is not in the table. */
async function versionRow(api: ApiConnection, { name, namespace }: MeshInfo): Promise<string[] | undefined> {
  const pod = await firstController(api, namespace);
  if (!pod) return undefined;
  const asking = `Error retrieving mesh version from pod [${pod.metadata.name}] in namespace [${namespace}]`;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}:9091/proxy/version`;
  const remote = await trying(asking, () => requestJson<RemoteVersion>(api, path));
  const instance = pod.metadata.labels?.['app.kubernetes.io/instance'] ?? name;
  return [instance, namespace, remote.version ?? '', remote.git_commit ?? '', remote.build_date ?? ''];
}

/** Each mesh is asked, whatever the others answer; failures are told together (hashicorp/go-multierror). */
async function versionTable(api: ApiConnection, meshes: readonly MeshInfo[]): Promise<[text: string, why: string[]]> {
  const rows = [['MESH NAME', 'MESH NAMESPACE', 'VERSION', 'GIT COMMIT', 'BUILD DATE']];
  const failures: string[] = [];
  for (const mesh of meshes) {
    const asking = `Failed to get mesh version for mesh ${mesh.name} in namespace ${mesh.namespace}`;
    const row = await trying(asking, () => versionRow(api, mesh)).catch((error: unknown) => {
      failures.push(messageOf(error));
    });
    if (row) rows.push(row);
  }
  return [`\n${table(rows)}`, failures];
}

export const versionCommand: CommandSpec = {
  use: 'version',
  short: 'osm cli and mesh version',
  long: 'Prints the version of this client and of the control planes in the cluster.',
  example: '  # Without asking the cluster\n  osm version --client-only',
  flags: [
    { name: 'client-only', type: 'bool', usage: 'only show the OSM CLI version' },
    {
      name: 'version-only',
      type: 'bool',
      usage: 'only show the OSM version information. Hide warnings and upgrade notifications',
    },
  ],
  args: noArgs,
  async run(invocation) {
    const { io, flags } = invocation;
    io.out(
      `CLI Version: version.Info{Version:"${client.version}", GitCommit:"${client.commit}", BuildDate:"${client.date}"}\n`,
    );
    if (flags.bool('client-only')) return 0;
    const api = await connect(invocation);
    const meshes = await trying('unable to list meshes within the cluster', () => listMeshes(api));
    if (meshes.length === 0) {
      io.out('Unable to find OSM control plane in the cluster\n');
      return 0;
    }
    const [text, failures] = await versionTable(api, meshes);
    io.out(text);
    if (failures.length === 0) return 0;
    const count = failures.length === 1 ? '1 error' : `${failures.length} errors`;
    throw new Error(`${count} occurred:\n${failures.map((why) => `\t* ${why}\n`).join('')}\n`);
  },
};
