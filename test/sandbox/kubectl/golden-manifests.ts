import type { Namespace } from '../../../src/kube/objects.ts';
import { customResourceDefinitions, namespaces } from '../../../src/kube/resources.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import { meshDefinitions } from '../../../src/sandbox/mesh/osm/crds/definitions.ts';

/** What stood in the cluster when the sessions of test/golden were recorded. */
export async function customResources(cluster: ClusterApi): Promise<void> {
  for (const name of ['kube-node-lease', 'kube-public', 'osm-system'])
    await cluster.create<Namespace>(namespaces, { metadata: { name } });
  for (const definition of meshDefinitions()) await cluster.create(customResourceDefinitions, definition);
}
