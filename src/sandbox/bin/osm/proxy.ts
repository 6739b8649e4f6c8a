import { writeFileSync } from 'node:fs';
import type { ApiConnection } from '../api/connection.ts';
import { podRequest } from '../api/port-forward.ts';
import { type CommandSpec, exactArgs } from '../cobra/command.ts';
import { connect, getPod, proxyUuidLabel } from './mesh.ts';

/** `osm proxy get` (OSM 1.2: cmd/cli/proxy_get.go): one GET to the sidecar's admin port, printed as it comes. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What the sidecar's admin interface answers to a query, whatever its status. */
export async function proxyAnswer(
  api: ApiConnection,
  { namespace, name }: { namespace: string; name: string },
  query: string,
): Promise<string> {
  const pod = await getPod(api, namespace, name).catch(() => undefined);
  if (!pod) throw new Error(`Could not find pod ${name} in namespace ${namespace}`);
  if (!uuid.test(pod.metadata.labels?.[proxyUuidLabel] ?? ''))
    throw new Error(`Pod ${name} in namespace ${namespace} is not a part of a mesh`);
  if (pod.status?.phase !== 'Running') throw new Error(`Pod ${name} in namespace ${namespace} is not running`);
  try {
    return (await podRequest(api, { namespace, name, port: 15000 }, `/${query}`)).body;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Error retrieving proxy config for pod ${name} in namespace ${namespace}: ${why}`, {
      cause: error,
    });
  }
}

const get: CommandSpec = {
  use: 'get QUERY POD',
  short: 'get query for proxy',
  long: `Sends QUERY to the admin interface of a pod's Envoy sidecar and prints the answer.
Queries are paths of that interface: certs, clusters, config_dump, listeners, ready, stats ...`,
  example:
    '  # Counters of pod bookbuyer-5ccf77f46d-rc5mg\n  osm proxy get stats bookbuyer-5ccf77f46d-rc5mg -n bookbuyer\n\n  # Its whole configuration, into a file\n  osm proxy get config_dump bookbuyer-5ccf77f46d-rc5mg -n bookbuyer -f config.json',
  flags: [
    { name: 'namespace', short: 'n', type: 'string', default: 'default', usage: 'Namespace of pod' },
    { name: 'file', short: 'f', type: 'string', usage: 'File to write output to' },
    {
      name: 'local-port',
      short: 'p',
      type: 'uint16',
      default: '15000',
      usage: 'Local port to use for port forwarding',
    },
  ],
  args: exactArgs(2),
  async run(invocation) {
    const [query = '', name = ''] = invocation.args;
    const namespace = invocation.flags.string('namespace');
    const api = await connect(invocation);
    const body = await proxyAnswer(api, { namespace, name }, query);
    const file = invocation.flags.string('file');
    if (file) writeOutput(file, body);
    else invocation.io.out(body);
    return 0;
  },
};

function writeOutput(file: string, body: string): void {
  try {
    writeFileSync(file, body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file or directory' : code === 'EISDIR' ? 'is a directory' : String(code);
    throw new Error(`Error opening file ${file}: open ${file}: ${why}`, { cause: error });
  }
}

export const proxyCommand: CommandSpec = {
  use: 'proxy',
  short: 'sidecar proxy operations',
  long: 'Commands that look into the Envoy sidecars of the mesh.',
  commands: [get],
};
