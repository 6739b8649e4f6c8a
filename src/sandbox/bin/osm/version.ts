import { type ApiConnection, requestJson } from '../api/connection.ts';
import { type CommandSpec, noArgs } from '../cobra/command.ts';
import { connect, firstController, listMeshes, type MeshInfo, table } from './mesh.ts';

/** `osm version` (OSM 1.2: cmd/cli/version.go). It asks nobody for newer releases: v1.2.4 was the last one. */
const client = { version: 'v1.2.4', commit: '82651008921837b2f21113e4604a807c3f68a97c', date: '2023-04-20-21:10' };

interface RemoteVersion {
  version?: string;
  git_commit?: string;
  build_date?: string;
}

async function versionRow(api: ApiConnection, mesh: MeshInfo): Promise<string[]> {
  const pod = await firstController(api, mesh.namespace);
  const unknown = [mesh.name, mesh.namespace, mesh.version, 'Unknown', 'Unknown'];
  if (!pod) return unknown;
  const path = `/api/v1/namespaces/${mesh.namespace}/pods/${pod.metadata.name}:9091/proxy/version`;
  const remote = await requestJson<RemoteVersion>(api, path);
  const instance = pod.metadata.labels?.['app.kubernetes.io/instance'] ?? mesh.name;
  return [instance, mesh.namespace, remote.version ?? '', remote.git_commit ?? '', remote.build_date ?? ''];
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
    const meshes = await listMeshes(api);
    if (meshes.length === 0) {
      io.out('\nUnable to find OSM control plane in the cluster\n');
      return 0;
    }
    const rows = await Promise.all(meshes.map((mesh) => versionRow(api, mesh)));
    io.out(`\n${table([['MESH NAME', 'MESH NAMESPACE', 'VERSION', 'GIT COMMIT', 'BUILD DATE'], ...rows])}`);
    return 0;
  },
};
