// The cluster of the mesh's tests, as checks and explanations see a cluster.
import type { KubeClient } from '../../../src/kube/client.ts';
import type { MeshCluster } from '../../sandbox/mesh/mesh-cluster.ts';

const matches = (labels: Readonly<Record<string, string>> | undefined, selector: string): boolean =>
  selector.split(',').every((term) => {
    const [key = '', value] = term.split('=');
    return value === undefined ? labels?.[key] !== undefined : labels?.[key] === value;
  });

export function clientOf(mesh: MeshCluster): KubeClient {
  return {
    context: 'test',
    server: 'https://test',
    get: async (ref, name, namespace) => mesh.api.get(ref, name, namespace),
    list: async (ref, { namespace, labelSelector } = {}) =>
      mesh.api
        .list(ref, namespace === undefined ? {} : { namespace })
        .filter(({ metadata }) => labelSelector === undefined || matches(metadata.labels, labelSelector)),
    resources: async () => [],
    podLog: async () => '',
    openApi: () => Promise.reject(new Error('no schemas here')),
    podHttp: ({ name }, path) => mesh.admin(name, path),
    watch: () => () => {},
    close() {},
  };
}
