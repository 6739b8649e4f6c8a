import { vi } from 'vitest';
import type { Pod } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { addOn } from '../../../src/sandbox/mesh/osm/names.ts';
import type { MeshCluster } from './mesh-cluster.ts';

const isReady = (pod: Pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');

/** With other arguments, if asked for. As `kubectl rollout restart deployment NAME` and `rollout status` do: resolves when only new pods are left, ready. */
export async function restartDeployment(
  { api }: MeshCluster,
  name: string,
  change: (args: string[]) => string[] = (args) => args,
): Promise<void> {
  const pods = () => api.list(resources.pods, { namespace: addOn.namespace, labelSelector: `app=${name}` });
  const before = new Set(pods().map(({ metadata }) => metadata.uid));
  await api.modify(resources.deployments, name, addOn.namespace, ({ spec }) => {
    const { metadata = {} } = spec?.template ?? {};
    metadata.annotations = {
      ...metadata.annotations,
      'kubectl.kubernetes.io/restartedAt': String(before.size) + [...before].join(),
    };
    const [container] = spec?.template.spec.containers ?? [];
    if (!spec || !container) return;
    spec.template.metadata = metadata;
    container.args = change(container.args ?? []);
  });
  await vi.waitFor(
    () => {
      const now = pods();
      const isDone = now.length > 0 && now.every((pod) => !before.has(pod.metadata.uid) && isReady(pod));
      if (!isDone) throw new Error(`${name} is still restarting: ${now.map(({ metadata }) => metadata.name)}`);
    },
    { timeout: 20_000, interval: 20 },
  );
}

/** Deletes a bare pod, for it to be made anew. */
export async function removePod({ api }: MeshCluster, namespace: string, name: string): Promise<void> {
  await api.delete(resources.pods, name, namespace);
  await vi.waitFor(() => {
    if (api.get(resources.pods, name, namespace)) throw new Error(`${name} is still there`);
  }, 10_000);
}
