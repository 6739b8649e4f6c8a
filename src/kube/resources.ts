import type * as Extensions from './api-extensions.ts';
import type { CertificateSigningRequest } from './certificates.ts';
import type { PodDisruptionBudget } from './disruption.ts';
import type * as K from './objects.ts';

/** Names one kind of object for typed in-process calls; `T` is the object's shape. */
export interface ResourceRef<T extends K.KubeObject = K.KubeObject> {
  group: string;
  version: string;
  /** Plural, lower case: `pods`. */
  resource: string;
  kind: string;
  namespaced: boolean;
  /** Never set; carries the type only. */
  readonly shape?: T;
}

/** A kind as a server announces it. */
export interface ServedResource extends ResourceRef {
  singular: string;
  shortNames: readonly string[];
  verbs: readonly string[];
}

function ref<T extends K.KubeObject>(
  group: string,
  version: string,
  resource: string,
  kind: string,
  namespaced = true,
): ResourceRef<T> {
  return { group, version, resource, kind, namespaced };
}

export const pods = ref<K.Pod>('', 'v1', 'pods', 'Pod');
export const namespaces = ref<K.Namespace>('', 'v1', 'namespaces', 'Namespace', false);
export const nodes = ref<K.Node>('', 'v1', 'nodes', 'Node', false);
export const services = ref<K.Service>('', 'v1', 'services', 'Service');
export const endpoints = ref<K.Endpoints>('', 'v1', 'endpoints', 'Endpoints');
export const serviceAccounts = ref<K.ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount');
export const configMaps = ref<K.ConfigMap>('', 'v1', 'configmaps', 'ConfigMap');
export const secrets = ref<K.Secret>('', 'v1', 'secrets', 'Secret');
export const coreEvents = ref<K.CoreEvent>('', 'v1', 'events', 'Event');
export const deployments = ref<K.Deployment>('apps', 'v1', 'deployments', 'Deployment');
export const replicaSets = ref<K.ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet');
export const statefulSets = ref<K.StatefulSet>('apps', 'v1', 'statefulsets', 'StatefulSet');
export const endpointSlices = ref<K.EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice');
export const podDisruptionBudgets = ref<PodDisruptionBudget>(
  'policy',
  'v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
);
export const resourceQuotas = ref('', 'v1', 'resourcequotas', 'ResourceQuota');
export const certificateSigningRequests = ref<CertificateSigningRequest>(
  'certificates.k8s.io',
  'v1',
  'certificatesigningrequests',
  'CertificateSigningRequest',
  false,
);
const rbac = 'rbac.authorization.k8s.io';
export const roles = ref(rbac, 'v1', 'roles', 'Role');
export const roleBindings = ref(rbac, 'v1', 'rolebindings', 'RoleBinding');
export const clusterRoles = ref(rbac, 'v1', 'clusterroles', 'ClusterRole', false);
export const clusterRoleBindings = ref(rbac, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false);
export const customResourceDefinitions = ref<Extensions.CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
export const mutatingWebhookConfigurations = ref<Extensions.WebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
  false,
);
export const validatingWebhookConfigurations = ref<Extensions.WebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  false,
);

/** `v1`, or `apps/v1`. */
export function apiVersionOf(ref: { group: string; version: string }): string {
  return ref.group === '' ? ref.version : `${ref.group}/${ref.version}`;
}

/** `pods`, or `deployments.apps`: how Status messages name a resource. */
export function qualifiedResource(ref: { group: string; resource: string }): string {
  return ref.group === '' ? ref.resource : `${ref.resource}.${ref.group}`;
}
