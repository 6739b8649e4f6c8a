import type { KubeObject, Namespace, Pod } from '../../kube/objects.ts';
import { StatusError } from '../../kube/status.ts';
import type { Caller, RequestApi } from '../apiserver/request-api.ts';

/** What the cluster's components do through a subresource, as the real ones do. */
export interface Subresources {
  /** POST pods/NAME/binding. False when the pod is gone or bound already. */
  bind(pod: Pod, nodeName: string): Promise<boolean>;
  /** PUT namespaces/NAME/finalize without the finalizer `kubernetes`. */
  finalize(namespace: Namespace): Promise<void>;
  /** POST serviceaccounts/NAME/token, bound to the pod. Undefined when the account is gone. */
  podToken(pod: Pod): Promise<string | undefined>;
}

const caller = (name: string): Caller => ({
  username: `system:${name}`,
  groups: ['system:masters', 'system:authenticated'],
});

/** Over the request side of the API server, which alone knows subresources. */
export function subresourcesOf(requests: RequestApi): Subresources {
  const served = (resource: string) => {
    const found = requests.find('', 'v1', resource);
    if (!found) throw new Error(`the API does not serve ${resource}`);
    return found;
  };
  const body = (value: KubeObject) => ({ type: 'json', text: JSON.stringify(value) }) as const;
  return {
    async bind(pod, nodeName) {
      const { name = '', namespace = '', uid = '' } = pod.metadata;
      const target = { resource: served('pods'), namespace, name, subresource: 'binding' };
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      };
      try {
        await requests.create(target, body(binding), {}, caller('kube-scheduler'));
        return true;
      } catch (error) {
        if (error instanceof StatusError && (error.code === 404 || error.code === 409)) return false;
        throw error;
      }
    },
    async finalize(namespace) {
      const { name = '' } = namespace.metadata;
      const target = { resource: served('namespaces'), name, subresource: 'finalize' };
      const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
      const draft = { ...structuredClone(namespace), apiVersion: 'v1', kind: 'Namespace', spec: { finalizers } };
      await requests.update(target, body(draft), {}, caller('namespace-controller'));
    },
    async podToken(pod) {
      const { name = '', namespace = '', uid = '' } = pod.metadata;
      const account = pod.spec.serviceAccountName ?? 'default';
      const target = { resource: served('serviceaccounts'), namespace, name: account, subresource: 'token' };
      const request = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: { expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
      };
      try {
        const { object } = await requests.create(target, body(request), {}, caller('node'));
        return (object as { status?: { token?: string } }).status?.token;
      } catch (error) {
        if (error instanceof StatusError && error.code === 404) return undefined;
        throw error;
      }
    },
  };
}
