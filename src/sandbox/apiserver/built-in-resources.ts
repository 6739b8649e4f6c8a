// Table: the built-in kinds served, as discovery lists them.

import { definitionStrategy } from './custom/definition-strategy.ts';
import { clusterRoleBindingStrategy, clusterRoleStrategy, roleBindingStrategy, roleStrategy } from './kinds/access.ts';
import { autoscalerView } from './kinds/autoscaler-view.ts';
import { certificateRequestStrategy } from './kinds/certificates.ts';
import {
  claimStrategy,
  configMapStrategy,
  endpointSliceStrategy,
  endpointsStrategy,
  eventStrategy,
  namespaceStrategy,
  nodeStrategy,
  plain,
  plainWithStatus,
  secretStrategy,
} from './kinds/core.ts';
import { disruptionBudgetStrategy } from './kinds/disruption.ts';
import { eventView, eventViewStrategy } from './kinds/event-view.ts';
import { podStrategy } from './kinds/pods.ts';
import { limitRangeStrategy, resourceQuotaStrategy } from './kinds/quotas.ts';
import { serviceStrategy } from './kinds/services.ts';
import { mutatingWebhookStrategy, validatingWebhookStrategy } from './kinds/webhook-configurations.ts';
import { deploymentStrategy, replicaSetStrategy, statefulSetStrategy } from './kinds/workloads.ts';
import type { ObjectView, ServedResource, ServedSubresource, Verb } from './served-resource.ts';
import type { Strategy } from './strategy.ts';

const everyVerb: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const noCollection: readonly Verb[] = everyVerb.filter((verb) => verb !== 'deletecollection');
const createOnly: readonly Verb[] = ['create'];

const status: ServedSubresource = { name: 'status', verbs: ['get', 'patch', 'update'] };
const scale: ServedSubresource = {
  name: 'scale',
  verbs: ['get', 'patch', 'update'],
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
};
const stream = (name: string, kind: string, verbs: ServedSubresource['verbs']): ServedSubresource => ({
  name,
  verbs,
  kind: { group: '', version: 'v1', kind },
});

interface Row {
  group: string;
  version?: string;
  resource: string;
  kind: string;
  type?: string;
  singular?: string;
  scope?: 'Cluster';
  verbs?: readonly Verb[];
  short?: readonly string[];
  categories?: readonly string[];
  subresources?: readonly ServedSubresource[];
  view?: ObjectView;
  strategy: Strategy;
}

const rbacGroup = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

