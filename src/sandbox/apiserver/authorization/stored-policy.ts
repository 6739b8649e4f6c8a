import type { KubeObject } from '../../../kube/objects.ts';
import type { Store } from '../../store/store.ts';
import type { Binding, Policy, Role } from './rbac.ts';

const kindOf = (resource: string) => `${resource}.rbac.authorization.k8s.io`;

/** The roles and bindings that are stored now. */
export function storedPolicy(store: Store): Policy {
  const role = (resource: string, namespace: string, name: string): Role | undefined =>
    store.get(kindOf(resource), namespace, name);
  // Validation at the door made sure that a binding has its roleRef.
  const isBinding = (object: KubeObject): object is Binding => object['roleRef'] !== undefined;
  return {
    clusterRole: (name) => role('clusterroles', '', name),
    role: (namespace, name) => role('roles', namespace, name),
    clusterRoleBindings: () => store.list(kindOf('clusterrolebindings')).filter(isBinding),
    roleBindings: (namespace) => store.list(kindOf('rolebindings'), namespace).filter(isBinding),
  };
}
