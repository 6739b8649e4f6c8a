import { configMaps, namespaces, serviceAccounts } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

export const rootCaName = 'kube-root-ca.crt';

/**
 * What every namespace finds in itself: the `default` ServiceAccount and the cluster's CA in a ConfigMap. Both come
 * back when somebody deletes them. Kubernetes: serviceaccount and root-ca-cert-publisher controllers.
 */
export function startServiceAccountController(parts: ControllerParts, caPem: string): Controller {
  const { cluster } = parts;
  const queue = new WorkQueue({
    name: 'serviceaccount',
    clock: parts.clock,
    reconcile,
    onError: (error, key) => parts.onError('serviceaccount', error, key),
  });

  async function reconcile(namespace: string): Promise<void> {
    const owner = cluster.get(namespaces, namespace);
    if (!owner || owner.metadata.deletionTimestamp !== undefined) return;
    try {
      await ensure(namespace);
    } catch (error) {
      // The namespace began to terminate, or somebody made the object, between our read and our write.
      if (!(error instanceof StatusError) || error.code >= 500) throw error;
      queue.addAfter(namespace, 1000);
    }
  }

  async function ensure(namespace: string): Promise<void> {
    if (!cluster.get(serviceAccounts, 'default', namespace)) {
      const metadata = { name: 'default', namespace };
      await cluster.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    }
    const data = { 'ca.crt': caPem };
    if (cluster.get(configMaps, rootCaName, namespace)) {
      await cluster.modify(configMaps, rootCaName, namespace, (draft) => {
        draft.data = data;
      });
      return;
    }
    const annotations = {
      'kubernetes.io/description':
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
    };
    const metadata = { name: rootCaName, namespace, annotations };
    await cluster.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  return controllerOn(queue, [
    cluster.watch(namespaces, ({ object }) => queue.add(object.metadata.name ?? '')),
    cluster.watch(serviceAccounts, ({ type, object }) => {
      if (type === 'DELETED' && object.metadata.name === 'default') queue.add(object.metadata.namespace ?? '');
    }),
    cluster.watch(configMaps, ({ object }) => {
      if (object.metadata.name === rootCaName) queue.add(object.metadata.namespace ?? '');
    }),
  ]);
}
