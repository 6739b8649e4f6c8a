import type { Namespace } from '../../../kube/objects.ts';
import type { ApiConnection } from '../api/connection.ts';
import { type CommandSpec, type Invocation, noArgs } from '../cobra/command.ts';
import {
  connect,
  getNamespace,
  listMeshes,
  listPods,
  metricsAnnotation,
  monitoredBy,
  patchObject,
  proxyUuidLabel,
  trying,
} from './mesh.ts';

/** `osm metrics enable|disable` (OSM 1.2: cmd/cli/metrics_*.go). */
const scrapeAnnotations = {
  'prometheus.io/scrape': 'true',
  'prometheus.io/port': '15010',
  'prometheus.io/path': '/stats/prometheus',
};

async function monitored(api: ApiConnection, name: string): Promise<Namespace> {
  const namespace = await trying(`Failed to retrieve namespace [${name}]`, () => getNamespace(api, name));
  const mesh = namespace.metadata.labels?.[monitoredBy];
  if (mesh === undefined)
    throw new Error(`Namespace [${name}] does not belong to a mesh, missing annotation "${monitoredBy}"`);
  if (mesh === '') throw new Error(`Label "${monitoredBy}" on namespace "${name}" cannot be empty`);
  const meshes = (await listMeshes(api).catch(() => [])).map((info) => info.name);
  if (!meshes.includes(mesh)) {
    throw new Error(
      `Invalid mesh name "${mesh}" used with label "${monitoredBy}" on namespace "${name}", must be one of [${meshes.join(' ')}]`,
    );
  }
  return namespace;
}

async function setMetrics(invocation: Invocation, enabled: boolean): Promise<number> {
  const api = await connect(invocation);
  for (const raw of invocation.flags.strings('namespace')) {
    const name = raw.trim();
    await monitored(api, name);
    const failing = `Failed to ${enabled ? 'enable' : 'disable'} metrics`;
    const mark = { annotations: { [metricsAnnotation]: enabled ? 'enabled' : null } };
    await trying(`${failing} in namespace [${name}]`, () =>
      patchObject(api, `/api/v1/namespaces/${name}`, { metadata: mark }),
    );
    const annotations = Object.fromEntries(
      Object.entries(scrapeAnnotations).map(([key, value]) => [key, enabled ? value : null]),
    );
    await trying(`${failing} for existing pod in namespace [${name}]`, async () => {
      for (const pod of await listPods(api, name, proxyUuidLabel)) {
        await patchObject(api, `/api/v1/namespaces/${name}/pods/${pod.metadata.name}`, { metadata: { annotations } });
      }
    });
    invocation.io.out(`Metrics successfully ${enabled ? 'enabled' : 'disabled'} in namespace [${name}]\n`);
  }
  return 0;
}

const namespaceFlag = (what: string) =>
  ({ name: 'namespace', type: 'strings', usage: `One or more namespaces to ${what} metrics on` }) as const;

export const metricsCommand: CommandSpec = {
  use: 'metrics',
  short: 'manage metrics',
  long: 'Commands that turn scraping of sidecar metrics by Prometheus on and off.',
  commands: [
    {
      use: 'enable ...',
      short: 'enable metrics',
      long: 'Enables metrics for namespaces: new pods and running ones get the annotations that Prometheus looks for.',
      example: '  osm metrics enable --namespace bookbuyer,bookstore',
      flags: [namespaceFlag('enable')],
      args: noArgs,
      run: (invocation) => setMetrics(invocation, true),
    },
    {
      use: 'disable ...',
      short: 'disable metrics',
      long: 'Disables metrics for namespaces.',
      example: '  osm metrics disable --namespace bookbuyer',
      flags: [namespaceFlag('disable')],
      args: noArgs,
      run: (invocation) => setMetrics(invocation, false),
    },
  ],
};