const rows: readonly Row[] = [
  { group: '', resource: 'configmaps', kind: 'ConfigMap', short: ['cm'], strategy: configMapStrategy },
  {
    group: '',
    resource: 'endpoints',
    kind: 'Endpoints',
    singular: 'endpoints',
    short: ['ep'],
    strategy: endpointsStrategy,
  },
  { group: '', resource: 'events', kind: 'Event', type: 'CoreV1Event', short: ['ev'], strategy: eventStrategy },
  { group: '', resource: 'limitranges', kind: 'LimitRange', short: ['limits'], strategy: limitRangeStrategy },
  {
    group: '',
    resource: 'namespaces',
    kind: 'Namespace',
    scope: 'Cluster',
    verbs: noCollection,
    short: ['ns'],
    subresources: [{ name: 'finalize', verbs: ['update'] }, status],
    strategy: namespaceStrategy,
  },
  {
    group: '',
    resource: 'nodes',
    kind: 'Node',
    scope: 'Cluster',
    short: ['no'],
    subresources: [status],
    strategy: nodeStrategy,
  },
  {
    group: '',
    resource: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    short: ['pvc'],
    subresources: [status],
    strategy: claimStrategy,
  },
  {
    group: '',
    resource: 'persistentvolumes',
    kind: 'PersistentVolume',
    scope: 'Cluster',
    short: ['pv'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: '',
    resource: 'pods',
    kind: 'Pod',
    short: ['po'],
    categories: ['all'],
    subresources: [
      stream('attach', 'PodAttachOptions', ['create', 'get']),
      stream('binding', 'Binding', ['create']),
      { name: 'eviction', verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
      stream('exec', 'PodExecOptions', ['create', 'get']),
      { name: 'log', verbs: ['get'] },
      stream('portforward', 'PodPortForwardOptions', ['create', 'get']),
      stream('proxy', 'PodProxyOptions', ['create', 'get', 'patch', 'update']),
      status,
    ],
    strategy: podStrategy,
  },
  {
    group: '',
    resource: 'replicationcontrollers',
    kind: 'ReplicationController',
    short: ['rc'],
    categories: ['all'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: '',
    resource: 'resourcequotas',
    kind: 'ResourceQuota',
    short: ['quota'],
    subresources: [status],
    strategy: resourceQuotaStrategy,
  },
  { group: '', resource: 'secrets', kind: 'Secret', strategy: secretStrategy },
  {
    group: '',
    resource: 'serviceaccounts',
    kind: 'ServiceAccount',
    short: ['sa'],
    subresources: [
      {
        name: 'token',
        verbs: ['create'],
        kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      },
    ],
    strategy: plain,
  },
  {
    group: '',
    resource: 'services',
    kind: 'Service',
    short: ['svc'],
    categories: ['all'],
    subresources: [status],
    strategy: serviceStrategy,
  },
  { group: 'apps', resource: 'controllerrevisions', kind: 'ControllerRevision', strategy: plain },
  {
    group: 'apps',
    resource: 'daemonsets',
    kind: 'DaemonSet',
    short: ['ds'],
    categories: ['all'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: 'apps',
    resource: 'deployments',
    kind: 'Deployment',
    short: ['deploy'],
    categories: ['all'],
    subresources: [scale, status],
    strategy: deploymentStrategy,
  },
  {
    group: 'apps',
    resource: 'replicasets',
    kind: 'ReplicaSet',
    short: ['rs'],
    categories: ['all'],
    subresources: [scale, status],
    strategy: replicaSetStrategy,
  },
  {
    group: 'apps',
    resource: 'statefulsets',
    kind: 'StatefulSet',
    short: ['sts'],
    categories: ['all'],
    subresources: [scale, status],
    strategy: statefulSetStrategy,
  },
  {
    group: 'authentication.k8s.io',
    resource: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    scope: 'Cluster',
    verbs: createOnly,
    strategy: plain,
  },
  {
    group: 'authorization.k8s.io',
    resource: 'localsubjectaccessreviews',
    kind: 'LocalSubjectAccessReview',
    verbs: createOnly,
    strategy: plain,
  },
  {
    group: 'authorization.k8s.io',
    resource: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    scope: 'Cluster',
    verbs: createOnly,
    strategy: plain,
  },
  {
    group: 'authorization.k8s.io',
    resource: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    scope: 'Cluster',
    verbs: createOnly,
    strategy: plain,
  },
  {
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    scope: 'Cluster',
    verbs: createOnly,
    strategy: plain,
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    short: ['hpa'],
    categories: ['all'],
    subresources: [status],
    view: autoscalerView,
    strategy: plainWithStatus,
  },
  {
    group: 'autoscaling',
    version: 'v2',
    resource: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    type: 'V2HorizontalPodAutoscaler',
    short: ['hpa'],
    categories: ['all'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: 'batch',
    resource: 'cronjobs',
    kind: 'CronJob',
    short: ['cj'],
    categories: ['all'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: 'batch',
    resource: 'jobs',
    kind: 'Job',
    categories: ['all'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    kind: 'CertificateSigningRequest',
    scope: 'Cluster',
    short: ['csr'],
    subresources: [{ name: 'approval', verbs: ['get', 'patch', 'update'] }, status],
    strategy: certificateRequestStrategy,
  },
  { group: 'coordination.k8s.io', resource: 'leases', kind: 'Lease', strategy: plain },
  { group: 'discovery.k8s.io', resource: 'endpointslices', kind: 'EndpointSlice', strategy: endpointSliceStrategy },
  {
    group: 'events.k8s.io',
    resource: 'events',
    kind: 'Event',
    type: 'EventsV1Event',
    short: ['ev'],
    view: eventView,
    strategy: eventViewStrategy,
  },
  {
    group: 'networking.k8s.io',
    resource: 'ingresses',
    kind: 'Ingress',
    short: ['ing'],
    subresources: [status],
    strategy: plainWithStatus,
  },
  {
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    kind: 'NetworkPolicy',
    short: ['netpol'],
    strategy: plain,
  },
  {
    group: 'policy',
    resource: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    short: ['pdb'],
    subresources: [status],
    strategy: disruptionBudgetStrategy,
  },
  {
    group: rbacGroup,
    resource: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    scope: 'Cluster',
    strategy: clusterRoleBindingStrategy,
  },
  { group: rbacGroup, resource: 'clusterroles', kind: 'ClusterRole', scope: 'Cluster', strategy: clusterRoleStrategy },
  { group: rbacGroup, resource: 'rolebindings', kind: 'RoleBinding', strategy: roleBindingStrategy },
  { group: rbacGroup, resource: 'roles', kind: 'Role', strategy: roleStrategy },
  {
    group: admission,
    resource: 'mutatingwebhookconfigurations',
    kind: 'MutatingWebhookConfiguration',
    scope: 'Cluster',
    categories: ['api-extensions'],
    strategy: mutatingWebhookStrategy,
  },
  {
    group: admission,
    resource: 'validatingwebhookconfigurations',
    kind: 'ValidatingWebhookConfiguration',
    scope: 'Cluster',
    categories: ['api-extensions'],
    strategy: validatingWebhookStrategy,
  },
  {
    group: 'apiextensions.k8s.io',
    resource: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    scope: 'Cluster',
    short: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: [status],
    strategy: definitionStrategy,
  },
];

export const builtInResources: readonly ServedResource[] = rows.map((row) => ({
  group: row.group,
  version: row.version ?? 'v1',
  resource: row.resource,
  kind: row.kind,
  listKind: `${row.kind}List`,
  singular: row.singular ?? row.kind.toLowerCase(),
  namespaced: row.scope !== 'Cluster',
  verbs: row.verbs ?? everyVerb,
  shortNames: row.short ?? [],
  categories: row.categories ?? [],
  subresources: row.subresources ?? [],
  type: row.type ?? `V1${row.kind}`,
  ...(row.view && { view: row.view }),
  strategy: row.strategy,
}));

export const customVerbs = everyVerb;
export const customSubresources = { status, scale };
