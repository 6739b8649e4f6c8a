import { type ApiConnection, requestJson, requestText } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { connect, listMeshes, listNamespaces, type MeshInfo, monitoredBy, runningController, table } from './mesh.ts';

/** `osm version` and `osm mesh list` (OSM 1.2: cmd/cli/version.go, mesh_list.go). */
const client = { version: 'v1.2.4', commit: '82651008921837b2f21113e4604a807c3f68a97c', date: '2023-04-20-21:10' };

interface RemoteVersion {
  version?: string;
  git_commit?: string;
  build_date?: string;
}

async function versionRow(api: ApiConnection, mesh: MeshInfo): Promise<string[]> {
  const pod = await runningController(api, mesh.namespace);
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
      usage: 'only show OSM version information, hide warnings and upgrade notifications',
    },
  ],
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

/** `HTTPRouteGroup:v1alpha4,…`, sorted; `Unknown` when the controller does not say. */
async function supportedSmi(api: ApiConnection, mesh: MeshInfo): Promise<string> {
  const pod = await runningController(api, mesh.namespace);
  if (!pod) return 'Unknown';
  try {
    const text = await requestText(
      api,
      `/api/v1/namespaces/${mesh.namespace}/pods/${pod.metadata.name}:9091/proxy/smi/version`,
    );
    const kinds = JSON.parse(text) as Record<string, string>;
    return Object.entries(kinds)
      .map(([kind, groupVersion]) => `${kind}:${groupVersion.split('/').at(-1)}`)
      .sort()
      .join(',');
  } catch {
    // The CLI shows the mesh even when its controller does not answer.
    return 'Unknown';
  }
}

async function addedNamespaces(api: ApiConnection, mesh: MeshInfo): Promise<string> {
  return (await listNamespaces(api, `${monitoredBy}=${mesh.name}`))
    .map((namespace) => namespace.metadata.name)
    .join(',');
}

const list: CommandSpec = {
  use: 'list',
  short: 'list control planes in k8s cluster',
  long: 'Lists the OSM control planes of the cluster, the namespaces they watch and the SMI versions they speak.',
  example: '  osm mesh list',
  flags: [
    { name: 'local-port', short: 'p', type: 'int', default: '9091', usage: 'Local port to use for port forwarding' },
  ],
  async run(invocation) {
    const api = await connect(invocation);
    const meshes = await listMeshes(api);
    if (meshes.length === 0) {
      invocation.io.out('No osm mesh control planes found\n');
      return 0;
    }
    const [namespaces, smi] = await Promise.all([
      Promise.all(meshes.map((mesh) => addedNamespaces(api, mesh))),
      Promise.all(meshes.map((mesh) => supportedSmi(api, mesh))),
    ]);
    const first = meshes.map((mesh, index) => [mesh.name, mesh.namespace, mesh.version, namespaces[index] ?? '']);
    const second = meshes.map((mesh, index) => [mesh.name, mesh.namespace, smi[index] ?? '']);
    invocation.io.out(
      `\n${table([['MESH NAME', 'MESH NAMESPACE', 'VERSION', 'ADDED NAMESPACES'], ...first])}` +
        `\n${table([['MESH NAME', 'MESH NAMESPACE', 'SMI SUPPORTED'], ...second])}` +
        "\nTo list the OSM controller pods for a mesh, please run the following command passing in the mesh's namespace\n" +
        '\tkubectl get pods -n <osm-mesh-namespace> -l app=osm-controller\n',
    );
    return 0;
  },
};

export const meshCommand: CommandSpec = {
  use: 'mesh',
  short: 'manage osm installations',
  long: 'Commands about the OSM control planes of the cluster.',
  commands: [list],
};
