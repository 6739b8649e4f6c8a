import { type ApiConnection, requestText } from '../api/connection.ts';
import { type CommandSpec, exactArgs } from '../cobra/command.ts';
import type { OsmEnvironment } from './environment.ts';
import { upgradeCommand } from './install.ts';
import { connect, firstController, listMeshes, listNamespaces, type MeshInfo, monitoredBy, table } from './mesh.ts';

/** `osm mesh list` (OSM 1.2: cmd/cli/mesh_list.go), which uninstalling prints too. */

/** `HTTPRouteGroup:v1alpha4,…`, sorted; `Unknown` when the controller does not say. */
async function supportedSmi(api: ApiConnection, mesh: MeshInfo): Promise<string> {
  const pod = await firstController(api, mesh.namespace);
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

const addedNamespaces = async (api: ApiConnection, mesh: MeshInfo): Promise<string> =>
  (await listNamespaces(api, `${monitoredBy}=${mesh.name}`)).map((namespace) => namespace.metadata.name).join(',');

/** Throws what the API server answered; `whenItFails` is said before. */
export async function meshListText(api: ApiConnection, whenItFails: (text: string) => void): Promise<string> {
  const meshes = await listMeshes(api).catch((error: unknown) => {
    whenItFails('Unable to list meshes within the cluster.\n');
    throw error;
  });
  if (meshes.length === 0) return 'No osm mesh control planes found\n';
  const [namespaces, smi] = await Promise.all([
    Promise.all(meshes.map((mesh) => addedNamespaces(api, mesh))),
    Promise.all(meshes.map((mesh) => supportedSmi(api, mesh))),
  ]);
  const first = meshes.map((mesh, index) => [mesh.name, mesh.namespace, mesh.version, namespaces[index] ?? '']);
  const second = meshes.map((mesh, index) => [mesh.name, mesh.namespace, smi[index] ?? '']);
  return (
    `\n${table([['MESH NAME', 'MESH NAMESPACE', 'VERSION', 'ADDED NAMESPACES'], ...first])}` +
    `\n${table([['MESH NAME', 'MESH NAMESPACE', 'SMI SUPPORTED'], ...second])}` +
    "\nTo list the OSM controller pods for a mesh, please run the following command passing in the mesh's namespace\n" +
    '\tkubectl get pods -n <osm-mesh-namespace> -l app=osm-controller\n'
  );
}

const list: CommandSpec = {
  use: 'list',
  short: 'list control planes in k8s cluster',
  long: 'Lists the OSM control planes of the cluster, the namespaces they watch and the SMI versions they speak.',
  example: '  osm mesh list',
  flags: [
    { name: 'local-port', short: 'p', type: 'uint16', default: '9091', usage: 'Local port to use for port forwarding' },
  ],
  args: exactArgs(0),
  async run(invocation) {
    const { io } = invocation;
    io.out(await meshListText(await connect(invocation), io.out));
    return 0;
  },
};

/** Where OSM is managed by others, nobody upgrades it from here. */
export const meshCommand = ({ kind }: OsmEnvironment): CommandSpec => ({
  use: 'mesh',
  short: 'manage osm installations',
  long: 'Commands about the OSM control planes of the cluster.',
  commands: kind === 'managed' ? [list] : [list, upgradeCommand],
});
