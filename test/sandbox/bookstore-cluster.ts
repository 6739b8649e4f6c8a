import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject, Pod } from '../../src/kube/objects.ts';
import * as resources from '../../src/kube/resources.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { type RunningCluster, startCluster } from '../../src/sandbox/cluster.ts';
import { spec } from './test-cluster.ts';

/** A whole cluster with its HTTPS server and the add-on, and the namespaces of the bookstore in the mesh. */
const patient = { timeout: 40_000, interval: 100 };
const kinds: readonly resources.ResourceRef[] = [
  resources.namespaces,
  resources.serviceAccounts,
  resources.services,
  resources.deployments,
];
const isReady = (pod: Pod) =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

export async function startMeshedCluster(folder: string): Promise<RunningCluster> {
  const cluster = await startCluster({
    spec: { ...spec, openServiceMesh: true },
    folder,
    pace: 'instant',
    clock: systemClock,
    random: seededRandom(3),
  });
  await vi.waitFor(() => {
    // The injector publishes it when it is ready to answer.
    if (cluster.api.list(resources.mutatingWebhookConfigurations).length === 0) throw new Error('no injector yet');
  }, patient);
  for (const name of ['bookbuyer', 'bookstore', 'bookwarehouse']) {
    await cluster.api.create(resources.namespaces, {
      metadata: {
        name,
        labels: { 'openservicemesh.io/monitored-by': 'osm' },
        annotations: { 'openservicemesh.io/sidecar-injection': 'enabled', 'openservicemesh.io/metrics': 'enabled' },
      },
    });
  }
  return cluster;
}

/** What a manifest of ours has of the kinds above. */
export async function apply(cluster: RunningCluster, file: string): Promise<void> {
  const text = readFileSync(join(import.meta.dirname, '../../manifests', file), 'utf8');
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as KubeObject;
    const kind = kinds.find((known) => known.kind === object.kind);
    if (kind) await cluster.api.create(kind, object);
  }
}

export async function untilReady(cluster: RunningCluster, ...wanted: string[]): Promise<void> {
  await vi.waitFor(() => {
    for (const namespace of wanted) {
      const found = cluster.api.list(resources.pods, { namespace });
      if (found.length === 0 || !found.every(isReady)) throw new Error(`${namespace} is not ready`);
    }
  }, patient);
}
