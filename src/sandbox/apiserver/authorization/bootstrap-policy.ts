// Table: the roles and bindings that every cluster has, as `kubectl get clusterroles` of a real one shows their rules.
// Source: Kubernetes 1.33, rbac bootstrap policy. Left out: the roles of single controllers (system:controller:*), which
// have no account here, and those about kinds that no API server here serves alone (heapster, volume provisioners).

import type { PolicyRule } from './policy-rule.ts';
import type { Subject } from './rbac.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

const reading = ['get', 'list', 'watch'];
const writing = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const everything = [...writing, ...reading].sort();
const recording = ['create', 'patch', 'update'];

/** `deployments deployments/scale` of one group; `+` stands for the core group where several are meant. */
const rule = (verbs: readonly string[], group: string, resources: string, names?: readonly string[]): PolicyRule => ({
  apiGroups: group.split(' ').map((each) => (each === '+' ? '' : each)),
  resources: resources.split(' '),
  ...(names && { resourceNames: names }),
  verbs,
});
const paths = (nonResourceURLs: string, verbs: readonly string[] = ['get']): PolicyRule => ({
  nonResourceURLs: nonResourceURLs.split(' '),
  verbs,
});

export interface BootstrapRole {
  name: string;
  namespace?: string;
  /** The role whose rules these become part of. */
  partOf?: 'admin' | 'edit' | 'view';
  /** Takes its rules from those that are part of it. */
  gathers?: 'admin' | 'edit' | 'view';
  rules?: readonly PolicyRule[];
}

const reviews = [
  rule(['create'], 'authentication.k8s.io', 'tokenreviews'),
  rule(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
];
const events = rule(recording, '+ events.k8s.io', 'events');
const certificates = 'certificates.k8s.io';
const approver = (signer: string): BootstrapRole => ({
  name: `system:${certificates}:${signer}-approver`,
  rules: [rule(['approve'], certificates, 'signers', [`kubernetes.io/${signer}`])],
});
const leaderLock = (component: string): BootstrapRole => ({
  name: `system::leader-locking-${component}`,
  namespace: 'kube-system',
  rules: [rule(['create', 'get', 'list', 'update', 'watch'], 'coordination.k8s.io', 'leases')],
});

const podStreams = 'pods/attach pods/exec pods/portforward pods/proxy';
const apps = 'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale';

export const bootstrapRoles: readonly BootstrapRole[] = [
  { name: 'cluster-admin', rules: [rule(['*'], '*', '*'), paths('*', ['*'])] },
  { name: 'admin', gathers: 'admin' },
  { name: 'edit', gathers: 'edit', partOf: 'admin' },
  { name: 'view', gathers: 'view', partOf: 'edit' },
  {
    name: 'system:aggregate-to-admin',
    partOf: 'admin',
    rules: [
      rule(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
      rule(everything, rbacGroup, 'rolebindings roles'),
    ],
  },
  {
    name: 'system:aggregate-to-edit',
    partOf: 'edit',
    rules: [
      rule(reading, '', `${podStreams} secrets services/proxy`),
      rule(['impersonate'], '', 'serviceaccounts'),
      rule(writing, '', `pods ${podStreams}`),
      rule(['create'], '', 'pods/eviction'),
      rule(
        writing,
        '',
        'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
      ),
      rule(['create'], '', 'serviceaccounts/token'),
      rule(writing, 'apps', `${apps} statefulsets statefulsets/scale`),
      rule(writing, 'autoscaling', 'horizontalpodautoscalers'),
      rule(writing, 'batch', 'cronjobs jobs'),
      rule(writing, 'extensions', `${apps} ingresses networkpolicies replicationcontrollers/scale`),
      rule(writing, 'policy', 'poddisruptionbudgets'),
      rule(writing, 'networking.k8s.io', 'ingresses networkpolicies'),
      rule(everything, 'coordination.k8s.io', 'leases'),
    ],
  },
  {
    name: 'system:aggregate-to-view',
    partOf: 'view',
    rules: [
      rule(
        reading,
        '',
        'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
      ),
      rule(
        reading,
        '',
        'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
      ),
      rule(reading, '', 'namespaces'),
      rule(reading, 'discovery.k8s.io', 'endpointslices'),
      rule(
        reading,
        'apps',
        'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
      ),
      rule(reading, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
      rule(reading, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
      rule(
        reading,
        'extensions',
        'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
      ),
      rule(reading, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
      rule(reading, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
    ],
  },
  // The metrics server's, which every AKS cluster has: whoever may view may use `kubectl top`.
  {
    name: 'system:aggregated-metrics-reader',
    partOf: 'view',
    rules: [rule(reading, 'metrics.k8s.io', 'nodes pods')],
  },
  { name: 'system:auth-delegator', rules: reviews },
  {
    name: 'system:basic-user',
    rules: [
      rule(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      rule(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  {
    name: `system:${certificates}:certificatesigningrequests:nodeclient`,
    rules: [rule(['create'], certificates, 'certificatesigningrequests/nodeclient')],
  },
  {
    name: `system:${certificates}:certificatesigningrequests:selfnodeclient`,
    rules: [rule(['create'], certificates, 'certificatesigningrequests/selfnodeclient')],
  },
  approver('kube-apiserver-client'),
  approver('kube-apiserver-client-kubelet'),
  approver('kubelet-serving'),
  approver('legacy-unknown'),
  {
    name: 'system:discovery',
    rules: [paths('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')],
  },
  {
    name: 'system:kube-controller-manager',
    rules: [
      events,
      rule(['create'], 'coordination.k8s.io', 'leases'),
      rule(['get', 'update'], 'coordination.k8s.io', 'leases', ['kube-controller-manager']),
      rule(['create'], '', 'secrets serviceaccounts'),
      rule(['delete'], '', 'secrets'),
      rule(['get'], '', 'configmaps namespaces secrets serviceaccounts'),
      rule(['update'], '', 'secrets serviceaccounts'),
      ...reviews,
      rule(['list', 'watch'], '*', '*'),
      rule(['create'], '', 'serviceaccounts/token'),
    ],
  },
  { name: 'system:kube-dns', rules: [rule(['list', 'watch'], '', 'endpoints services')] },
  {
    name: 'system:kube-scheduler',
    rules: [
      events,
      rule(['create'], 'coordination.k8s.io', 'leases'),
      rule(['get', 'update'], 'coordination.k8s.io', 'leases', ['kube-scheduler']),
      rule(reading, '', 'nodes'),
      rule(['delete', ...reading], '', 'pods'),
      rule(['create'], '', 'bindings pods/binding'),
      rule(['patch', 'update'], '', 'pods/status'),
      rule(reading, '', 'replicationcontrollers services'),
      rule(reading, 'apps extensions', 'replicasets'),
      rule(reading, 'apps', 'statefulsets'),
      rule(reading, 'policy', 'poddisruptionbudgets'),
      rule(reading, '', 'persistentvolumeclaims persistentvolumes'),
      ...reviews,
      rule(reading, '', 'namespaces'),
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      rule(reading, '', 'nodes'),
      rule(['proxy'], '', 'nodes'),
      rule(['*'], '', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
    ],
  },
  {
    name: 'system:monitoring',
    rules: [paths('/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [rule(['create', ...reading], certificates, 'certificatesigningrequests')],
  },
  {
    name: 'system:node-proxier',
    rules: [
      rule(['list', 'watch'], '', 'endpoints services'),
      rule(reading, '', 'nodes'),
      events,
      rule(['list', 'watch'], 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  { name: 'system:public-info-viewer', rules: [paths('/healthz /livez /readyz /version /version/')] },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [paths('/.well-known/openid-configuration /openid/v1/jwks')],
  },
  {
    name: 'extension-apiserver-authentication-reader',
    namespace: 'kube-system',
    rules: [rule(reading, '', 'configmaps', ['extension-apiserver-authentication'])],
  },
  leaderLock('kube-controller-manager'),
  leaderLock('kube-scheduler'),
];

const groups = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'Group', apiGroup: rbacGroup, name }));
const user = (name: string): Subject[] => [{ kind: 'User', apiGroup: rbacGroup, name }];

export interface BootstrapBinding {
  name: string;
  namespace?: string;
  subjects: readonly Subject[];
}

/** Each binds the role of its own name. */
export const bootstrapBindings: readonly BootstrapBinding[] = [
  { name: 'cluster-admin', subjects: groups('system:masters') },
  { name: 'system:basic-user', subjects: groups('system:authenticated') },
  { name: 'system:discovery', subjects: groups('system:authenticated') },
  { name: 'system:kube-controller-manager', subjects: user('system:kube-controller-manager') },
  { name: 'system:kube-dns', subjects: [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }] },
  { name: 'system:kube-scheduler', subjects: user('system:kube-scheduler') },
  { name: 'system:monitoring', subjects: groups('system:monitoring') },
  { name: 'system:node-proxier', subjects: user('system:kube-proxy') },
  { name: 'system:public-info-viewer', subjects: groups('system:authenticated', 'system:unauthenticated') },
  { name: 'system:service-account-issuer-discovery', subjects: groups('system:serviceaccounts') },
  {
    name: 'system::leader-locking-kube-controller-manager',
    namespace: 'kube-system',
    subjects: user('system:kube-controller-manager'),
  },
  { name: 'system::leader-locking-kube-scheduler', namespace: 'kube-system', subjects: user('system:kube-scheduler') },
];
